"""Drawing beside the published way: what the figures mean, and a whole run on a tiny model."""

from pathlib import Path

import numpy as np
import pytest

from mien.bench.people import Person
from mien.bench.suites import redraw
from mien.bench.suites.redraw import Run, Trial, apart, counts, difference, faster, same
from mien.edit.backends.pixelsmile.blank import TINY
from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.edit.backends.pixelsmile.passes import Passes
from mien.media.image import save_image


def flat(*levels: int) -> list[np.ndarray]:
    return [np.full((4, 4, 3), level, np.uint8) for level in levels]


def ran(*levels: int, seconds: tuple[float, ...] = (1.0,)) -> Run:
    return Run(flat(*levels), Passes(), np.array(seconds))


def test_difference_knows_no_sign() -> None:
    first, second = flat(3, 250)
    assert difference(first, second) == difference(second, first) == 247
    assert difference(first, first) == 0


@pytest.mark.parametrize(("level", "held"), [(9, True), (10, True), (11, False)])
def test_the_same_but_for_rounding(level: int, held: bool) -> None:
    row = same("off", ran(7, 9), ran(7, level), exact=True)
    assert (row.measured, row.held) == (f"{level - 9}", held)
    assert same("off", ran(7, 9), ran(7, level), exact=False).held is None


def test_equal_pictures_prove_nothing() -> None:
    assert apart("strengths", flat(0, 50, 99)).held
    assert not apart("strengths", flat(0, 50, 53)).held


def test_every_count_must_be_the_least() -> None:
    rows = counts("sweep", Passes(2, 1, 16), Passes(10, 5, 40), (2, 1, 8))
    assert [row.held for row in rows] == [True, True, False]
    assert [row.measured for row in rows] == ["2; 10", "1; 5", "16; 40"]


def test_times_as_fast_is_within_a_round() -> None:
    ours, others = ran(0, seconds=(1.0, 2.0, 4.0)), ran(0, seconds=(3.0, 4.0, 4.0))
    row = faster("sweep", ours, others, 1.0)
    assert (row.measured, row.interval, row.held) == ("2.00 (2.00 s; 4.00 s)", "1.00 to 3.00", True)
    assert faster("sweep", others, ours, 1.0).held is False
    assert faster("sweep", others, ours).held is None


def test_a_whole_run(monkeypatch, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    shades = np.random.default_rng(3).integers(0, 256, (2, 4, 4, 3), dtype=np.uint8)
    for name, shade in zip("ab", shades, strict=True):
        save_image(tmp_path / f"{name}.png", np.kron(shade, np.ones((20, 20, 1), np.uint8)))
    found = [Person(name, tmp_path / f"{name}.png", tmp_path) for name in "ab"]
    monkeypatch.setattr(redraw, "people", lambda _: found)
    monkeypatch.setattr(redraw, "machine", lambda: ("cpu", 0))
    monkeypatch.setattr(redraw, "_CPU", Trial("cpu", TINY, 64, 56, "float32"))
    monkeypatch.setattr(redraw, "_HOW", Sampling(steps=2))
    monkeypatch.setattr(redraw, "_MANY", Sampling(steps=4))
    monkeypatch.setattr(redraw, "_ROUNDS", 1)
    told: list[tuple[str, int, int | None]] = []
    rows = redraw.run(tmp_path, lambda *step: told.append(step)).rows
    asked = [row for row in rows if " off " in row.figure or row.measured.count(";") == 1]
    assert all(row.held for row in asked if row.asked and "fast" not in row.figure)
    measured = {row.figure: row.measured for row in rows}
    assert measured["5 strengths of 1 face: prompts encoded, here; published"] == "2; 10"
    assert measured["5 strengths of 1 face: squares encoded, here; published"] == "1; 5"
    assert measured["5 strengths of 1 face: calls of the transformer, here; published"] == "4; 10"
    assert measured["3 expressions of 2 faces: prompts encoded, here; published"] == "8; 12"
    assert told[-1] == ("parts", 4, 4)
