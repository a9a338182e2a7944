"""Movements are as large as asked, and know what they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.anatomy.fields import reflect
from mien.anatomy.topology import OVAL
from mien.core import facs
from mien.core.envelope import Envelope
from mien.core.errors import InputError
from mien.edit.points import Subject
from mien.synth.head import Head
from mien.synth.movement import by_aus, size_in_px
from mien.synth.movement import given as as_given
from mien.synth.speech import Speech

COURSE = Envelope(0.1, 0.2, 0.4)
SKIN = [unit for unit in facs.ACTION_UNITS if unit.region != "gaze" and unit.code != "AU25"]


@given(st.sampled_from([c for unit in SKIN for c in unit.columns]), st.floats(0.2, 1.0))
def test_size_in_px(subject: Subject, unit: str, pixels: float) -> None:
    move = by_aus(subject.model, {unit: 1.0}, COURSE, pixels=pixels, face_width=200)
    wide = np.ptp(subject.model.neutral[list(OVAL), 0])
    most = np.linalg.norm(np.delete(move.field, range(468, 478), axis=0)[:, :2], axis=1).max()
    assert most / wide * 200 == pytest.approx(pixels)
    assert move.field == pytest.approx(
        move.aus[unit] / 5 * subject.model.fields[facs.INDEX[unit]], abs=1e-12
    )


def test_an_intensity_is_an_intensity(subject: Subject) -> None:
    move = by_aus(subject.model, {"AU12": 2.0, "AU06L": 1.0}, COURSE)
    assert dict(move.aus) == {"AU12L": 2.0, "AU12R": 2.0, "AU06L": 1.0}
    assert (move.side, move.region, move.drawn) == ("both", "mouth", True)
    assert not by_aus(subject.model, {"AU12": 0.1}, COURSE).drawn


def test_the_event_of_a_movement(subject: Subject) -> None:
    event = by_aus(subject.model, {"AU02R": 1.0}, Envelope(0.5, 1.0, 2.0)).event
    assert (event.kind, event.side, event.region) == ("macro", "R", "brow")
    # Half a cosine is fastest in its middle: pi / 2 times its mean speed.
    field = subject.model.fields[facs.INDEX["AU02R"]] / 5
    most = np.linalg.norm(field, axis=1).max()
    assert event.velocity == pytest.approx(np.pi / 2 * most / 0.5, rel=0.01)


@pytest.mark.parametrize("unit", ["AU12L", "AU01L", "AU09R", "AU15R"])
def test_what_is_given_is_recognised(subject: Subject, unit: str) -> None:
    field = subject.model.fields[facs.INDEX[unit]]
    move = as_given(subject.model, field, COURSE, pixels=1.0)
    assert (move.side, move.region, dict(move.aus)) == (unit[-1], facs.REGION[unit], {})
    assert size_in_px(subject.model, move.field) == pytest.approx(1.0)
    both = as_given(subject.model, field + reflect(field), COURSE)
    assert both.side == "both"
    named = as_given(subject.model, 2 * field, COURSE, aus={"AU17": 2.0}, pixels=1.0)
    assert (named.side, named.region) == ("both", "chin")


@pytest.mark.parametrize(
    ("aus", "sizes", "message"),
    [
        ({}, {}, "name action units"),
        ({"AU12": 0.0}, {}, "name action units"),
        ({"AU12": -1.0}, {}, "name action units"),
        ({"AU99": 1.0}, {}, "unknown action unit"),
        ({"AU12": 6.0}, {}, "end at 5"),
        ({"AU12": 1.0}, {"pixels": 200.0}, "end at 5"),
        ({"AU12": 1.0}, {"pixels": -1.0}, "above 0"),
        ({"AU61": 1.0}, {"pixels": 1.0}, "no skin"),
    ],
)
def test_what_does_not_move(
    subject: Subject, aus: dict[str, float], sizes: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        by_aus(subject.model, aus, COURSE, **sizes)


@pytest.mark.parametrize("field", [np.zeros((478, 3)), np.ones((4, 3)), np.full((478, 3), np.nan)])
def test_what_is_no_field(subject: Subject, field: NDArray[np.float64]) -> None:
    with pytest.raises(InputError, match="a field is"):
        as_given(subject.model, field, COURSE)


@given(st.booleans(), st.integers(0, 99), st.floats(1.0, 8.0))
def test_a_head_begins_at_rest_and_goes_as_far_as_asked(
    wander: bool, seed: int, period: float
) -> None:
    head = Head(10, 5, 8, 20, 10, period, wander, seed=seed)
    course = head.course(np.linspace(0, 10, 2001), 10.0)
    assert course[0] == pytest.approx(np.zeros(5), abs=1e-12)
    most = np.abs(course).max(axis=0)
    assert (most <= np.array([10, 5, 8, 20, 10]) * 1.02).all()
    assert (most >= np.array([10, 5, 8, 20, 10]) * 0.9).all()
    fastest = np.abs(np.diff(course, axis=0)).max() / 0.005
    assert fastest < 20 * 2 * np.pi * 2.5 * 4 / period  # no jumps


@settings(max_examples=15)
@given(st.integers(0, 999))
def test_talk_is_made_of_syllables_and_pauses(seed: int) -> None:
    time = np.arange(2000) / 200
    aus = Speech(start=1.0, seed=seed).aus(time)
    assert not aus[time < 1.0].any()
    assert aus.min() >= 0.0
    assert aus.max() < 2.5
    opening = aus.sum(axis=1)
    syllables = (opening[1:-1] > opening[:-2]) & (opening[1:-1] >= opening[2:])
    assert 2.0 <= syllables.sum() / 9 <= 6.0
    moments = np.array([1.4, 3.3, 9.1])
    assert Speech(start=1.0, seed=seed).aus(moments) == pytest.approx(
        aus[np.rint(moments * 200).astype(int)], abs=1e-9
    )


def test_a_talk_does_not_depend_on_how_far_it_is_looked_at() -> None:
    talk = Speech(seed=5)
    early, late = np.arange(0, 20, 0.01), np.arange(0, 200, 0.01)
    assert np.array_equal(talk.aus(early), talk.aus(late)[: len(early)])
    assert not Speech(end=2.0, seed=5).aus(early)[200:].any()
