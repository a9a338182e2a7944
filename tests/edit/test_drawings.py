"""Flat art: crisp, unshaded, and unfolded; faces without it are told apart."""

from collections.abc import Callable
from importlib.resources import as_file, files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.strokes import flat_share, line_width, palette
from mien.bench.suites.drawings import NAMES
from mien.core.expression import parse_wish, target
from mien.core.points import load_points
from mien.edit.mesh import Canvas, folded, is_flat, paint, prepare
from mien.edit.mesh.pixels import crisp, look
from mien.edit.points import moved
from mien.edit.portrait import Portrait, drawn_portrait
from mien.landmark.placed import placed
from mien.media.image import load_image

Drawn = tuple[np.ndarray, Portrait, Canvas]


@pytest.fixture(scope="module")
def drawn() -> Callable[[str], Drawn]:
    known: dict[str, Drawn] = {}

    def find(name: str) -> Drawn:
        if name not in known:
            with as_file(files("mien.bench") / "drawings") as folder:
                image = load_image(folder / f"{name}.png").pixels
                mesh = placed(load_points(folder / f"{name}.json"))
            canvas = prepare(image, mesh.points, flat=True)
            known[name] = image, drawn_portrait(mesh), canvas
        return known[name]

    return find


def shown(face: Portrait, wish: dict[str, float]) -> np.ndarray:
    return moved(face.subject, target(face.aus, parse_wish(wish)))


@pytest.mark.parametrize("name", NAMES)
def test_drawings_are_told_from_grainy_skin(
    name: str, drawn: Callable[[str], Drawn], photo: np.ndarray, face: np.ndarray
) -> None:
    image, person, _ = drawn(name)
    assert is_flat(image, person.landmarks.points)
    assert not is_flat(photo, face)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawn_face_is_its_own_neutral(name: str, drawn: Callable[[str], Drawn]) -> None:
    _, face, _ = drawn(name)
    assert not face.aus.any()
    assert np.abs(face.view.to_picture(face.model.neutral) - face.landmarks.points).max() < 1e-6
    assert np.array_equal(shown(face, {"happy": 0.0}), face.landmarks.points)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wish", [{"happy": 1.5}, {"surprised": 1.5}, {"AU18": 5.0}, {"AU43": 5.0}])
def test_nothing_folds(name: str, wish: dict[str, float], drawn: Callable[[str], Drawn]) -> None:
    _, face, _ = drawn(name)
    assert folded(face.landmarks.points, shown(face, wish)) == 0


@pytest.mark.parametrize("name", ["anime_girl", "comic_ink"])
def test_colours_lines_and_surroundings_stay(name: str, drawn: Callable[[str], Drawn]) -> None:
    image, face, canvas = drawn(name)
    assert canvas.ink is not None
    edited, mask = paint(canvas, shown(face, {"AU12": 3.0, "AU02": 3.0}), np.zeros(46))
    area = mask > 0.5
    colours = palette(image, area)
    assert flat_share(edited, area, colours) > flat_share(image, area, colours) - 0.01
    widths = [line_width(each, area, canvas.ink.line, 12.0) for each in (image, edited)]
    assert 0.85 < widths[1] / widths[0] < 1.15
    assert np.array_equal(edited[mask == 0], image[mask == 0])


def test_lids_of_a_drawing_meet_on_the_lower_line(drawn: Callable[[str], Drawn]) -> None:
    _, face, _ = drawn("anime_girl")
    before, after = face.landmarks.points, shown(face, {"AU43": 5.0})
    assert np.abs(after[159] - before[145])[:2].max() < 1.0
    assert np.abs(after[145] - before[145])[:2].max() < 1.0


def test_a_small_mouth_moves_less(drawn: Callable[[str], Drawn]) -> None:
    steps = {}
    for name in ("chibi", "cel_man"):
        _, face, canvas = drawn(name)
        way = shown(face, {"AU12": 3.0})[291] - face.landmarks.points[291]
        steps[name] = np.hypot(way[0], way[1]) / canvas.iod
    assert 0 < steps["chibi"] < 0.8 * steps["cel_man"]


@given(st.integers(0, 2**32 - 1))
def test_a_crisp_look_up_stays_between_its_neighbours(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = (255 * rng.integers(0, 2, (9, 9, 3))).astype(np.uint8)
    x, y = rng.uniform(0, 7.99, (2, 1, 50)).astype(np.float32)
    seen = look(crisp(image), x, y)
    column, row = x[0].astype(int), y[0].astype(int)
    around = np.stack([image[row + i, column + j] for i in (0, 1) for j in (0, 1)])
    assert (seen[0] >= around.min(axis=0)).all()
    assert (seen[0] <= around.max(axis=0)).all()


def test_the_width_of_a_line_is_measured() -> None:
    image = np.full((80, 80, 3), 250, np.uint8)
    image[30:36, 10:70] = 20
    where = np.ones((80, 80), np.bool_)
    assert abs(line_width(image, where, np.full(3, 20, np.float32), 20.0) - 6.0) < 0.7


def test_a_drawn_iris_moves_whole(drawn: Callable[[str], Drawn]) -> None:
    image, face, canvas = drawn("cel_man")
    edited, _ = paint(canvas, shown(face, {"AU61": 3.0}))
    brown = np.array([79, 52, 34])  # of its irises
    rows, columns = slice(320, 420), slice(400, 505)  # its left eye
    was, now = (
        np.argwhere(np.abs(each[rows, columns].astype(int) - brown).max(axis=2) < 12)
        for each in (image, edited)
    )
    way = shown(face, {"AU61": 3.0})[473] - face.landmarks.points[473]
    assert abs((now - was.mean(axis=0)).mean(axis=0)[1] - way[0]) < 0.03 * canvas.iod
    assert 0.85 < len(now) / len(was) < 1.15
