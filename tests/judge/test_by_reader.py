"""Categories by mien's own reader."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.core import facs
from mien.core.errors import NoFaceError
from mien.core.expression import MAX_STRENGTH
from mien.core.recipe import recipes
from mien.judge.by_reader import _towards, reader_judge
from mien.media.image import load_image

GOALS = {name: facs.vector(recipe.aus) for name, recipe in recipes().items() if recipe.aus}
SEEN = arrays(np.float64, len(facs.COLUMNS), elements=st.floats(0, 5))


@pytest.mark.parametrize("name", GOALS)
def test_a_recipe_scores_by_how_far_it_is_gone(name) -> None:
    goal = GOALS[name]
    assert _towards(0.0 * goal, goal) == 0.0
    for strength in (0.1, 0.5, 1.0, MAX_STRENGTH):
        assert _towards(strength * goal, goal) == pytest.approx(strength / MAX_STRENGTH)
    assert _towards(2.0 * goal, goal) == 1.0


@pytest.mark.parametrize("name", GOALS)
def test_its_own_recipe_is_the_one_a_face_has_gone_furthest_towards(name) -> None:
    scores = {other: _towards(GOALS[name], goal) for other, goal in GOALS.items()}
    assert max(scores, key=scores.__getitem__) == name


@given(seen=SEEN, name=st.sampled_from(sorted(GOALS)))
def test_a_score_is_a_share(seen, name) -> None:
    assert 0.0 <= _towards(seen, GOALS[name]) <= 1.0


def test_what_has_nothing_in_common_scores_nothing() -> None:
    goal = GOALS["happy"]
    other = np.where(goal > 0, 0.0, 3.0)
    assert _towards(other, goal) == 0.0
    assert _towards(goal + other, goal) < _towards(goal, goal)


def test_it_is_no_witness_on_the_mesh() -> None:
    judge = reader_judge()
    assert judge.kin == "mesh"
    assert judge.classes == tuple(GOALS)
    assert judge.fingerprint == reader_judge().fingerprint


def test_a_face_at_rest_scores_low_and_a_smile_goes_towards_happy(data) -> None:
    judge = reader_judge()
    for photo in sorted((data / "london" / "smiling").glob("*.jpg"))[:2]:
        smile = judge.scores(load_image(photo).pixels)
        still = judge.scores(load_image(photo.parents[1] / "neutral" / photo.name).pixels)
        assert max(still.values()) < 0.2
        assert smile["happy"] > still["happy"] + 0.05


def test_no_face_no_answer() -> None:
    with pytest.raises(NoFaceError):
        reader_judge().scores(np.zeros((64, 64, 3), np.uint8))
