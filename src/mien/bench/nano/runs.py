"""The variants that are compared: each trained by the real trainer, then asked for all pictures."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bench.nano.tested import GRID
from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.learn.ffe.row import CATEGORIES
from mien.learn.pixelsmile.checkpoint import finished
from mien.learn.pixelsmile.config import SMALL, Config, read_config
from mien.learn.pixelsmile.run import WEIGHTS, run
from mien.media.files import atomic

FULL = "full"
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    FULL: {},
    "no-contrast": {"contrast": "none"},
    "not-symmetric": {"symmetric": False},
    "no-identity": {"identity": False},
    "one-hot": {"scores": "one-hot"},
    "hinge": {"contrast": "hinge"},
    "log-ratio": {"contrast": "log-ratio"},
}
"""What each changes in the configuration of ``full``."""
STANDARD = tuple(VARIANTS)[:5]
_MADE = "made.npz"


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        variant: of :data:`VARIANTS`.
        seed: of everything.
        steps: of the optimiser; None for those of the model's configuration.
        rows: to train on.
        folder: of the run.
        model: of :data:`mien.learn.pixelsmile.config.SMALL`.
    """

    variant: str
    seed: int
    steps: int | None
    rows: Path
    folder: Path
    model: str = "nano"

    @property
    def name(self) -> str:
        """As its folder is called."""
        return self.folder.name

    @property
    def config(self) -> Config:
        """What is trained."""
        base = replace(read_config(self.model), seed=self.seed)
        base = base if self.steps is None else replace(base, steps=self.steps)
        return replace(base, **VARIANTS[self.variant])


@dataclass(frozen=True)
class Wanted:
    """Which trainings are compared.

    Attributes:
        variants: of :data:`VARIANTS`.
        seeds: trainings of each variant.
        steps: of every training; None for those of the model's configuration.
        model: of :data:`mien.learn.pixelsmile.config.SMALL`.

    Raises:
        InputError: an unknown model or variant, one that is named twice, no seeds or no steps.
    """

    variants: tuple[str, ...] = STANDARD
    seeds: int = 3
    steps: int | None = None
    model: str = "nano"

    def __post_init__(self) -> None:
        if self.model not in SMALL:
            raise InputError(f"--model {self.model}: use one of {', '.join(SMALL)}")
        known = all(name in VARIANTS for name in self.variants)
        if not known or not self.variants or len({*self.variants}) < len(self.variants):
            told = ",".join(self.variants)
            raise InputError(f"--variants {told}: give some of {', '.join(VARIANTS)}, each once")
        if self.seeds < 1 or (self.steps is not None and self.steps < 1):
            raise InputError("--seeds and --steps: give 1 or more")


def runs(wanted: Wanted, rows: Path, out: Path) -> list[Run]:
    """All trainings, every variant of a seed before the next seed, so that a part of them compares.

    Args:
        wanted: which.
        rows: to train on.
        out: folder for a folder of each.
    """
    return [
        Run(variant, seed, wanted.steps, rows, out / f"{variant}-{seed}", wanted.model)
        for seed in range(wanted.seeds)
        for variant in wanted.variants
    ]


def trained(one: Run, digest: str, progress: Progress = silent) -> Path:
    """The file of the weights; a run that was stopped goes on.

    Args:
        one: the run.
        digest: of its rows, see :func:`mien.learn.pixelsmile.crops.together`.
        progress: told about rows and steps.

    Raises:
        InputError: the folder holds a run with other steps or of other rows.
        MissingExtraError: what trains is not installed.
    """

    def told(step: str, done: int, total: int | None) -> None:
        progress(f"{one.name}: {step}", done, total)

    weights = one.folder / WEIGHTS[one.config.backbone]
    if finished(weights, one.config, digest):
        return weights
    return run(one.config, one.rows, one.folder, progress=told)


def made(one: Run, weights: Path, sources: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], str]:
    """Everybody in every category at every strength, drawn once.

    Args:
        one: the run.
        weights: of it.
        sources: RGB, shape (n, S, S, 3), as its model sees them.

    Returns:
        Shape (n, 12, len(GRID), S, S, 3); and a hash of what made them.
    """
    seal = hashlib.sha256(weights.read_bytes() + sources.tobytes()).hexdigest()
    file = one.folder / _MADE
    if file.is_file():
        with np.load(file) as stored:
            if str(stored["seal"]) == seal:
                return stored["pictures"], seal
    from mien.learn.pixelsmile.drawing import drawn_by

    pictures = drawn_by(one.model, weights, sources, CATEGORIES, GRID)
    with atomic(file) as part:
        np.savez_compressed(part, pictures=pictures, seal=np.array(seal))
    return pictures, seal
