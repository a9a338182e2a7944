"""Which hands near a face count, by what several looks show."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.edit.points import Subject
from mien.landmark.cover import hands as module
from mien.landmark.cover.hands import covered, hands

Points = NDArray[np.float64]
WIDEST, NARROW = 2.8, (2.0, 2.3)
PALM = 30.0  # px, about
PICTURE = np.zeros((240, 240, 3), np.uint8)


def hand(x: float = 120.0, y: float = 120.0) -> Points:
    """An open hand: its wrist below, five fingers of four joints above."""
    joints = [(x, y + PALM)]
    for finger in range(5):
        joints += [(x + 8.0 * (finger - 2), y - 10.0 * joint) for joint in range(4)]
    return np.array(joints)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[float, list[Points]]], list[float]]:
    """Shows the hands of each look, by its reach; fills a list of the looks that were taken."""

    def stage(shown: dict[float, list[Points]]) -> list[float]:
        taken = list[float]()

        def hands_in(_: object, __: object, reach: float) -> list[Points]:
            taken.append(reach)
            return shown.get(reach, [])

        monkeypatch.setattr(module, "_hands_in", hands_in)
        return taken

    return stage


@pytest.mark.parametrize("other", NARROW)
def test_on_the_widest_look_and_another_a_hand_counts(looks, subject: Subject, other) -> None:
    one, same = hand(), hand(125.0, 118.0)
    taken = looks({WIDEST: [one], other: [same]})
    found = hands(PICTURE, subject.points)
    assert [points.tolist() for points in found] == [one.tolist(), same.tolist()]
    assert sorted(taken) == sorted((WIDEST, *NARROW))


@pytest.mark.parametrize("widest", [[], [hand(20.0, 200.0)]])
def test_on_the_two_narrow_looks_alone_no_hand_counts(looks, subject: Subject, widest) -> None:
    looks({WIDEST: widest, **{reach: [hand()] for reach in NARROW}})
    assert hands(PICTURE, subject.points) == []
    assert not covered(PICTURE, subject.points).any()


def test_on_the_widest_look_alone_no_hand_counts(looks, subject: Subject) -> None:
    looks({WIDEST: [hand(), hand(123.0)], 2.0: [hand(20.0, 200.0)]})
    assert hands(PICTURE, subject.points) == []


def test_of_two_hands_only_the_one_seen_again_counts(looks, subject: Subject) -> None:
    one, far = hand(), hand(20.0, 200.0)
    looks({WIDEST: [far, one], 2.0: [one], 2.3: [hand(220.0, 20.0)]})
    assert [points.tolist() for points in hands(PICTURE, subject.points)] == 2 * [one.tolist()]


def test_nothing_on_the_widest_look_ends_it(looks, subject: Subject) -> None:
    taken = looks({reach: [hand()] for reach in NARROW})
    assert hands(PICTURE, subject.points) == []
    assert taken == [WIDEST]


@pytest.mark.parametrize("expected", [False, True])
def test_a_hand_that_is_expected_needs_one_look(looks, subject: Subject, expected: bool) -> None:
    taken = looks({WIDEST: [hand()]})
    found = covered(PICTURE, subject.points, expected=expected)
    assert found.shape == (478,)
    assert found.any() == expected
    assert len(taken) == (1 if expected else 3)


def test_what_a_hand_covers_lies_below_it(looks, subject: Subject) -> None:
    looks({reach: [hand()] for reach in (WIDEST, *NARROW)})
    found = covered(PICTURE, subject.points)
    across, down = (subject.points[:, :2] - (120.0, 120.0)).T
    assert found[(np.abs(across) < 5) & (np.abs(down) < 10)].all()
    assert not found[(np.abs(across) > 40) | (down < -60)].any()
