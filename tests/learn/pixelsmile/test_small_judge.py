"""The judge of 32 px, and what a trained nano draws."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.learn.ffe.row import CATEGORIES
from mien.learn.pixelsmile import checkpoint, small_judge
from mien.learn.pixelsmile.config import Config
from mien.learn.pixelsmile.drawing import drawn_by
from mien.learn.pixelsmile.examples import gathered
from mien.learn.pixelsmile.mmdit import small

FEAR, SURPRISED = (CATEGORIES.index(name) for name in ("fear", "surprised"))


@pytest.fixture(scope="module")
def judge(ffe: Path) -> small_judge.SmallJudge:
    return small_judge.learned(gathered(ffe), 1, "five rows", steps=80)


def test_it_learns_what_shows(ffe: Path, judge: small_judge.SmallJudge) -> None:
    """Light above is fear, light below surprise, and a face at rest is neither."""
    squares = np.stack([row.squares for row in gathered(ffe)])
    rest, fear, surprised = (judge.scores(squares[:, which]) for which in range(3))
    assert fear.shape == (5, 12)
    assert ((fear > 0) & (fear < 1)).all()
    assert fear[:, FEAR].mean() > surprised[:, FEAR].mean() + 0.2
    assert surprised[:, SURPRISED].mean() > fear[:, SURPRISED].mean() + 0.1
    assert rest[:, FEAR].mean() < fear[:, FEAR].mean() - 0.2


def test_it_is_kept(ffe: Path, judge: small_judge.SmallJudge, tmp_path: Path) -> None:
    file = tmp_path / "judge.safetensors"
    assert small_judge.load(file, "five rows") is None
    small_judge.save(judge, file)
    assert small_judge.load(file, "other rows") is None
    again = small_judge.load(file, "five rows")
    assert again is not None
    squares = gathered(ffe)[0].squares
    assert np.array_equal(again.scores(squares), judge.scores(squares))
    file.write_bytes(b"no judge")
    with pytest.raises(InputError, match="remove it"):
        small_judge.load(file, "five rows")


def test_the_same_seed_is_the_same_judge(ffe: Path) -> None:
    rows, squares = gathered(ffe), gathered(ffe)[0].squares
    one, two, other = (small_judge.learned(rows, s, "", steps=2).scores(squares) for s in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_nothing_to_judge(judge: small_judge.SmallJudge) -> None:
    assert judge.scores(np.zeros((0, 32, 32, 3), np.uint8)).shape == (0, 12)


def test_pictures_of_everything(tmp_path: Path, ffe: Path) -> None:
    file, config = tmp_path / "nano.safetensors", Config(backbone="nano", side=32, steps=3)
    backbone = small("nano", 4)
    torch.nn.init.normal_(
        backbone.module.residual.weight, 0.0, 0.05, generator=torch.Generator().manual_seed(0)
    )
    checkpoint.export(file, checkpoint.Place(config, "rows", 3, {}), backbone)
    sources = np.stack([row.squares[0] for row in gathered(ffe)])

    def drawn(sources: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return drawn_by("nano", file, sources, ("happy", "fear"), (0.0, 0.5, 1.0))

    made = drawn(sources)
    assert made.shape == (5, 2, 3, 32, 32, 3)
    # Asked for nothing, all categories are one: neutral; asked for something, they are not.
    assert np.array_equal(made[:, 0, 0], made[:, 1, 0])
    assert not np.array_equal(made[:, 0, 2], made[:, 1, 2])
    assert np.array_equal(made, drawn(sources))
    assert np.array_equal(made[:2], drawn(sources[:2]))
    with pytest.raises(InputError, match="holds no weights"):
        drawn_by("nano", tmp_path / "none.safetensors", sources, ("happy",), (1.0,))
    with pytest.raises(InputError, match="holds no weights"):
        drawn_by("mini", file, sources, ("happy",), (1.0,))


def test_a_run_is_finished_or_not(tmp_path: Path) -> None:
    file, config = tmp_path / "nano.safetensors", Config(backbone="nano", side=32, steps=3)
    assert not checkpoint.finished(file, config, "rows")
    checkpoint.export(file, checkpoint.Place(config, "rows", 3, {}), small("nano"))
    assert checkpoint.finished(file, config, "rows")
    assert not checkpoint.finished(file, config, "other rows")
    assert not checkpoint.finished(file, replace(config, seed=1), "rows")
    checkpoint.export(file, checkpoint.Place(config, "rows", 2, {}), small("nano"))
    assert not checkpoint.finished(file, config, "rows")
    file.write_bytes(b"nothing")
    assert not checkpoint.finished(file, config, "rows")
