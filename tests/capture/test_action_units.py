"""A track from landmarks and a motion that are known."""

import numpy as np
import pytest

from mien.anatomy.inverse import FREE, prepare
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import template
from mien.capture.action_units import Clock, Person, read_rows
from mien.capture.course import ROW, Stored
from mien.capture.neutral import Neutral
from mien.capture.rows import Rows
from mien.capture.tape import Tape
from mien.core.facs import COLUMNS, INDEX
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
    assert found.deviation is not None
    assert np.isnan(found.deviation[~said]).all()
    assert np.isfinite(found.deviation[said][:, INDEX["AU12L"]]).all()


def test_between_looks_the_face_is_there() -> None:
    found = track(range(0), 3)
    assert set(found.status) == {"ok"}
    assert np.isfinite(found.aus).all()


FIRST, SECOND, STRANGER = 7, 3, 5  # numbers among the landmarks
SIGHT = {
    FIRST: [*range(10, 30), *range(60, 70)],  # lost for longer than is bridged
    SECOND: [*range(20, 50), *range(60, 100)],  # lost for as long as is bridged
}
UNIT = {FIRST: "AU12L", SECOND: "AU01R"}


def place(who: int, frame: int) -> tuple[float, float]:
    """Where a face is: both move, each its own way."""
    return (300.0 + frame, 200.0) if who == FIRST else (900.0 - frame, 500.0)


@pytest.fixture(scope="module")
def two() -> Track:
    """Of two faces, the one with a smile, the other with a raised brow and for a while a hand.

    A third is seen among them that nobody asked for.
    """
    model, tape = face_model(template()), Tape(ROW)
    nothing, own = np.zeros(len(FREE), np.bool_), {who: list[int]() for who in SIGHT}
    with Rows() as rows:
        for frame in range(COUNT):
            rows.add(frame, STRANGER, FACE)
            for who in (SECOND, FIRST):
                if frame not in SIGHT[who]:
                    continue
                aus = np.zeros(len(COLUMNS))
                aus[INDEX[UNIT[who]]] = 2.0
                shown = 100.0 * (model.neutral + displacement(model, aus)) * (1.0, -1.0, -1.0)
                rows.add(frame, who, shown + np.array([*place(who, frame), 0.0]))
                odd = 0.2 if who == SECOND and 80 <= frame < 85 else 0.0
                pose = (0.0, 0.0, 0.0, *place(who, frame), 100.0)
                stretch = int(frame > 50)
                row = (frame / RATE, frame, stretch, False, odd, nothing, pose, np.zeros(len(FREE)))
                own[who].append(tape.add(*row))
        people = {
            who: Person(
                index, Neutral(template(), 0.8), prepare(model), Stored(tape, np.array(own[who]))
            )
            for index, who in enumerate((FIRST, SECOND))
        }
        clock = Clock(np.arange(COUNT) / RATE, 900 * np.arange(COUNT))
        return read_rows(rows, people, clock, lambda _: None)


def test_two_faces_have_rows_from_their_first_to_their_last_frame(two: Track) -> None:
    assert two.of_face(0).frame.tolist() == list(range(COUNT))
    assert two.of_face(1).frame.tolist() == list(range(20, 100))
    assert len(two) == COUNT + 80
    assert (np.diff(two.time) >= 0.0).all()
    assert (two.pts == 900 * two.frame).all()


@pytest.mark.parametrize(("index", "who"), [(0, FIRST), (1, SECOND)])
def test_each_of_two_faces_is_read_in_its_own_rows(two: Track, index: int, who: int) -> None:
    face = two.of_face(index)
    seen = np.isin(face.frame, SIGHT[who])
    expected = np.zeros(len(COLUMNS))
    expected[INDEX[UNIT[who]]] = 2.0
    assert face.aus[seen] == pytest.approx(np.tile(expected, (seen.sum(), 1)), abs=0.3)
    moved = face.position[:, :2] - np.array([place(who, frame) for frame in face.frame])
    assert np.ptp(moved[seen], axis=0).max() < 0.01
    assert (np.abs(moved[seen]) < 5.0).all()


def test_two_faces_are_lost_each_at_its_own_time(two: Track) -> None:
    first, second = two.of_face(0), two.of_face(1)
    expected = np.where(np.isin(first.frame, SIGHT[FIRST]), "ok", "lost")
    assert first.status.tolist() == expected.tolist()
    expected = np.where(np.isin(second.frame, SIGHT[SECOND]), "ok", "interpolated")
    expected = expected.astype("<U12")
    expected[(second.frame >= 80) & (second.frame < 85)] = "occluded"
    assert second.status.tolist() == expected.tolist()
    assert np.isfinite(second.aus).all()


def test_a_lost_row_says_nothing(two: Track) -> None:
    lost = two.status == "lost"
    assert two.deviation is not None
    for numbers in (two.aus, two.deviation, two.pose, two.position):
        assert np.isnan(numbers[lost]).all()
    assert (two.confidence[lost] == 0.0).all()
    ok = two.status == "ok"
    assert np.isfinite(two.deviation[ok][:, [INDEX["AU12L"], INDEX["AU01R"]]]).all()
