"""Curves of strengths: from people whose scores are known."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.bench.ffe.cases import Portrait
from mien.bench.ffe.curves import curve_of, gone, measured_strengths, rising
from mien.bench.ffe.run import Verdicts
from mien.bench.ffe.witnesses import IDENTITY, Witness

GRID = np.array([0.0, 0.5, 1.0, 1.5])
SHARES = st.floats(-2.0, 2.0)
WHOLE = 0.4
BOTH = ("happy", "sad")


def nothing(*_):
    raise AssertionError("nobody is asked again")


READER = Witness("reading", "r", nothing, ("happy", "sad"))
ALIKE = Witness(IDENTITY, "alike", nothing, ("arcface", "facenet"))


def person(name: str, scores, like: float = 0.9, wanted=("happy",)) -> Verdicts:
    """Somebody whose score of everything that is wanted runs like this; None for no face."""
    cosines = {"arcface": like + 0.1, "facenet": like - 0.1}
    said = {
        (category, s): {"r": {} if score is None else {category: score}, "alike": cosines}
        for category in wanted
        for s, score in zip(GRID.tolist(), scores, strict=True)
    }
    portrait = Portrait(name, Path(f"{name}.jpg"), dict.fromkeys(wanted, ""))
    return Verdicts(portrait, Path(f"{name}.jpg"), {}, said)


def strengths_of(*found: Verdicts, whole: float = WHOLE):
    """Measured beside a mesh of whose strength 1 everybody shows as much."""
    mesh = [person(one.portrait.name, [0.1, 0, 0.1 + whole, 0], wanted=BOTH) for one in found]
    return measured_strengths(found, mesh, READER, ALIKE, GRID.tolist(), {"name": "mesh"})


@given(arrays(np.float64, st.integers(1, 12), elements=SHARES))
def test_rising_is_the_nearest_that_never_falls(values) -> None:
    found = rising(values)
    assert (np.diff(found) >= 0).all()
    assert found.sum() == pytest.approx(values.sum(), abs=1e-9)
    np.testing.assert_allclose(rising(found), found, atol=1e-12)
    np.testing.assert_array_equal(rising(np.sort(values)), np.sort(values))
    # The nearest point of a cone is at a right angle to what is left over.
    assert float((values - found) @ found) == pytest.approx(0.0, abs=1e-8)


@given(
    arrays(np.float64, (3, 4), elements=SHARES),
    arrays(np.float64, (3, 4), elements=st.floats(-1, 1)),
)
def test_every_curve_can_be_kept(shares, alike) -> None:
    shares[:, 0] = 0.0
    curve = curve_of(GRID, shares, alike)  # checks itself
    assert curve.measured[0] == 0.0
    assert curve.limit in curve.strengths


def test_measured_is_a_share_of_the_recipe() -> None:
    whole = person("ann", [0.1, 0.1 + WHOLE / 2, 0.1 + WHOLE, 0.1 + WHOLE])
    drawn = strengths_of(whole)
    assert drawn.curves["happy"].measured == pytest.approx((0.0, 0.5, 1.0, 1.0))
    assert drawn.curves["happy"].limit == 1.0  # from there it rises no more
    assert drawn.made_with == {"name": "mesh"}
    np.testing.assert_allclose(gone(np.array([[0.2, 0.2, np.nan]])), 0.0)


def test_it_is_the_median_of_those_whose_face_is_read() -> None:
    rises = [[0.0, 0.1, 0.2, 0.3], [0.1, 0.3, 0.5, 0.7], [0.0, 0.9, 0.9, 0.9], [None, 0, 0, 0]]
    drawn = strengths_of(*(person(str(n), scores) for n, scores in enumerate(rises)))
    assert drawn.people == 3
    expected = np.array([0.0, 0.2, 0.4, 0.6]) / WHOLE
    assert drawn.curves["happy"].measured == pytest.approx(expected, abs=1e-4)
    assert drawn.curves["happy"].limit == 1.5


def test_an_edit_without_a_face_is_no_expression() -> None:
    curve = strengths_of(person("ann", [0.0, 0.2, 0.4, None])).curves["happy"]
    assert curve.measured == pytest.approx((0.0, 0.5, 0.5, 0.5), abs=1e-4)  # 1 and 0 pooled


@pytest.mark.parametrize(
    ("measured", "alike", "limit"),
    [
        ([0, 0.3, 0.6, 0.9], [1, 0.9, 0.8, 0.7], 1.5),
        ([0, 0.3, 0.6, 0.61], [1, 0.9, 0.8, 0.7], 1.0),  # rises too little
        ([0, 0.3, 0.6, 0.9], [1, 0.9, 0.5, 0.49], 1.0),  # another person
        ([0, 0.3, 0.6, 0.9], [1, 0.4, 0.9, 0.9], 0.0),  # and back: not to be trusted
        ([0, 0.0, 0.0, 0.5], [1, 0.9, 0.8, 0.7], 1.5),  # sets in late
        ([0, 0.01, 0.02, 0.03], [1, 0.9, 0.8, 0.7], 0.0),
        ([0, -0.3, -0.6, -0.9], [1, 0.9, 0.8, 0.7], 0.0),
        ([0, 0.3, 0.6, 0.9], [0.4, 0.4, 0.4, 0.4], 0.0),
    ],
)
def test_limits(measured, alike, limit) -> None:
    curve = curve_of(GRID, np.array([measured], np.float64), np.array([alike], np.float64))
    assert curve.limit == limit


def test_only_what_was_asked_of_everybody() -> None:
    happy = [0.0, 0.2, 0.4, 0.6]
    some = strengths_of(person("a", happy, wanted=BOTH), person("b", happy))
    assert set(some.curves) == {"happy"}
    assert strengths_of(person("a", happy, wanted=("sad",)), person("b", happy)) is None
    assert strengths_of(person("a", [None, 0.2, 0.4, 0.6])) is None


def test_what_is_not_seen_on_the_mesh_gets_no_curve() -> None:
    assert strengths_of(person("a", [0.0, 0.2, 0.4, 0.6]), whole=0.04).curves == {}


def test_the_mesh_beside_itself_is_the_measure() -> None:
    mesh = person("a", [0.05, 0.2, 0.35, 0.5])
    drawn = measured_strengths([mesh], [mesh], READER, ALIKE, GRID.tolist(), {})
    assert drawn.curves["happy"].measured == pytest.approx((0.0, 0.5, 1.0, 1.5))
