"""Frames show what the truth says, and nothing else."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.core import facs
from mien.core.envelope import Envelope
from mien.core.errors import InputError
from mien.edit.points import Subject
from mien.edit.portrait import faces_of, portrait
from mien.media.image import load_image
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.hand import Hand
from mien.synth.head import Head
from mien.synth.movement import Movement, by_aus
from mien.synth.plate import Plate, plate_of
from mien.synth.scene import Scene
from mien.synth.speech import Speech

Image = NDArray[np.uint8]
Displaced = Callable[[Image, Image, Sequence[float]], NDArray[np.float64]]
COURSE = Envelope(0.1, 0.2, 0.4)
CHEEKS, NOSE = (50, 280, 205, 425), (4, 5, 195)


def smirk(plate: Plate, pixels: float = 0.5, **wanted: bool) -> Movement:
    wide = np.ptp(plate.subject.points[list(topo.OVAL), 0])
    return by_aus(
        plate.subject.model, {"AU12L": 1.0}, COURSE, pixels=pixels, face_width=wide, **wanted
    )


def frames(clip: Clip) -> list[Image]:
    return [frame for _, frame in clip.frames()]


def test_still_outside_the_event(plate: Plate) -> None:
    clip = film(plate, Scene(0.5, (smirk(plate),)), Camera(40))
    shown = frames(clip)
    moving = [not np.array_equal(frame, shown[0]) for frame in shown]
    shares = COURSE.value(clip.time)
    assert not np.array(moving)[shares == 0.0].any()
    assert np.array(moving)[shares > 0.2].all()


def test_a_portrait_at_its_own_size_stays_itself(backdrop: Image, subject: Subject) -> None:
    (frame,) = frames(film(plate_of(backdrop, subject, face_width=None), Scene(0.01)))
    assert np.abs(frame.astype(int) - backdrop).max() <= 2


@pytest.mark.parametrize("unit", ["AU12L", "AU04", "AU09R", "AU17"])
def test_half_a_pixel_is_half_a_pixel(plate: Plate, displaced: Displaced, unit: str) -> None:
    wide = np.ptp(plate.subject.points[list(topo.OVAL), 0])
    move = by_aus(plate.subject.model, {unit: 1.0}, COURSE, pixels=0.5, face_width=wide)
    clip = film(plate, Scene(0.5, (move,)), Camera(10))
    rest, _, apex, *_ = frames(clip)
    now = clip.landmarks()[2] - plate.subject.points
    # Where the motion is the same all over a patch: not at lids, lips and the rim of the face.
    size = np.linalg.norm(move.field[:, :2], axis=1)
    skin = np.setdiff1d(np.arange(468), [*topo.LIPS, *topo.OVAL, *np.ravel(topo.EYES)])
    farthest = skin[np.argsort(size[skin])[-8:]]
    seen = [displaced(rest, apex, plate.subject.points[i]) for i in farthest]
    assert np.median(np.abs(seen - now[farthest, :2])) < 0.03


@pytest.mark.parametrize("head", [Head(shift=3.3), Head(roll=6.0), Head(yaw=12.0)])
def test_a_head_goes_where_the_truth_says(plate: Plate, displaced: Displaced, head: Head) -> None:
    clip = film(plate, Scene(1.0, head=head), Camera(5))
    rest, later, *_ = frames(clip)
    went = clip.landmarks()[1] - plate.subject.points
    for point in (*CHEEKS, *NOSE):
        seen = displaced(rest, later, plate.subject.points[point])
        assert seen == pytest.approx(went[point, :2], abs=0.15)


def test_frames_are_equally_sharp_wherever_the_face_is(plate: Plate) -> None:
    energy = []
    for shift in (0.0, 0.125, 0.25, 0.375, 0.5, 0.875):
        move = Movement(np.zeros((478, 3)), COURSE, {}, "both", "mouth")
        move.field[:, 0] = shift / plate.subject.view.scale
        apex = frames(film(plate, Scene(0.5, (move,)), Camera(10)))[2]
        face = apex[150:210, 150:210].astype(float)
        energy.append((np.diff(face, axis=1) ** 2).mean())
    assert max(energy) / min(energy) < 1.05


def test_one_side_stays(plate: Plate) -> None:
    move = by_aus(plate.subject.model, {"AU02L": 1.0}, COURSE, pixels=2.0)
    rest, _, apex, *_ = frames(film(plate, Scene(0.5, (move,)), Camera(10)))
    changed = np.abs(apex.astype(int) - rest).sum(axis=(0, 2))
    assert changed[:170].sum() < 0.02 * changed[190:].sum()


def test_truth_is_exact(plate: Plate) -> None:
    move = smirk(plate)
    clip = film(plate, Scene(0.5, (move,)), Camera(20))
    column = clip.aus[:, facs.INDEX["AU12L"]]
    assert column == pytest.approx(move.aus["AU12L"] * COURSE.value(clip.time))
    assert np.delete(clip.aus, facs.INDEX["AU12L"], axis=1).max() == 0.0
    assert clip.shares[:, 0] == pytest.approx(COURSE.value(clip.time))
    (event,) = clip.events
    assert (event.onset, event.apex, event.offset) == (0.1, 0.2, 0.4)
    assert (event.kind, event.side, event.region) == ("micro", "L", "mouth")
    most = np.linalg.norm(clip.landmarks() - clip.landmarks()[0], axis=2)[..., :2].max()
    assert most <= 0.5 + 1e-6


def test_blinks_and_talk_are_true_but_no_events(plate: Plate) -> None:
    blink = Envelope(0.1, 0.2, 0.4, "gamma")
    clip = film(plate, Scene(0.5, blinks=(blink,), speech=Speech()), Camera(20))
    assert clip.events == ()
    assert clip.aus[4, facs.INDEX["AU43L"]] == pytest.approx(5.0)
    names = {facs.COLUMNS[i] for i in np.flatnonzero(clip.aus.any(axis=0))}
    assert not names & {"AU01L", "AU04L", "AU12L", "AU14L", "AU15L"}
    points = clip.landmarks()
    lids = np.linalg.norm(points[:, 386, :2] - points[:, 374, :2], axis=1)
    assert lids[4] < 0.15 * lids[0]


def test_a_blink_changes_the_eyes_alone(plate: Plate) -> None:
    clip = film(plate, Scene(0.5, blinks=(Envelope(0.1, 0.2, 0.4, "gamma"),)), Camera(10))
    rest, _, shut, *_ = frames(clip)
    rows = np.flatnonzero(np.abs(shut.astype(int) - rest).any(axis=(1, 2)))
    eyes = plate.subject.points[np.ravel(topo.EYES), 1]
    assert rows.min() > eyes.min() - 0.5 * plate.subject.view.scale
    assert rows.max() < eyes.max() + 0.5 * plate.subject.view.scale


def test_drawn_states_do_not_depend_on_earlier_clips(backdrop: Image, subject: Subject) -> None:
    scene = Scene(0.4, speech=Speech(seed=4))
    fresh, used = (plate_of(backdrop, subject, face_width=None) for _ in range(2))
    list(film(used, Scene(0.4, speech=Speech(seed=5)), Camera(20)).frames())
    first, second = (frames(film(one, scene, Camera(20))) for one in (fresh, used))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_same_seed_same_clip(plate: Plate) -> None:
    first, again, other = (
        frames(film(plate, Scene(0.1, (), Head(shift=2)), Camera(40, noise=3.0, seed=seed)))
        for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], first[1])


def test_a_hand_covers_what_the_truth_says(plate: Plate) -> None:
    clip = film(plate, Scene(1.0, hand=Hand(0.0, 1.0, 0.0, 1.0)), Camera(4))
    rest, _, covered, _ = frames(clip)
    hidden = clip.covered()
    assert not hidden[0].any()
    assert 0.1 < hidden[2].mean() < 0.9
    places = np.rint(clip.landmarks()[2, :, :2]).astype(int)
    differs = np.abs(covered.astype(int) - rest).sum(axis=2)[places[:, 1], places[:, 0]] > 12
    assert differs[hidden[2]].mean() > 0.9


def test_an_open_shutter_blurs_what_moves(plate: Plate) -> None:
    scene = Scene(0.5, (), Head(shift=20.0, period=1.0))
    sharp, blurred = (
        frames(film(plate, scene, Camera(20, exposure=share)))[1] for share in (0.0, 1.0)
    )
    detail = [
        np.diff(one[120:240, 120:240].astype(float), axis=1).std() for one in (sharp, blurred)
    ]
    assert detail[1] < 0.9 * detail[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda plate: Scene(0.3, (smirk(plate),)), "does not fit"),
        (lambda plate: Scene(0.0), "more than 0"),
        (lambda plate: film(plate, Scene(0.001), Camera(10)), "no frame"),
        (lambda plate: film(plate, Scene(3.0), Camera(1e9)), "too long"),
        (lambda plate: Head(yaw=50.0), "degrees"),
        (lambda plate: Speech(start=2.0, end=1.0), "before its end"),
        (lambda plate: Hand(2.0, 1.0), "before it goes"),
        (lambda plate: plate_of(plate.sharp, plate.subject, 20.0), "cannot be filmed"),
        (lambda plate: plate_of(plate.sharp, plate.subject, 300.0, (250, 250)), "does not fit on"),
    ],
)
def test_what_cannot_be_filmed(plate: Plate, make: Callable[[Plate], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(plate)


def test_half_a_pixel_on_a_photo(data, displaced: Displaced) -> None:
    image = load_image(min((data / "london/neutral").glob("*.jpg"))).pixels
    subject = portrait(faces_of(image, "photo")[0]).subject
    plate = plate_of(image, subject)
    move = by_aus(subject.model, {"AU12": 1.0, "AU04": 0.6}, COURSE, pixels=0.5)
    clip = film(plate, Scene(0.5, (move,)), Camera(10))
    rest, _, apex, *_ = frames(clip)
    went = clip.landmarks()[2] - plate.subject.points
    miss = [
        displaced(rest, apex, plate.subject.points[i]) - went[i, :2]
        for i in (205, 425, 105, 334, 207, 427)
    ]
    assert np.median(np.linalg.norm(miss, axis=1)) < 0.05
