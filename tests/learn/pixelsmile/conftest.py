"""A small set on disk, and a run that is over in no time."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.learn.ffe import jsonl
from mien.learn.ffe.row import CATEGORIES, Picture, Row, Target

if find_spec("torch") is None or find_spec("accelerate") is None:  # the extra train
    collect_ignore_glob = ["test_*.py"]
else:
    from mien.learn.pixelsmile.config import Config
    from mien.learn.pixelsmile.examples import Faces, gathered

    if find_spec("diffusers") is None:  # the extra diffusion
        collect_ignore = ["test_qwen.py", "test_run.py"]

BOX = (6.0, 8.0, 42.0, 50.0)


def _edit(folder: Path, name: str, category: str, score: float) -> Target:
    """A soft picture that is lighter by the score, above for fear and below for surprised."""
    chance = np.random.default_rng(len(name))
    coarse = chance.integers(40, 180, (6, 5, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((50, 60), Image.Resampling.BICUBIC)
    pixels = np.asarray(image).astype(float)
    pixels[slice(0, 30) if category == "fear" else slice(30, 60)] += 60 * score
    path = f"pictures/{name}-{category}.png"
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / path)
    picture = Picture(path, name, "CC0", "none needed", "noise", BOX)
    return Target(picture, category, {**dict.fromkeys(CATEGORIES, 0.1), category: score})


def _row(folder: Path, name: str, split: str) -> Row:
    source = _edit(folder, name, "neutral", 0.0).picture
    edits = _edit(folder, name, "fear", 0.7), _edit(folder, name, "surprised", 0.4)
    return Row(name, "human", source, edits, split)


@pytest.fixture(scope="session")
def ffe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five rows to train on, one of them without a split, and one to watch."""
    folder = tmp_path_factory.mktemp("set")
    splits = ("train", "train", "", "train", "train", "validation", "test")
    rows = [_row(folder, "a" * (n + 1), split) for n, split in enumerate(splits)]
    jsonl.write(rows, folder / "ffe.jsonl")
    return folder / "ffe.jsonl"


@pytest.fixture(scope="session")
def five(ffe: Path) -> "Faces":
    return Faces(gathered(ffe), "continuous")


@pytest.fixture
def spoil(ffe: Path, tmp_path: Path) -> Callable[[Callable[[Row], Row]], Path]:
    """The set with its first row changed; returns its path."""
    from mien.learn.ffe.files import moved, read_rows

    def change(edit: Callable[[Row], Row]) -> Path:
        first, *others = [moved(row, ffe.parent, tmp_path) for row in read_rows(ffe)]
        jsonl.write([edit(first), *others], tmp_path / "ffe.jsonl")
        return tmp_path / "ffe.jsonl"

    return change


@pytest.fixture
def config() -> "Config":
    base = Config(backbone="nano", side=32, rate=2e-3, warmup=1)
    return replace(base, steps=6, batch=2, keep=2)
