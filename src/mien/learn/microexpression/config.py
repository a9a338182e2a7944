"""What a training run is told: one small JSON file, every field with a default, none unknown."""

import json
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from pathlib import Path

from mien.core.document import fields_of, load
from mien.core.errors import InputError

NETWORKS = ("cnn-gru", "ststnet", "off-apexnet", "sssnet")
SWITCHES = (
    "oversample", "class-balanced", "focal", "logit-adjustment", "mixup", "flip", "synthetic",
)  # fmt: skip
SHIPPED = "shipped"

_WHAT = "a training configuration"
_MOST = {"steps": 10**9, "batch": 10**6, "validation": 10**9, "seed": 2**32 - 1}
_KINDS = {"network": str, "switches": list, "rate": float, "decay": float, "courses": bool}


@dataclass(frozen=True)
class Config:
    """A training run.

    Attributes:
        network: one of :data:`NETWORKS`.
        steps: of the optimiser; fixed beforehand, nothing is stopped by a score.
        batch: windows per step.
        rate: highest learning rate; it rises over the first tenth and falls as a cosine.
        decay: weight decay (AdamW).
        seed: of everything.
        switches: what is done about rare classes, of :data:`SWITCHES`.
        courses: whether the network is also told what the reader found of each action unit; ours
            alone can be.
        validation: synthetic windows on which temperatures and thresholds are chosen.

    Raises:
        InputError: a value that cannot be.
    """

    network: str = "cnn-gru"
    steps: int = 4000
    batch: int = 64
    rate: float = 2e-3
    decay: float = 1e-2
    seed: int = 0
    switches: tuple[str, ...] = ("flip",)
    courses: bool = False
    validation: int = 4000

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise InputError(f"network: {self.network!r} is none: use {', '.join(NETWORKS)}")
        if self.courses and self.network != NETWORKS[0]:
            raise InputError(f"courses: {self.network} looks at motion alone: leave it out")
        unknown = [one for one in self.switches if one not in SWITCHES]
        if unknown:
            raise InputError(f"switches: {unknown[0]!r} is none: use {', '.join(SWITCHES)}")
        for name in ("steps", "batch", "validation"):
            if getattr(self, name) < 1:
                raise InputError(f"{name}: is a number above 0")
        bounds = {
            "rate": (0.0 < self.rate <= 1.0, "above 0, up to 1"),
            "decay": (0.0 <= self.decay <= 1.0, "from 0 to 1"),
            "seed": (self.seed >= 0, "from 0"),
        }
        for name, (held, told) in bounds.items():
            if not held:
                raise InputError(f"{name}: is a number {told}")
        for name, most in _MOST.items():
            if getattr(self, name) > most:
                raise InputError(f"{name}: is at most {most}")


def read_config(which: str) -> Config:
    """The configuration in a file, or the one that the model in the package is made with.

    Args:
        which: path of a JSON file, or :data:`SHIPPED`.

    Raises:
        InputError: a file that is not one; the message names the field.
    """
    if which == SHIPPED:
        text = (files("mien.learn.microexpression") / "shipped.json").read_text("utf-8")
        return parse(text)
    return load(Path(which), parse, _WHAT)


def parse(text: str) -> Config:
    """A configuration from its JSON.

    Raises:
        InputError: it is none; the message begins with the field.
    """
    names = [field.name for field in fields(Config)]
    stored = fields_of(text, names, _WHAT)
    given = {name: _of_kind(name, stored[name]) for name in names if name in stored}
    return Config(**given)  # type: ignore[arg-type]


def told(config: Config) -> str:
    """A configuration as JSON, in one line."""
    return json.dumps({"mien": 1, **asdict(config)})


def _of_kind(name: str, value: object) -> object:
    kind = _KINDS.get(name, int)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is list and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(max(min(value, 2), -1))  # whole numbers may be longer than any float
    if kind in (int, str) and isinstance(value, kind) and not isinstance(value, bool):
        return value
    wants = {
        list: "a list of names", float: "a number", int: "a whole number", str: "a name",
        bool: "true or false",
    }  # fmt: skip
    raise InputError(f"{name}: {value!r} is not {wants[kind]}")
