"""A small set on disk."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mien.learn.ffe import jsonl
from mien.learn.ffe.row import CATEGORIES, Picture, Row, Target


def row(folder: Path, name: str, who: str = "anna", split: str = "train", **own: float) -> Row:
    """A row of fear and surprised with its pictures on disk; no two pictures are alike."""
    chance = np.random.default_rng(zlib.crc32(f"{name} {who}".encode()))
    made = []
    for part in ("src", "a", "b"):
        image = f"pictures/{name}-{part}.png"
        (folder / "pictures").mkdir(parents=True, exist_ok=True)
        Image.fromarray(chance.integers(0, 255, (40, 32, 3), np.uint8)).save(folder / image)
        made.append(Picture(image, who, "CC0", "none needed", "noise", (2.0, 3.0, 30.0, 38.0)))
    said = {**dict.fromkeys(CATEGORIES, 0.1), **own}
    first = Target(made[1], "fear", {**said, "fear": 0.7}, {"fear": 0.7}, {"AU01L": 2.5})
    second = Target(made[2], "surprised", {**said, "surprised": 0.4}, {"surprised": 0.4})
    return Row(name, "human", made[0], (first, second), split)


@pytest.fixture
def make_row() -> Callable[..., Row]:
    return row


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Three rows of three people, one in each split, as JSON lines."""
    folder = tmp_path / "set"
    people = [("r0", "anna", "train"), ("r1", "ben", "validation"), ("r2", "cleo", "test")]
    jsonl.write([row(folder, *one) for one in people], folder / "ffe.jsonl")
    return folder / "ffe.jsonl"


@pytest.fixture
def spoil(small: Path) -> Callable[[int, Callable[[Any], object]], Path]:
    """Change the JSON of one line of the small set; returns its path."""

    def change(line: int, edit: Callable[[Any], object]) -> Path:
        lines = small.read_text("utf-8").splitlines()
        stored = json.loads(lines[line - 1])
        edit(stored)
        lines[line - 1] = json.dumps(stored)
        small.write_text("\n".join(lines) + "\n", "utf-8")
        return small

    return change
