"""How far judges of 32 px are to be trusted."""

import numpy as np
import pytest

from mien.bench.nano.agreement import Asked, judge_rows, likeness_row
from mien.bench.nano.likeness import Likeness, Photos, apart, area
from mien.learn.ffe.row import CATEGORIES

FEAR, SURPRISED = (CATEGORIES.index(name) for name in ("fear", "surprised"))


def asked(wrong: int = 0) -> Asked:
    """Four people in every category; the first ones' fear is seen as surprise."""
    category = np.tile(np.arange(12), 4)
    truth = np.eye(12)[category] * 0.8
    said = truth.copy()
    for person in range(wrong):
        said[12 * person + FEAR] = 0.9 * np.eye(12)[SURPRISED]
    return Asked(truth, said, category, np.repeat(list("abcd"), 12))


def values(of: Asked) -> dict[str, float]:
    return {row.figure.partition(": ")[2]: float(row.measured) for row in judge_rows("j", of)}


def test_a_judge_that_is_right() -> None:
    found = values(asked())
    assert found["category, edits from 0.5"] == found["category, all edits"] == 1.0
    assert found["scores, r over all"] == found["scores, r within a category, mean"] == 1.0
    assert found["fear and surprised mistaken, edits from 0.5"] == 0.0


def test_a_judge_that_mistakes() -> None:
    found = values(asked(2))
    assert found["category, all edits"] == pytest.approx(46 / 48, abs=5e-4)
    assert found["fear and surprised mistaken, edits from 0.5"] == 0.25
    assert found["angry and disgust mistaken, edits from 0.5"] == 0.0
    assert found["scores, r over all"] < 1.0


def test_weak_edits_are_counted_apart() -> None:
    one = asked()
    weak = Asked(0.1 * one.truth, np.zeros_like(one.said), one.category, one.person)
    found = values(weak)
    assert found["category, all edits"] == 0.0  # nothing is seen
    assert np.isnan(found["category, edits from 0.5"])


def test_the_area_by_hand() -> None:
    assert area(np.array([[0.9, 0.1], [0.2, 0.8]])) == 1.0
    assert area(np.array([[0.1, 0.9], [0.8, 0.2]])) == 0.0
    assert area(np.full((3, 3), 0.4)) == 0.5
    assert area(np.array([[0.5, 0.6], [0.1, 0.7]])) == 0.75
    assert np.isnan(area(np.ones((1, 1))))


def test_who_knows_everybody_and_who_nobody() -> None:
    squares = np.random.default_rng(0).integers(0, 255, (5, 1, 32, 32, 3), np.uint8)
    squares = np.repeat(squares, 2, axis=1)
    some = Photos(squares, np.zeros((5, 2, 478, 3)))

    def pixels(shown: np.ndarray, points: np.ndarray) -> np.ndarray:
        flat = shown.reshape(len(shown), -1) - 127.0
        return np.asarray(flat / np.linalg.norm(flat, axis=1, keepdims=True))

    def nothing(shown: np.ndarray, points: np.ndarray) -> np.ndarray:
        return np.ones((len(shown), 1))

    assert apart(Likeness("pixels", pixels), some) == 1.0
    assert apart(Likeness("nothing", nothing), some) == 0.5
    row = likeness_row(Likeness("pixels", pixels), some)
    assert (row.measured, row.interval, row.n) == ("1.000", "1.000 to 1.000", "5 people")
