"""From the text that a vision model answers to a score for every category.

Models wrap the object they are asked for in fences and prose, call classes by related nouns and
quote their numbers. All of that is read; a score that is missing or out of range never is.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from mien.judge.judge import NoAnswerError
from mien.judge.prompt import CATEGORIES

_SYNONYMS = {
    "angry": ("anger",),
    "confused": ("confusion",),
    "contempt": ("contemptuous",),
    "confident": ("confidence",),
    "disgust": ("disgusted",),
    "fear": ("fearful", "afraid", "scared"),
    "happy": ("happiness", "joy"),
    "sad": ("sadness",),
    "shy": ("shyness", "embarrassment", "embarrassed"),
    "sleepy": ("sleepiness", "drowsiness", "drowsy"),
    "surprised": ("surprise",),
    "anxious": ("anxiety", "nervousness", "nervous"),
}
WORDS = {word: category for category in CATEGORIES for word in (category, *_SYNONYMS[category])}
"""Every word for a category, in small letters, and the category."""

_MOST = 20_000  # characters of an answer that are looked at, from its end
_SHOWN = 80  # characters of an answer that a message quotes

# Objects become tuples of pairs, so that a key that is there twice is seen; whole numbers become
# floats, so that one of a thousand digits is merely infinite.
_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_int=float)


def parse_scores(text: str) -> dict[str, float]:
    """The twelve scores in an answer.

    The last object that names any category counts: models that think aloud conclude with it.

    Args:
        text: a JSON object, bare, fenced, inside another object or with prose around it. Names
            in any case, synonyms such as ``"happiness"``; numbers or texts of numbers.

    Returns:
        Every category with its score, 0 to 1, in the order of the prompt.

    Raises:
        NoAnswerError: no such object, or a category that is missing, there twice, or no number from
            0 to 1.
    """
    found = [pairs for pairs in _objects(text[-_MOST:]) if any(category(name) for name, _ in pairs)]
    if not found:
        raise NoAnswerError(f"the answer holds no scores: {excerpt(text) or 'it is empty'}")
    scores: dict[str, float] = {}
    for name, value in found[-1]:
        named = category(name)
        if named is None:  # an explanation, or a class nobody asked for
            continue
        if named in scores:
            raise NoAnswerError(f"the answer gives {named} two scores")
        scores[named] = _score(name, value)
    if missing := [name for name in CATEGORIES if name not in scores]:
        raise NoAnswerError(f"the answer lacks a score for {', '.join(missing)}")
    return {name: scores[name] for name in CATEGORIES}


def category(name: str) -> str | None:
    """The category that a word means, whatever its case; None where it means none.

    Args:
        name: such as ``"Happiness"`` or ``"Embarrassment (shy)"``.
    """
    return WORDS.get(name.partition("(")[0].strip().casefold())


def excerpt(text: str, most: int = _SHOWN) -> str:
    """The beginning of a foreign text on one line, fit for a message.

    Args:
        text: anything.
        most: characters.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _objects(text: str) -> Iterator[tuple[tuple[str, Any], ...]]:
    """Every JSON object that begins in prose, each after those that are its values."""
    start = text.find("{")
    while start >= 0:
        try:
            found, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield from (value for _, value in found if isinstance(value, tuple))
            yield found
        start = text.find("{", end)


def _score(name: str, value: object) -> float:
    try:
        number = float(value) if isinstance(value, float | str) else math.nan
    except ValueError:
        number = math.nan
    if not 0.0 <= number <= 1.0:
        shown = "something else" if isinstance(value, tuple | list) else excerpt(str(value))
        raise NoAnswerError(f"the answer gives {excerpt(name)} {shown}: is no number from 0 to 1")
    return number
