"""The motion of the skin against movements that are known, on a puppet with a grain for skin."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy.inverse import FREE, Prepared, invert, prepare
from mien.anatomy.topology import MOUTH, triangles
from mien.capture.clutter import NAMES, SPOTTED, reach
from mien.capture.micromotion import MicroMotion, Motion
from mien.capture.skin import normals
from mien.capture.surface import CELL, surface_of
from mien.capture.texture import contrast, light_weight, patch_of
from mien.core.envelope import Envelope
from mien.core.facs import COLUMNS
from mien.edit.points import Subject
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.head import Head
from mien.synth.movement import by_aus
from mien.synth.plate import Plate
from mien.synth.scene import Scene

Image = NDArray[np.uint8]
Change = Callable[[int, Image], Image]

COURSE = Envelope(0.2, 0.3, 0.45)
PX_PER_IOD = 90.0
SMIRK = NAMES.index("AU12L")


@pytest.fixture(scope="module")
def face(subject: Subject) -> Prepared:
    return prepare(subject.model)


@pytest.fixture(scope="module")
def smirk(plate: Plate, subject: Subject) -> Clip:
    """One px of AU12L at 100 frames a second."""
    moving = by_aus(subject.model, {"AU12L": 1.0}, COURSE, pixels=1.0, face_width=300.0)
    return film(plate, Scene(0.6, (moving,)), Camera(rate=100.0, noise=1.5, seed=3))


def followed(
    face: Prepared, clip: Clip, change: Change = lambda _, image: image, every: int = 2
) -> Iterator[Motion]:
    """What the skin does, with landmarks on some frames that do not know of the movement."""
    skin = MicroMotion(face)
    still = clip.landmarks()[0]
    shift = clip.pose[:, 3:5] - clip.pose[0, 3:5]
    for index, (time, image) in enumerate(clip.frames()):
        points = still + np.append(shift[index], 0.0)
        seen = invert(face, points) if index % every == 0 else None
        motion = skin.advance(change(index, image), time, seen)
        assert motion is not None
        yield motion


def readings(motions: Iterator[Motion]) -> NDArray[np.float64]:
    """Intensities over those of the first moments, shape (n, columns)."""
    aus = np.array([motion.aus for motion in motions])[:, SPOTTED]
    return np.asarray(aus - aus[:15].mean(axis=0))


def test_a_movement_of_a_px_is_measured(face: Prepared, smirk: Clip) -> None:
    read = readings(followed(face, smirk))
    true = smirk.aus[:, COLUMNS.index("AU12L")]
    assert read[:, SMIRK] == pytest.approx(true, abs=0.2 * true.max())
    others = np.delete(read * reach() * PX_PER_IOD, SMIRK, axis=1)
    assert np.percentile(np.abs(others), 95) < 0.25  # px


def test_light_is_no_motion(face: Prepared, smirk: Clip) -> None:
    plain = readings(followed(face, smirk))

    def lit(index: int, image: Image) -> Image:
        slope = np.linspace(0.8, 1.1, image.shape[1])[:, None]
        light = slope * (1.0 + 0.06 * np.sin(2.1 * index))
        return np.clip(np.rint(image * light), 0, 255).astype(np.uint8)

    assert readings(followed(face, smirk, lit))[:, SMIRK] == pytest.approx(
        plain[:, SMIRK], abs=0.1 * plain[:, SMIRK].max()
    )


def test_a_head_that_moves_pulls_no_skin(plate: Plate, face: Prepared) -> None:
    head = Head(shift=6.0, roll=2.0, period=1.2)
    clip = film(plate, Scene(0.6, (), head=head), Camera(rate=100.0, noise=1.0))
    moved = np.abs(readings(followed(face, clip))) * reach() * PX_PER_IOD
    assert np.percentile(moved, 95) < 0.3  # px, of six


def test_what_is_covered_is_hidden_and_does_not_move(face: Prepared, smirk: Clip) -> None:
    skin = MicroMotion(face)
    still = smirk.landmarks()[0]
    lips = np.isin(np.arange(478), MOUTH)
    near = np.linalg.norm(still[:, None, :2] - still[None, lips, :2], axis=2).min(axis=1)
    covered = near < 0.6 * PX_PER_IOD
    generator = np.random.default_rng(0)
    found = []
    for index, (time, image) in enumerate(smirk.frames()):
        skin.cover(covered)
        low, high = still[covered, :2].min(axis=0), still[covered, :2].max(axis=0)
        left, top, right, bottom = (int(v) for v in (*low, *high))
        hand = image.copy()
        hand[top:bottom, left:right] = generator.integers(0, 255, (bottom - top, right - left, 3))
        found.append(skin.advance(hand, time, invert(face, still) if index % 2 == 0 else None))
    last = found[-1]
    assert last is not None
    hidden = {COLUMNS[at] for at, gone in zip(FREE, last.hidden, strict=True) if gone}
    assert {"AU12L", "AU12R", "AU25"} <= hidden
    assert not {"AU01L", "AU04L", "AU02R"} & hidden
    assert 0.1 < last.odd < 0.7
    brows = [FREE.index(COLUMNS.index(name)) for name in ("AU01L", "AU04L", "AU02R")]
    read = np.array([motion.aus[brows] for motion in found if motion is not None])
    assert np.abs(read - read[:10].mean(axis=0)).max() < 0.3


def test_nothing_without_landmarks_to_begin_with(face: Prepared) -> None:
    blank = np.zeros((100, 100, 3), np.uint8)
    assert MicroMotion(face).advance(blank, 0.0, None) is None


def test_surface_sums_and_places(subject: Subject) -> None:
    surface = surface_of(subject.model.neutral)
    height, width = surface.shape
    assert height % CELL == width % CELL == 0
    everything = surface.gathered(np.ones(surface.shape, np.float32))
    assert everything == pytest.approx(np.full(surface.grid[0] * surface.grid[1], CELL**2))
    assert np.asarray(surface.places.sum(axis=1)) == pytest.approx(1.0)
    # Points that shift together shift the whole picture.
    points = subject.points[:, :2]
    moved = surface.map_to(points + np.array([3.0, -2.0])) - surface.map_to(points)
    assert moved[..., 0] == pytest.approx(3.0, abs=1e-3)
    assert moved[..., 1] == pytest.approx(-2.0, abs=1e-3)


def test_normals_look_out_of_the_face(subject: Subject) -> None:
    found = normals(subject.model.neutral)
    skin = np.unique(triangles())
    assert np.linalg.norm(found[skin], axis=1) == pytest.approx(1.0)
    assert found[1, 2] > 0.7  # the tip of the nose looks forward
    assert found[234, 0] < -0.7  # the right side of the face to the right
    assert found[454, 0] > 0.7


@pytest.mark.parametrize("scale", [120.0, 210.0, 330.0])
def test_a_crop_that_grows_by_a_px_moves_nothing(subject: Subject, scale: float) -> None:
    """Of a large face, which is shrunk, as of a small one."""
    surface = surface_of(subject.model.neutral)
    points = subject.model.neutral[:, :2] * (scale, -scale) + (3.0 * scale, 3.0 * scale)
    grain = np.random.default_rng(5).integers(0, 255, (int(6 * scale), int(6 * scale)))
    frame = cv2.GaussianBlur(grain.astype(np.uint8), (0, 0), 0.03 * scale)
    weight = light_weight(surface)
    seen = []
    for wider in range(4):
        asked = points.copy()
        asked[:, 1] += np.linspace(-1, 1, len(points)) * wider / 2  # what the crop must hold
        patch = patch_of(frame, asked, scale)
        assert patch is not None
        seen.append(contrast(surface, patch, points, weight) * surface.skin)
    chin = slice(2 * surface.shape[0] // 3, None)
    slope = np.gradient(seen[0], axis=0)[chin]
    shifts = [float((slope * (one - seen[0])[chin]).sum() / (slope**2).sum()) for one in seen]
    assert np.abs(shifts).max() < 0.1  # px
