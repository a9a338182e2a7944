"""What a training run is told: one small JSON file, every field with a default, none unknown."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from mien.core.document import fields_of, load
from mien.core.errors import InputError

SMALL: Mapping[str, int] = {"nano": 32, "mini": 64}
"""Models of our own, and the px that they draw."""
BACKBONES = (*SMALL, "qwen")
CONTRASTS = ("infonce", "hinge", "log-ratio", "none")
SCORES = ("continuous", "one-hot", "levels")
SHIPPED = (*SMALL, "published")

_WHAT = "a training configuration"
_CHOICES = {"backbone": BACKBONES, "contrast": CONTRASTS, "scores": SCORES}
_COUNTS = ("steps", "batch", "keep", "rank")


@dataclass(frozen=True)
class Config:
    """A training run; the defaults are the published settings (appendix B of the paper).

    Attributes:
        backbone: ``qwen``, Qwen-Image-Edit-2511 with a LoRA, or one of :data:`SMALL`.
        side: px of the squares; that of a small model, a multiple of 32 for ``qwen``.
        steps: of the optimiser; the published curves span about 9,000.
        batch: rows per step, over all processes.
        rate: highest learning rate; it rises in a line and falls as a cosine.
        warmup: steps over which it rises.
        decay: weight decay (AdamW).
        seed: of everything.
        keep: steps between two checkpoints.
        contrast: the triplet loss: ``infonce``, ``hinge``, ``log-ratio`` or ``none``.
        symmetric: whether both branches are contrasted.
        identity: whether persons are compared.
        scores: ``continuous``; ``one-hot``: every edit counts as full; ``levels``: as the nearest
            of 0.5, 0.75 and 1.
        rank: of the LoRA.
        alpha: of the LoRA; over the rank it is the weight it is trained at.

    Raises:
        InputError: a value that cannot be; the message begins with the field.
    """

    backbone: str = "qwen"
    side: int = 512
    steps: int = 9000
    batch: int = 16
    rate: float = 1e-4
    warmup: int = 500
    decay: float = 1e-3
    seed: int = 42
    keep: int = 1000
    contrast: str = "infonce"
    symmetric: bool = True
    identity: bool = True
    scores: str = "continuous"
    rank: int = 64
    alpha: float = 128.0

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise InputError(
                    f"{name}: {getattr(self, name)!r} is none: use one of {', '.join(known)}"
                )
        for name in _COUNTS:
            if getattr(self, name) < 1:
                raise InputError(f"{name}: is a number above 0")
        side = SMALL.get(self.backbone, self.side)
        if self.side != side:
            raise InputError(f"side: {self.side}: the model {self.backbone} draws {side} px")
        if self.side < 32 or self.side % 32:
            raise InputError(f"side: {self.side}: give a multiple of 32, such as 512")
        if not (0.0 < self.rate < 1.0 and 0.0 < self.alpha < 1e4 and 0.0 <= self.decay < 1.0):
            raise InputError("rate, alpha: are above 0; decay is not below it; none is huge")
        if self.warmup < 0 or not 0 <= self.seed < 2**63:
            raise InputError("warmup, seed: are not below 0")


def read_config(which: str) -> Config:
    """The configuration in a file, or one that comes with mien.

    Args:
        which: path of a JSON file, or one of :data:`SHIPPED`.

    Raises:
        InputError: a file that is not one; the message names the field.
    """
    if which in SHIPPED:
        return parse((files("mien.learn.pixelsmile") / f"{which}.json").read_text("utf-8"))
    return load(Path(which), parse, _WHAT)


def parse(text: str) -> Config:
    """A configuration from its JSON.

    Raises:
        InputError: it is none; the message begins with the field.
    """
    kinds: dict[str, Any] = {field.name: field.type for field in fields(Config)}
    stored = fields_of(text, kinds, _WHAT)
    given = {name: _of_kind(name, stored[name], kinds[name]) for name in kinds if name in stored}
    return Config(**given)


def told(config: Config) -> str:
    """A configuration as JSON, in one line."""
    return json.dumps({"mien": 1, **asdict(config)})


def _of_kind(name: str, value: object, kind: type) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    wants = {bool: "true or false", float: "a number", int: "a whole number", str: "a name"}
    raise InputError(f"{name}: {value!r} is not {wants[kind]}")
