"""An expression in words, made from its action units: for generators that are told, not steered.

As in the published prompt library, an expression is told by brows, eyes and mouth; the words follow
the appearance changes that FACS (2002) gives for each unit.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.errors import InputError

_TRACE, _STRONG = 0.4, 2.5  # intensities: below the first a unit is not told

# What a unit looks like; "both" of sided units are told once.
_BROWS = {"AU01": "inner brows raised", "AU02": "outer brows raised", "AU04": "brows lowered"}
_EYES = {
    "AU05": "upper lids raised", "AU06": "cheeks lifted under the eyes", "AU07": "lids tightened",
    "AU43": "eyes closing", "AU61": "looking to their left", "AU62": "looking to their right",
    "AU63": "looking up", "AU64": "looking down",
}  # fmt: skip
_MOUTH = {
    "AU09": "nose wrinkled", "AU10": "upper lip raised", "AU11": "folds beside the nose deepened",
    "AU12": "lip corners pulled up", "AU13": "lip corners pulled sharply up",
    "AU14": "lip corners tightened", "AU15": "lip corners pulled down",
    "AU16": "lower lip pulled down", "AU17": "chin pushed up", "AU18": "lips puckered",
    "AU20": "lips stretched sideways", "AU22": "lips funnelled", "AU23": "lips tightened",
    "AU24": "lips pressed together", "AU25": "lips parted", "AU26": "jaw dropped",
    "AU27": "mouth wide open", "AU28": "lips sucked in", "AU30L": "jaw to their left",
    "AU30R": "jaw to their right",
}  # fmt: skip
_PLACES = {"brow": _BROWS, "eyes": _EYES, "mouth": _MOUTH}
_NOUN = {"human": "person", "anime": "character"}  # as in the published prompts


def attributes(aus: Mapping[str, float]) -> dict[str, str]:
    """What brows, eyes and mouth do: ``{"brow": "brows strongly lowered", ...}``.

    Args:
        aus: column or unit to intensity, 0 to 5.
    """
    values = facs.vector(aus)
    told = {}
    for place, phrases in _PLACES.items():
        parts = [part for code in phrases if (part := _phrase(code, phrases[code], values))]
        told[place] = ", ".join(parts) or "at rest"
    return told


def prompt(category: str, aus: Mapping[str, float], domain: str = "human") -> str:
    """What a generator is told to make of a portrait.

    Args:
        category: to be shown.
        aus: as for :func:`attributes`.
        domain: ``"human"`` or ``"anime"``.

    Raises:
        InputError: another domain.
    """
    if domain not in _NOUN:
        raise InputError(f"unknown domain {domain!r}: use {', '.join(_NOUN)}")
    parts = "; ".join(f"{place}: {what}" for place, what in attributes(aus).items())
    return (
        f"Edit the {_NOUN[domain]} to show a {category} expression. {parts}. Keep the same"
        " person, hair, clothes, pose, light, background and framing."
    )


def _phrase(code: str, words: str, values: NDArray[np.float64]) -> str:
    columns = facs.expand(code)
    sizes = [float(values[facs.INDEX[column]]) for column in columns]
    if max(sizes) < _TRACE:
        return ""
    degree = "slightly " if max(sizes) < 1.0 else "strongly " if max(sizes) >= _STRONG else ""
    noun, space, verb = words.rpartition(" ")
    said = f"{degree}{words}" if words.startswith(("looking", "jaw to")) else ""
    said = said or f"{noun}{space}{degree}{verb}"
    if len(sizes) == 2 and min(sizes) < max(sizes) / 2:
        said += f" on their {'left' if sizes[0] > sizes[1] else 'right'} side only"
    return said
