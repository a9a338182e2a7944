"""What a wish means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core import facs
from mien.core.errors import InputError
from mien.core.expression import (
    MAX_STRENGTH,
    goal,
    parse_wish,
    target,
)
from mien.core.recipe import find, recipes

TWELVE = {
    "angry", "confused", "contempt", "confident", "disgust", "fear", "happy", "sad", "shy",
    "sleepy", "surprised", "anxious",
}  # fmt: skip
faces = st.lists(st.floats(0, 5), min_size=len(facs.COLUMNS), max_size=len(facs.COLUMNS)).map(
    lambda values: facs.resolve(np.array(values))
)
REST = np.zeros(len(facs.COLUMNS))


def shown(wish: dict[str, float], current=REST, fixed: dict[str, float] | None = None):  # type: ignore[no-untyped-def]
    return facs.to_dict(target(current, parse_wish(wish), fixed))


def test_twelve_categories_with_sources_that_leave_room_to_extrapolate() -> None:
    assert set(recipes()) == TWELVE | {"neutral"}
    for recipe in recipes().values():
        assert recipe.source
        assert recipe.rest == 0
        assert max([0.0, *recipe.aus.values()]) * MAX_STRENGTH <= facs.MAX_INTENSITY
        assert facs.vector(recipe.aus).max() <= 3.3


@given(faces)
def test_nothing_wished_nothing_changed(current) -> None:  # type: ignore[no-untyped-def]
    np.testing.assert_array_equal(target(current, parse_wish({})), current)
    np.testing.assert_array_equal(target(current, parse_wish({"happy": 0.0, "AU12": 0})), current)


@given(faces, st.sampled_from(sorted(TWELVE)))
def test_full_strength_is_the_recipe(current, name: str) -> None:  # type: ignore[no-untyped-def]
    np.testing.assert_allclose(
        target(current, parse_wish({name: 1.0})),
        facs.resolve(goal(find(name), current)),
        atol=1e-12,
    )


@given(st.sampled_from(sorted(TWELVE)), st.floats(0, MAX_STRENGTH))
def test_strength_is_linear_from_rest(name: str, strength: float) -> None:
    full = target(REST, parse_wish({name: 1.0}))
    np.testing.assert_allclose(
        target(REST, parse_wish({name: strength})), strength * full, atol=1e-9
    )


def test_gaze_and_blink_stay_when_the_rest_is_cleared() -> None:
    current = facs.vector({"AU43": 2.0, "AU61": 1.0, "AU12": 3.0})
    neutral = shown({"neutral": 1.0}, current)
    assert neutral["AU43L"] == 2.0
    assert neutral["AU61"] == 1.0
    assert neutral["AU12L"] == 0.0


def test_blend_adds_both_ways() -> None:
    blend = shown({"happy": 0.5, "sad": 0.5})
    assert blend["AU12L"] == pytest.approx(0.5 * find("happy").aus["AU12"])
    assert blend["AU01L"] == pytest.approx(0.5 * find("sad").aus["AU01"])


def test_action_units_add_and_set_is_absolute() -> None:
    current = facs.vector({"AU12": 2.0})
    assert shown({"AU12L": 1.5}, current)["AU12L"] == 3.5
    assert shown({"AU12L": -1.5}, current)["AU12L"] == 0.5
    assert shown({"happy": 1.0}, current, {"AU12": 0})["AU12R"] == 0.0
    assert shown({}, facs.vector({"AU27": 5.0}), {"AU26": 1.0})["AU27"] == 0.0


def test_nan_is_ignored_so_that_measurements_can_be_given_back() -> None:
    assert shown({"AU12L": float("nan"), "AU12R": 1.0})["AU12L"] == 0.0
    assert shown({}, np.full(len(facs.COLUMNS), np.nan)) == facs.to_dict(REST)


@given(faces)
def test_everything_set_is_everything_shown(current) -> None:  # type: ignore[no-untyped-def]
    given_back = target(REST, parse_wish({}), facs.to_dict(current))
    np.testing.assert_allclose(given_back, current, atol=1e-12)


def test_order_of_absolute_targets_does_not_matter() -> None:
    one, other = {"AU25": 2.0, "AU24": 3.0}, {"AU24": 3.0, "AU25": 2.0}
    assert shown({}, fixed=one) == shown({}, fixed=other)


@pytest.mark.parametrize(
    ("wish", "fixed", "words"),
    [
        ({"hapy": 1.0}, None, "did you mean happy"),
        ({"AU99": 1.0}, None, "unknown action unit"),
        ({"happy": 2.0}, None, "between 0"),
        ({"happy": -0.1}, None, "between 0"),
        ({"happy": "much"}, None, "is a number"),
        ({"AU12": float("inf")}, None, "finite"),
        ({}, {"AU12": 6.0}, "between 0 and 5"),
        ({}, {"AU12": -1.0}, "between 0 and 5"),
        ({}, {"happy": 1.0}, "unknown action unit"),
    ],
)
def test_bad_wishes_say_what_is_wrong(wish, fixed, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words) as error:
        target(REST, parse_wish(wish), fixed)
    assert "\n" not in str(error.value)


def test_the_same_expression_twice_is_refused() -> None:
    for wish in ({"happy": 0.3, "Happy": 0.9}, {"happy": 0.3, find("happy"): 0.9}):
        with pytest.raises(InputError, match="twice"):
            parse_wish(wish)
