"""A clip or a camera is examined through the real path."""

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import InputError, MediaError
from mien.flows.doctor_video import examine, examine_camera
from mien.media.image import load_image
from mien.media.video import frames

Pictures = Generator[tuple[float, NDArray[np.uint8]], None, None]


def camera(pictures: NDArray[np.uint8], rate: float) -> Pictures:
    """One that never ends."""
    i = 0
    while True:
        yield i / rate, pictures[i % len(pictures)]
        i += 1


def test_camera_is_warm_before_it_is_watched() -> None:
    grain = np.random.default_rng(0).integers(0, 255, (4, 48, 64, 3), dtype=np.uint8)
    found = examine_camera(0, 0.5, source=camera(grain, 40.0))
    assert (found.width, found.height, found.verdict) == (64, 48, "none")
    assert found.rate == pytest.approx(40.0)
    assert found.frames == 21
    assert found.reasons == ("No face was found.",)


def test_camera_that_is_not_there() -> None:
    with pytest.raises(MediaError, match="camera 97"):
        examine_camera(97)


def test_camera_sees_a_person(data: Path) -> None:
    shot = load_image(data / "images/single_face.jpg").pixels
    grain = np.random.default_rng(0).normal(0, 2, (3, *shot.shape))
    found = examine_camera(
        0, 0.3, source=camera(np.clip(shot + grain, 0, 255).astype(np.uint8), 50)
    )
    (face,) = [one for one in found.checks if one.check == "face"]
    assert face.level == "good"


def test_photo_is_refused(data: Path) -> None:
    with pytest.raises(InputError, match="is a photo"):
        examine(data / "images/single_face.jpg")


def test_real_clip(data: Path) -> None:
    told: list[int] = []
    clip = data / "clips/single_face.mp4"
    found = examine(clip, lambda step, done, total: told.append(done))
    level = {one.check: one.level for one in found.checks if one.span is None}
    assert told[-1] == found.frames == sum(1 for _ in frames(clip))
    assert found.verdict == level["rate"] == "poor"  # 30 frames a second
    wrong = {check for check, one in level.items() if one == "poor"}
    assert wrong == {"rate"}
    assert "bits per pixel" in next(o.reason for o in found.checks if o.check == "compression")
