"""What is kept of a face while a clip runs, on a puppet that is lost, found and covered."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE
from mien.anatomy.topology import MOUTH
from mien.capture.recording import Recorder
from mien.core.facs import COLUMNS
from mien.media.video import Frame
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.plate import Plate
from mien.synth.scene import Scene

Faces = dict[int, NDArray[np.float64]]
RATE = 100.0


@pytest.fixture(scope="module")
def clip(plate: Plate) -> Clip:
    return film(plate, Scene(0.1, ()), Camera(rate=RATE, noise=1.0))


@pytest.fixture(scope="module")
def pictures(clip: Clip) -> list[NDArray[np.uint8]]:
    return [image for _, image in clip.frames()]


@pytest.fixture
def show(pictures: list[NDArray[np.uint8]]) -> Callable[..., None]:
    """Shows the puppet, frame by frame from a number on."""

    def run(recorder: Recorder, found: Sequence[Faces | None], start: int = 0) -> None:
        for index, points in enumerate(found, start):
            frame = Frame(index, 900 * index, index / RATE, pictures[index], index % 4 == 0)
            recorder.see(frame, points)

    return run


@pytest.fixture(scope="module")
def points(clip: Clip) -> NDArray[np.float64]:
    return clip.landmarks()[0]


def test_every_frame_has_its_row(show, points) -> None:
    recorder = Recorder()
    show(recorder, [{0: points}, None, None, {0: points}, None])
    course = recorder.course(0)
    assert course.frame.tolist() == [0, 1, 2, 3, 4]
    assert course.time == pytest.approx(np.arange(5) / RATE)
    assert course.key.tolist() == [True, False, False, False, True]
    assert set(course.stretch) == {0}
    assert np.isfinite(course.aus).all()
    assert np.isfinite(course.pose).all()


def test_nothing_before_a_face_is_seen(show, points) -> None:
    recorder = Recorder()
    show(recorder, [None, {}, None, {0: points}, None])
    assert recorder.course(0).frame.tolist() == [3, 4]


def test_lost_and_found_is_a_new_stretch(show, points) -> None:
    recorder = Recorder()
    show(recorder, [{0: points}, None, {}, None, {0: points}, None])
    course = recorder.course(0)
    assert course.frame.tolist() == [0, 1, 4, 5]
    assert course.stretch.tolist() == [0, 0, 1, 1]


def test_one_that_is_lost_leaves_the_other_alone(show, points) -> None:
    recorder = Recorder()
    show(recorder, [{0: points, 1: points}, {0: points}, None, {0: points, 1: points}])
    assert recorder.course(0).stretch.tolist() == [0, 0, 0, 0]
    assert recorder.course(1).frame.tolist() == [0, 3]
    assert recorder.course(1).stretch.tolist() == [0, 1]


def test_what_is_covered_is_hidden_until_told_otherwise(show, points) -> None:
    recorder = Recorder()
    lips = points[list(MOUTH), :2]
    hand = np.linalg.norm(points[:, None, :2] - lips[None], axis=2).min(axis=1) < 60
    show(recorder, [{0: points}])
    recorder.cover(0, hand)
    show(recorder, [{0: points}, None, {0: points}], 1)
    recorder.cover(0, np.zeros(478, np.bool_))
    show(recorder, [{0: points}, None], 4)
    hidden = recorder.course(0).hidden
    smile, brow = (hidden[:, FREE.index(COLUMNS.index(name))] for name in ("AU12L", "AU01L"))
    assert smile.tolist() == [False, True, True, True, False, False]
    assert not brow.any()


def test_a_hand_on_the_first_frame_of_a_face_hides_from_there_on(show, points) -> None:
    recorder = Recorder()
    lips = points[list(MOUTH), :2]
    hand = np.linalg.norm(points[:, None, :2] - lips[None], axis=2).min(axis=1) < 60
    recorder.cover(0, hand)
    recorder.cover(1, np.zeros(478, np.bool_))
    show(recorder, [{0: points, 1: points}, None, {0: points, 1: points}])
    smile = FREE.index(COLUMNS.index("AU12L"))
    assert recorder.course(0).hidden[:, smile].tolist() == [True, True, True]
    assert not recorder.course(0).hidden[:, FREE.index(COLUMNS.index("AU01L"))].any()
    assert not recorder.course(1).hidden.any()


def test_what_lies_outside_the_picture_is_hidden(show, points) -> None:
    recorder = Recorder()
    show(recorder, [{0: points - (0.0, points[1, 1], 0.0)}])  # the nose on the upper border
    hidden = recorder.course(0).hidden[0]
    brow, chin = (hidden[FREE.index(COLUMNS.index(name))] for name in ("AU01L", "AU17"))
    assert brow
    assert not chin
