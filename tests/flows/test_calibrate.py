"""Calibrating from photos, named frames, found rest and a guided recording; and what is kept."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core.errors import InputError, MediaError, NoFaceError
from mien.core.places import home
from mien.core.signal import Interval
from mien.flows.calibrate import calibrate
from mien.flows.calibrations import calibrated, forget, neutral_of, subjects
from mien.flows.guided import guided
from mien.flows.resting import Named, Rest, found, named, photos
from mien.media.video import frames

Picture = tuple[float, NDArray[np.uint8]]
RATE = 5.0


@pytest.fixture(scope="module")
def clip(data: Path) -> Path:
    return data / "clips" / "single_face.mp4"


@pytest.fixture(scope="module")
def pictures(clip: Path) -> list[NDArray[np.uint8]]:
    return [frame.pixels for frame in frames(clip)]


@pytest.fixture(scope="module")
def photo(data: Path) -> Path:
    return data / "london" / "neutral" / "002.jpg"


@pytest.fixture(scope="module")
def rest(clip: Path) -> Rest:
    return named(clip, Named((Interval(8, 16),)))


def recording(shots: list[NDArray[np.uint8]], *, first: float = 0.0) -> Iterator[Picture]:
    """A camera that shows these pictures."""
    for index, shot in enumerate(shots):
        yield first + index / RATE, shot


def test_named_frames(clip: Path, rest: Rest) -> None:
    known = calibrate("anna", lambda: rest)
    assert (len(rest.moments), rest.source, rest.rate) == (9, "clip", pytest.approx(30))
    assert known.sessions[0].camera.width == 640
    timed = named(clip, Named((Interval(8 / 30, 16 / 30),), seconds=True))
    assert len(timed.moments) == 9
    np.testing.assert_array_equal(timed.moments[0].points, rest.moments[0].points)


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        (Named((Interval(60, 72),)), "frames|0 to 71"),
        (Named((Interval(5, 9),), seconds=True), "0 to 71"),
        (Named((Interval(0.41, 0.42),), seconds=True), "no such frame"),
    ],
)
def test_frames_that_are_not_there(clip: Path, chosen: Named, error: str) -> None:
    with pytest.raises(InputError, match=error):
        named(clip, chosen)


def test_a_photo_is_no_clip_and_a_cartoon_is_nobody(photo: Path, data: Path) -> None:
    with pytest.raises(InputError, match="--photo"):
        found(photo)
    with pytest.raises(NoFaceError):
        found(data / "clips" / "no_face.mp4")


def test_found_is_near_named(clip: Path, rest: Rest) -> None:
    known, other = calibrate("a", lambda: rest), calibrate("b", partial(found, clip))
    apart = np.sqrt(((known.mesh - other.mesh)[:, :2] ** 2).mean())
    assert apart < 0.015
    assert other.neutral.confidence < known.neutral.confidence


def test_a_life(photo: Path, data: Path, rest: Rest) -> None:
    assert subjects() == []
    one = calibrate("Zoë P-1", partial(photos, [photo]))
    assert subjects() == ["Zoë P-1"]
    np.testing.assert_allclose(calibrated("Zoë P-1").mesh, one.mesh, atol=1e-5)
    with pytest.raises(InputError, match="--again"):
        calibrate("Zoë P-1", lambda: pytest.fail("worked before it looked"))
    two = calibrate("Zoë P-1", partial(photos, [photo]), again=True)
    assert len(two.sessions) == len(calibrated("Zoë P-1").sessions) == 2
    assert two.uncertainty < one.uncertainty
    with pytest.raises(InputError, match="same person"):
        calibrate("Zoë P-1", lambda: rest, again=True)
    assert len(calibrated("Zoë P-1").sessions) == 2, "what was known stays"
    forget("Zoë P-1")
    with pytest.raises(InputError, match="not calibrated"):
        calibrated("Zoë P-1")
    with pytest.raises(InputError, match="not calibrated"):
        calibrate("Zoë P-1", lambda: pytest.fail("worked before it looked"), again=True)


def test_no_picture_is_kept(rest: Rest) -> None:
    calibrate("anna", lambda: rest)
    (file,) = [path for path in home().rglob("*") if path.is_file()]
    assert file.stat().st_mode & 0o077 == 0, "others may read it"
    assert file.stat().st_size < 40_000
    sizes = {len(key) for key in _strings(json.loads(file.read_text()))}
    assert max(sizes) < 40


def _strings(stored: object) -> Iterator[str]:
    if isinstance(stored, str):
        yield stored
    elif isinstance(stored, dict):
        for key, value in stored.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(stored, list):
        for value in stored:
            yield from _strings(value)


def test_a_photo_or_a_name_is_a_zero(photo: Path) -> None:
    known = calibrate("anna", partial(photos, [photo]))
    assert neutral_of(None) is None
    by_name, by_photo = neutral_of("anna"), neutral_of(str(photo))
    assert by_name is not None
    assert by_photo is not None
    np.testing.assert_allclose(by_name.mesh, known.mesh, atol=1e-5)
    assert np.abs((by_name.mesh - by_photo.mesh)[:, :2]).max() < 0.005
    with pytest.raises(InputError, match="did you mean anna"):
        neutral_of("annna")


def test_guided(pictures: list[NDArray[np.uint8]]) -> None:
    said: list[str] = []
    shots = pictures[8:16] * 5
    seen = guided(recording(shots, first=100.0), said.append)
    assert seen.source == "camera"
    assert seen.rate == pytest.approx(RATE)
    assert len(seen.moments) == pytest.approx(3 * RATE, abs=2)
    assert [line for line in said if "..." in line] == ["3 ...", "2 ...", "1 ..."]
    known = calibrate("anna", lambda: seen)
    assert known.sessions[0].source == "camera"


def test_guided_expressions_are_read(pictures: list[NDArray[np.uint8]]) -> None:
    said: list[str] = []
    smile, calm = pictures[40:56], pictures[8:16] * 5
    shots = calm[:35] + smile + calm  # a moment to find the face, 3 s to count, 3 s of rest; 3 s
    guided(recording(shots), said.append, expressions=True)
    assert any(line.startswith("AU12") and "is read" in line for line in said)
    assert any(line.startswith("AU02") and "hardly" in line for line in said)


def test_guided_without_anybody(pictures: list[NDArray[np.uint8]]) -> None:
    grey = np.full((48, 64, 3), 128, np.uint8)
    with pytest.raises(NoFaceError, match="no face in view"):
        guided(recording([grey] * 110), lambda line: None)
    with pytest.raises(MediaError, match="too soon"):
        guided(recording(pictures[8:16]), lambda line: None)
    with pytest.raises(NoFaceError, match="less than half"):
        guided(recording([*pictures[8:16] * 3, *[grey] * 20]), lambda line: None)
