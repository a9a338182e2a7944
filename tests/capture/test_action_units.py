"""A track from landmarks and a motion that are known."""

import numpy as np
import pytest

from mien.anatomy.inverse import FREE, prepare
from mien.anatomy.model import face_model
from mien.anatomy.template import template
from mien.capture.action_units import Clock, Person, read_rows
from mien.capture.course import ROW, Stored
from mien.capture.neutral import Neutral
from mien.capture.rows import Rows
from mien.capture.tape import Tape
from mien.core.signal import Track

RATE, COUNT = 100.0, 120
FACE = 100.0 * template() * (1.0, -1.0, -1.0) + 300.0  # px


def track(strange: range, every: int) -> Track:
    """Of a face at rest, looked for on every so-manieth frame, that is no face for some frames."""
    wild = FACE + np.random.default_rng(0).normal(0.0, 9.0, FACE.shape)
    tape, nothing = Tape(ROW), np.zeros(len(FREE), np.bool_)
    with Rows() as rows:
        for frame in range(COUNT):
            if frame % every == 0:
                rows.add(frame, 0, wild if frame in strange else FACE)
            place = (0.0, 0.0, 0.0, 300.0, 300.0, 100.0)
            tape.add(frame / RATE, frame, 0, False, 0.0, nothing, place, np.zeros(len(FREE)))
        course = Stored(tape, np.arange(COUNT))
        person = Person(0, Neutral(template(), 0.8), prepare(face_model(template())), course)
        time = np.arange(COUNT) / RATE
        clock = Clock(time, np.arange(COUNT))
        return read_rows(rows, {0: person}, clock, lambda _: None)


@pytest.mark.parametrize("every", [1, 2, 3])
def test_nothing_is_said_beside_what_is_no_face(every: int) -> None:
    """Between two looks the motion of the skin goes on; not where a look showed no face."""
    found = track(range(30, 90), every)
    said = np.isfinite(found.aus).any(axis=1)
    first, last = (n for n in (30 + (-30) % every, 90 - every + (-90) % every))
    assert not said[first : last + 1].any()
    assert said[: first - every + 1].all()
    assert said[last + every :].all()
    assert set(found.status[~said]) == {"lost"}


def test_between_looks_the_face_is_there() -> None:
    found = track(range(0), 3)
    assert set(found.status) == {"ok"}
    assert np.isfinite(found.aus).all()
