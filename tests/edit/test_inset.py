"""A face leaves its picture and comes back: in place, in colour, and nothing else changes."""

from importlib.resources import files

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.core.points import load_points
from mien.edit.inset import Square, cut, followed, mask, onto, paste, refined, square
from mien.edit.inset.crop import centred, inverse, moved
from mien.edit.inset.grain import grain, lacking, roughness
from mien.edit.mesh import render
from mien.landmark.detect import detect
from mien.landmark.placed import placed
from mien.media.image import load_image

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
SIDE = 512
HERE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def slipped(side: int, x: float, y: float, size: float, degrees: float) -> Array:
    """Where an editor puts what it was given: a shift in px, a size and a roll about the middle."""
    linear = size * np.array(
        [
            [np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))],
            [np.sin(np.radians(degrees)), np.cos(np.radians(degrees))],
        ]
    )
    middle = np.full(2, side / 2)
    return np.column_stack([linear, middle - linear @ middle + (x, y)])


def warped(image: Image, there: Array) -> Image:
    size = image.shape[1::-1]
    border = cv2.BORDER_REPLICATE
    return cv2.warpAffine(image, centred(there), size, flags=cv2.INTER_CUBIC, borderMode=border)


def drifted(image: Image) -> Image:
    """Other gains, offsets and another gamma."""
    share = (image / 255.0) ** 1.06 * (1.06, 0.95, 1.02) + (-0.02, 0.03, 0.01)
    return np.clip(share * 255, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def place(face: Array, photo: Image) -> Square:
    return square(face, photo.shape[1::-1])


@pytest.fixture(scope="module")
def small(photo: Image, place: Square) -> Image:
    return cut(photo, place, SIDE)


@pytest.fixture(scope="module")
def points(face: Array, place: Square) -> Array:
    return place.to_cut(face, SIDE)


# ---- crop


@given(
    st.floats(-100, 700), st.floats(-100, 500), st.floats(20, 200),
    st.integers(50, 900), st.integers(50, 900), st.floats(0, 1),
)  # fmt: skip
def test_square_holds_the_face_and_knows_what_stands_out(face, x, y, iod, width, height, margin):
    points = (face - (200, 190, 0)) * (iod / 90) + (x, y, 0)
    place = square(points, (width, height), margin)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    room = margin * (high - low).max() / 2 - 1
    assert (place.to_cut(points, place.side)[:, :2] >= room).all()
    assert (place.to_cut(points, place.side)[:, :2] <= place.side - room).all()
    right, bottom = place.left + place.side, place.top + place.side
    outside = (-place.left, -place.top, right - width, bottom - height)
    assert place.beyond == tuple(max(0, px) for px in outside)


@pytest.mark.parametrize("side", [64, 333, 1024])
def test_there_and_back_is_one_map(face, place, side):
    back = moved(place.to_cut(face, side), place.to_picture(side))
    assert np.allclose(back, face[:, :2])


def test_a_cut_of_the_same_size_copies_and_repeats_the_edge(photo):
    place = Square(-30, 20, 200)
    seen = cut(photo, place, 200)
    assert np.array_equal(seen[:, 30:], photo[20:220, :170])
    assert (seen[:, :30] == seen[:, 30:31]).all()


@pytest.mark.parametrize("side", [75, 150, 419])
def test_a_slope_stays_where_it_is_at_every_size(side):
    slope = np.repeat(np.arange(20, 220, dtype=np.uint8)[None, :, None], 200, 0).repeat(3, 2)
    place = Square(25, 25, 150)
    seen = cut(slope, place, side)[side // 2, 5:-5, 0]
    there = moved(np.stack([np.arange(side) + 0.5, np.full(side, 9.0)], 1), place.to_picture(side))
    assert np.abs(seen - (there[5:-5, 0] - 0.5 + 20)).max() < 1


def test_what_makes_no_square_is_refused(face, photo):
    with pytest.raises(ValueError, match="478 landmarks"):
        square(face[:5], (400, 400))
    with pytest.raises(ValueError, match="no square"):
        square(np.zeros((478, 2)), (400, 400))
    with pytest.raises(ValueError, match="shows nothing"):
        cut(photo, Square(5000, 0, 10), 64)


# ---- align


@given(st.floats(-25, 25), st.floats(-25, 25), st.floats(0.9, 1.1), st.floats(-5, 5))
def test_landmarks_alone_find_a_similarity(face, x, y, size, degrees):
    there = slipped(400, x, y, size, degrees)
    found = onto(moved(face, there), face)
    assert np.allclose(found, inverse(there), atol=1e-3)


def test_a_few_landmarks_that_slipped_have_no_say(face):
    result = face.copy()
    result[[33, 234]] += 12
    assert np.abs(moved(face, onto(result, face)) - face[:, :2]).max() < 0.5


@pytest.mark.parametrize(
    ("x", "y", "size", "degrees"), [(6, -6, 1.02, 1), (-6, 3, 0.98, -1), (2.3, 5.7, 1.0, 0.4)]
)
def test_the_picture_finds_a_known_slip_to_half_a_pixel(small, points, x, y, size, degrees):
    there = slipped(SIDE, x, y, size, degrees)
    drawn = drifted(cv2.GaussianBlur(warped(small, there), (0, 0), 0.6))
    noise = np.random.default_rng(1).normal(0, 2, points.shape)
    rough = onto(moved(points, there) + noise[:, :2], points)
    found = refined(rough, drawn, small, points)
    apart = np.linalg.norm(moved(moved(points, there), found) - points[:, :2], axis=1)
    assert apart.max() < 0.5


@pytest.mark.parametrize("seed", [None, 3])
def test_a_picture_that_shows_something_else_does_not_mislead(small, points, seed):
    other = np.full_like(small, 90)
    if seed is not None:
        other = np.random.default_rng(seed).integers(0, 255, small.shape, np.uint8)
    found = refined(HERE, other, small, points)
    assert np.abs(moved(points, found) - points[:, :2]).max() < 0.2 * SIDE / 5


def test_landmarks_of_no_face_are_refused(face):
    with pytest.raises(ValueError, match="no face"):
        onto(np.full((478, 2), np.nan), face)


# ---- follow


@pytest.mark.parametrize("who", ["chibi", "three_quarter"])
def test_points_placed_on_a_drawing_stay_on_it(who):
    """The reader of landmarks is 20 to 40 px off on these; what it misreads must not count."""
    drawings = files("mien.bench") / "drawings"
    image = load_image(drawings / f"{who}.png").pixels
    points = placed(load_points(drawings / f"{who}.json")).points
    place = square(points, image.shape[1::-1])
    here, before = place.to_cut(points, SIDE), cut(image, place, SIDE)
    same = followed(here, before, np.clip(before.astype(int) + 6, 0, 255).astype(np.uint8))
    assert np.abs(same - here)[:, :2].max() < 6
    slip = slipped(SIDE, 5, -4, 1.0, 0.0)
    drawn = warped(before, slip)
    aligned = refined(onto(followed(here, before, drawn), here), drawn, before, here)
    assert np.abs(moved(moved(here, slip), aligned) - here[:, :2]).max() < 0.5


def test_a_face_that_is_gone_is_not_followed(data):
    image = load_image(data / "london" / "neutral" / "024.jpg").pixels
    points = detect(image)[0].points
    assert np.array_equal(followed(points, image, image), points)
    assert followed(points, image, np.full_like(image, 127)) is None


# ---- paste


@pytest.mark.parametrize("yaw", [-40, -20, 20, 40])
def test_a_turned_head_goes_back_whole(face, yaw):
    """On the far side the outermost ring of the mesh lies behind eye, cheek and nose."""
    c, s = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    from_middle = face - (200, 190, 0)
    turned = from_middle @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]]) + (200, 190, 0)
    points = square(turned, (400, 420)).to_cut(turned, SIDE)[:, :2]
    iod = np.linalg.norm(points[topo.IRIS_LEFT] - points[topo.IRIS_RIGHT])
    share = mask.share(points, points, float(iod), SIDE)
    for point in (1, 61, 291, 159, 386, topo.IRIS_LEFT, topo.IRIS_RIGHT):
        x, y = points[point].astype(int)
        assert share[y, x] > 0.8
    assert not share[mask.silhouette(points, SIDE) == 0].any()


@pytest.mark.parametrize("side", [300, 512, 900])
def test_the_unchanged_cut_changes_nothing(photo, face, place, side):
    done = paste(photo, place, cut(photo, place, side), HERE, face, place.to_cut(face, side))
    assert done.mask.max() > 0.99
    change = np.abs(done.image.astype(float) - photo)[done.mask > 0]
    lost = cut(cut(photo, place, side), Square(0, 0, side), place.side).astype(float)
    lost = np.abs(lost - cut(photo, place, place.side)).mean()
    assert change.mean() < 1.5 + lost
    assert np.array_equal(done.image[done.mask == 0], photo[done.mask == 0])
    assert done.resolution == pytest.approx(side / place.side)


def test_a_cut_of_the_same_size_comes_back_to_the_bit(photo, face, place):
    side = place.side
    done = paste(photo, place, cut(photo, place, side), HERE, face, place.to_cut(face, side))
    assert np.array_equal(done.image, photo)
    assert done.sharpness == 1


def test_slip_and_colour_are_taken_back(photo, face, place, small, points):
    there = slipped(SIDE, 5, -4, 1.02, 1)
    drawn = drifted(warped(small, there))
    result = moved(points, there)
    aligned = refined(onto(result, points), drawn, small, points)
    done = paste(photo, place, drawn, aligned, face, result)
    inside = done.mask > 0.9
    change = cv2.GaussianBlur(done.image.astype(np.float32) - photo, (0, 0), 3)[inside]
    assert np.abs(change).mean() < 2
    assert np.abs(change.mean(axis=0)).max() < 1


def test_a_blush_stays(photo, face, place, small, points):
    drawn = small.astype(np.float32)
    cheek = points[50, :2]
    y, x = np.mgrid[:SIDE, :SIDE]
    blush = np.exp(-((x - cheek[0]) ** 2 + (y - cheek[1]) ** 2) / (2 * 18**2))
    drawn = np.clip(drawn + blush[..., None] * (25, -10, -5), 0, 255).astype(np.uint8)
    done = paste(photo, place, drifted(drawn), HERE, face, points)
    x, y = np.rint(face[50, :2]).astype(int)
    change = (done.image.astype(float) - photo)[y - 4 : y + 5, x - 4 : x + 5].mean(axis=(0, 1))
    assert change[0] > 16
    assert change[1] < -4


def test_a_lowered_jaw_goes_with_the_face(photo, face, place, points):
    result = points.copy()
    lower = points[:, 1] > points[14, 1]
    result[lower, 1] += 0.3 * (points[lower, 1] - points[14, 1])
    done = paste(photo, place, cut(photo, place, SIDE), HERE, face, result)
    chin = moved(result[[152]], place.to_picture(SIDE))[0]
    x, y = np.rint(chin).astype(int)
    assert done.mask[y - 2, x] > 0.99
    assert not done.mask[-1].any()


def test_another_background_stays_out(photo, face, place, small, points):
    result = points.copy()
    lower = points[:, 1] > points[14, 1]
    result[lower, 1] += 0.3 * (points[lower, 1] - points[14, 1])
    inside = np.zeros(small.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(result[:, :2].astype(np.int32)), 1)
    drawn = np.where(inside[..., None] > 0, small, np.uint8((20, 220, 40)))
    done = paste(photo, place, drawn, HERE, face, result)
    green = done.image[..., 1].astype(int) - photo[..., 1]
    assert (green[done.mask > 0] > 60).mean() < 0.01


def test_what_covers_the_face_stays_to_the_bit(photo, face, place, small, points):
    cover = np.zeros(photo.shape[:2], np.float32)
    cover[150:190] = 1
    done = paste(photo, place, drifted(small), HERE, face, points, cover)
    assert np.array_equal(done.image[cover > 0], photo[cover > 0])
    assert not done.mask[cover > 0].any()
    assert done.mask[210:230, 190:210].min() > 0.9


@pytest.mark.parametrize(("left", "top"), [(150, 140), (0, 120), (170, 0)])
def test_a_face_at_the_edge_of_the_picture(photo, face, left, top):
    picture = np.ascontiguousarray(photo[top:, left:])
    here = face - (left, top, 0)
    place = square(here, picture.shape[1::-1])
    assert any(place.beyond)
    side = place.side
    done = paste(picture, place, cut(picture, place, side), HERE, here, place.to_cut(here, side))
    assert done.image.shape == picture.shape
    assert np.array_equal(done.image, picture)
    assert done.mask.max() > 0.99


def test_a_tiny_picture(photo, face):
    tiny = cv2.resize(photo, (40, 42), interpolation=cv2.INTER_AREA)
    here = face / 10
    place = square(here, (40, 42))
    small = cut(tiny, place, SIDE)
    points = place.to_cut(here, SIDE)
    softer = cv2.GaussianBlur(small, (0, 0), 1.0)
    done = paste(tiny, place, softer, refined(HERE, softer, small, points), here, points)
    assert done.resolution > 10
    assert np.abs(done.image.astype(float) - tiny).mean() < 1.5


def test_twenty_megapixels(photo, face):
    large = cv2.resize(photo, (4400, 4620), interpolation=cv2.INTER_CUBIC)
    rng = np.random.default_rng(5)
    patch = rng.normal(0, 4, (462, 440, 1)).astype(np.float32)
    large = np.clip(large + np.tile(patch, (10, 10, 1)), 0, 255).astype(np.uint8)
    here = face * 11
    place = square(here, (4400, 4620))
    small = cut(large, place, 1024)
    done = paste(large, place, small, HERE, here, place.to_cut(here, 1024))
    assert np.array_equal(done.image[done.mask == 0], large[done.mask == 0])
    assert done.resolution < 0.5
    assert done.sharpness < 0.3
    x, y = np.rint(here[151, :2]).astype(int)
    skin = np.s_[y - 60 : y + 60, x - 60 : x + 60]
    fine = [part[skin].astype(np.float32).mean(axis=2) for part in (large, done.image)]
    fine = [float((part - cv2.GaussianBlur(part, (0, 0), 2)).std()) for part in fine]
    assert fine[1] == pytest.approx(fine[0], rel=0.35)


def test_several_faces_one_after_the_other(photo, face):
    both = np.concatenate([photo, photo[:, ::-1]], axis=1)
    here = [face, face + np.array([400, 0, 0])]
    picture = both
    for each in here:
        place = square(each, both.shape[1::-1])
        drawn = cv2.flip(drifted(cut(picture, place, SIDE)), 1)
        before = picture
        done = paste(picture, place, drawn, HERE, each, place.to_cut(each, SIDE))
        picture = done.image
        assert np.array_equal(picture[done.mask == 0], before[done.mask == 0])
        assert not np.array_equal(picture, before)
    assert not np.array_equal(picture[:, :400], both[:, :400])


def test_what_does_not_fit_is_refused(photo, face, place, small, points):
    with pytest.raises(ValueError, match="redrawn square"):
        paste(photo, place, photo, HERE, face, points)
    with pytest.raises(ValueError, match="cover of"):
        paste(photo, place, small, HERE, face, points, np.zeros((3, 3), np.float32))
    with pytest.raises(ValueError, match="laid over"):
        refined(HERE, small[::2, ::2], small, points)


# ---- grain


def test_grain_has_the_roughness_that_is_asked_for_and_never_changes():
    white = np.random.default_rng(2).normal(0, 5, (500, 500)).astype(np.float32)
    everywhere = np.ones((500, 500), np.bool_)
    wanted = roughness(cv2.GaussianBlur(white, (0, 0), 0.7), everywhere)
    noise = grain((500, 500), wanted)
    assert roughness(noise, everywhere) == pytest.approx(wanted, rel=0.1)
    assert np.array_equal(noise, grain((500, 500), wanted))
    assert grain((1200, 700), wanted).shape == (1200, 700)
    assert not grain((50, 50), np.zeros(3)).any()
    assert not lacking(wanted, wanted + 1).any()


# ---- real faces


@pytest.mark.parametrize("who", ["010", "062", "140"])
def test_a_real_face_comes_home(data, who):
    image = load_image(data / "london" / "neutral" / f"{who}.jpg").pixels
    face = detect(image)[0].points
    target = face[:, :2].copy()
    mouth = list(topo.LIPS)
    target[mouth] += 0.12 * (face[mouth, :2] - face[mouth, :2].mean(axis=0))
    edited, _ = render(image, face, target)
    place = square(face, image.shape[1::-1])
    given_away = cut(image, place, 768)
    there = slipped(768, 4, -5, 0.985, 0.8)
    drawn = drifted(cv2.GaussianBlur(warped(cut(edited, place, 768), there), (0, 0), 0.6))
    result = detect(drawn)[0].points
    points = place.to_cut(face, 768)
    aligned = refined(onto(result, points), drawn, given_away, points)
    apart = moved(moved(points, there), aligned) - points[:, :2]
    assert np.linalg.norm(apart[: topo.N_SKIN], axis=1).max() < 0.5
    done = paste(image, place, drawn, aligned, face, result)
    assert np.array_equal(done.image[done.mask == 0], image[done.mask == 0])
    off = cv2.GaussianBlur(done.image.astype(np.float32) - edited, (0, 0), 4)[done.mask > 0.9]
    assert np.abs(off).mean() < 1.5
    assert 0.2 < done.sharpness <= 1
