"""Settings of an edit by PixelSmile as people write them: NAME=VALUE."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.core.models import find_model, model_named
from mien.core.places import models_folder
from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.edit.backends.pixelsmile.presets import Preset
from mien.edit.strengths import Strengths, load_strengths
from mien.flows.drawing.how import Drawing
from mien.flows.drawing.model import Model

BASE = "Qwen-Image-Edit-2511"
LORA = "pixelsmile"

_ANSWERS = {"yes": True, "no": False}


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InputError(f"{text}: there is no such user") from None


def _path_or_none(text: str) -> Path | None:
    return _path(text) if text else None


def _curves_or_none(text: str) -> Strengths | None:
    return load_strengths(_path(text)) if text else None


def _yes(text: str) -> bool:
    if text not in _ANSWERS:
        raise InputError(f"{text}: answer yes or no")
    return _ANSWERS[text]


def _preset(text: str) -> Preset:
    if text not in [*Preset]:
        raise InputError(f"preset={text}: use {', '.join(Preset)}")
    return Preset(text)


# By what they belong to, and how each is read.
_MODEL: Mapping[str, Callable[[str], Any]] = {
    "base": _path, "lora": _path_or_none, "few-steps": _path_or_none, "lora-scale": float,
    "preset": _preset, "device": str, "dtype": str, "cache": float, "compiled": _yes,
}  # fmt: skip
_SAMPLING: Mapping[str, Callable[[str], Any]] = {
    "steps": int, "seed": int, "guidance": float, "batch": int,
}  # fmt: skip
_DRAWING: Mapping[str, Callable[[str], Any]] = {
    "side": int, "domain": str, "conditioning": str, "curves": _curves_or_none,
}  # fmt: skip


def drawing_of(settings: Sequence[str]) -> Drawing:
    """The settings, read; what is not given is as published.

    Args:
        settings: each NAME=VALUE, see docs/pixelsmile.md.

    Raises:
        InputError: an unknown setting or a value that is none.
        ModelError: PixelSmile's file is another one.
    """
    given = dict(map(_setting, settings))
    if len(given) < len(settings):
        raise InputError(f"{', '.join(settings)}: a setting twice: give it once")

    def part(names: Mapping[str, object]) -> dict[str, Any]:
        return {name.replace("-", "_"): given[name] for name in names if name in given}

    model = Model(models_folder() / BASE)
    if "lora" not in given:
        model = replace(model, lora=find_model(LORA) or _missing())
    return Drawing(
        model=replace(model, **part(_MODEL)), sampling=Sampling(**part(_SAMPLING)), **part(_DRAWING)
    )


def _missing() -> Path:
    """Where PixelSmile's file would be; that it is not there is said when it is to be read."""
    return models_folder() / model_named(LORA).files[0].path


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = (part.strip() for part in text.partition("="))
    known = {**_MODEL, **_SAMPLING, **_DRAWING}
    if name not in known:
        hint = did_you_mean(name, known) or f": use one of {', '.join(known)}"
        raise InputError(f"{text}: unknown setting {name!r}{hint}")
    if not equals:
        raise InputError(f"{text}: write for example {name}=...")
    try:
        return name, known[name](value)
    except ValueError:
        raise InputError(f"{text[:40]}: {value[:20]!r} is no number") from None
