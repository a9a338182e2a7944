import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core import facs
from mien.core.envelope import Envelope
from mien.core.errors import InputError
from mien.edit.points import Subject
from mien.synth.clip import Camera, MicroClip, micro_clip

Image = NDArray[np.uint8]
COURSE = Envelope(0.1, 0.2, 0.4)
SMIRK = {"AU12L": 3.0}


def clip(image: Image, subject: Subject, **camera: float) -> MicroClip:
    return micro_clip(image, subject, SMIRK, COURSE, 0.5, Camera(rate=20, **camera))  # type: ignore[arg-type]


def frames(made: MicroClip) -> list[Image]:
    return [frame for _, frame in made.frames()]


def test_begins_and_ends_with_the_portrait(backdrop: Image, subject: Subject) -> None:
    made = frames(clip(backdrop, subject, drift=2.0))
    assert np.array_equal(made[0], backdrop)
    assert np.array_equal(made[-1], backdrop)
    assert not np.array_equal(made[4], backdrop)


def test_still_outside_the_event(backdrop: Image, subject: Subject) -> None:
    made = clip(backdrop, subject)
    moving = [not np.array_equal(frame, backdrop) for frame in frames(made)]
    assert moving == (COURSE.value(made.time) > 0).tolist()


def test_one_side_stays(backdrop: Image, subject: Subject) -> None:
    made = micro_clip(backdrop, subject, {"AU02L": 3.0}, COURSE, 0.5, Camera(rate=20))
    changed = np.abs(frames(made)[4].astype(int) - backdrop).sum(axis=(0, 2))
    assert changed[:115].sum() < 0.01 * changed[125:].sum()


def test_truth_is_exact(backdrop: Image, subject: Subject) -> None:
    made = clip(backdrop, subject)
    column = made.aus[:, facs.INDEX["AU12L"]]
    assert column == pytest.approx(3.0 * COURSE.value(made.time))
    assert np.delete(made.aus, facs.INDEX["AU12L"], axis=1).max() == 0.0
    event = made.event
    assert (event.onset, event.apex, event.offset) == (0.1, 0.2, 0.4)
    assert (event.kind, event.side, event.region, event.aus) == ("micro", "L", "mouth", SMIRK)


def test_times_are_those_of_the_rate(backdrop: Image, subject: Subject) -> None:
    made = clip(backdrop, subject)
    assert made.time == pytest.approx(np.arange(10) / 20)
    assert [time for time, _ in made.frames()] == made.time.tolist()


def test_same_seed_same_clip(backdrop: Image, subject: Subject) -> None:
    first, again, other = (
        frames(clip(backdrop, subject, noise=3.0, seed=seed)) for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], first[1])


def test_noise_is_as_strong_as_asked(backdrop: Image, subject: Subject) -> None:
    grain = frames(clip(backdrop, subject, noise=3.0))[0].astype(float) - backdrop
    assert grain.std() == pytest.approx(3.0, rel=0.03)
    assert abs(grain.mean()) < 0.05


def test_both_sides_and_long_is_no_micro_expression(backdrop: Image, subject: Subject) -> None:
    made = micro_clip(backdrop, subject, {"AU01": 2.0, "AU02L": 1.0}, Envelope(0, 0.3, 0.9), 1.0)
    assert (made.event.kind, made.event.side, made.event.region) == ("macro", "both", "brow")


@pytest.mark.parametrize(
    ("aus", "seconds", "camera", "message"),
    [
        ({"AU12L": 3.0}, 0.3, Camera(), "does not fit"),
        ({"AU12L": 0.0}, 0.5, Camera(), "no expression"),
        ({"AU99": 1.0}, 0.5, Camera(), "unknown action unit"),
        ({"AU12L": 3.0}, 0.5, Camera(rate=0), "no camera"),
        ({"AU12L": 3.0}, 0.5, Camera(noise=-1), "no camera"),
    ],
)
def test_what_cannot_be_filmed(
    backdrop: Image,
    subject: Subject,
    aus: dict[str, float],
    seconds: float,
    camera: Camera,
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        micro_clip(backdrop, subject, aus, COURSE, seconds, camera)
