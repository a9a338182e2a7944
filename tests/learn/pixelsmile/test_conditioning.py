"""Scores become places between two embeddings."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.learn.ffe.row import CATEGORIES, Picture, Target
from mien.learn.pixelsmile.conditioning import LEVELS, ONE_HOT, counted, interpolated, score_of

PICTURE = Picture("a.png", "anna", "CC0", "none needed", "noise")


def test_each_row_goes_as_far_as_its_score() -> None:
    neutral, target = torch.zeros(3, 2, 4), torch.ones(3, 2, 4)
    found = interpolated(neutral, target, torch.tensor([0.0, 0.25, 1.0]))
    assert torch.equal(found[:, 0, 0], torch.tensor([0.0, 0.25, 1.0]))
    assert torch.equal(found.std(dim=(1, 2)), torch.zeros(3))


def test_the_score_is_that_of_the_own_category() -> None:
    scores = {**dict.fromkeys(CATEGORIES, 0.1), "fear": 0.7}
    target = Target(PICTURE, "fear", scores)
    assert score_of(target) == 0.7
    assert score_of(target, ONE_HOT) == 1.0
    assert score_of(target, LEVELS) == 0.75


@given(st.floats(0.0, 1.0))
def test_levels_are_three_and_none_is_nearer(score: float) -> None:
    found = counted(score, LEVELS)
    assert found in (0.5, 0.75, 1.0)
    assert abs(found - score) == min(abs(level - score) for level in (0.5, 0.75, 1.0))
    assert counted(found, LEVELS) == found


@pytest.mark.parametrize("scores", [{}, {**dict.fromkeys(CATEGORIES, 0.1), "fear": None}])
def test_a_score_that_is_not_there(scores: dict[str, float | None]) -> None:
    with pytest.raises(InputError, match="mien ffe annotate"):
        score_of(Target(PICTURE, "fear", scores))
