"""Meshes through placed points: they pass through them and do not fold, whatever the style."""

from importlib.resources import as_file, files

import numpy as np
import pytest

from mien.anatomy.template import template
from mien.anatomy.topology import mirror, triangles
from mien.bench.suites.drawings import NAMES
from mien.core.errors import InputError
from mien.core.points import Points, load_points
from mien.landmark.placed import MESH_POINTS, placed

LIPS = {"lip_top": (0, 13), "lip_bottom": (17, 14)}


def drawing(name: str) -> Points:
    with as_file(files("mien.bench") / "drawings" / f"{name}.json") as path:
        return load_points(path)


def template_points(size: float = 100.0) -> Points:
    """What somebody would place who drew the average face."""
    flat = np.array([300.0, 250.0]) + size * template()[:, :2] * [1.0, -1.0]
    return {name: tuple(flat[list(points)].mean(axis=0)) for name, points in MESH_POINTS.items()}


def areas(xy: np.ndarray) -> np.ndarray:
    a, b, c = (xy[triangles()[:, k]] for k in range(3))
    return (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]


@pytest.mark.parametrize("name", NAMES)
def test_the_mesh_passes_through_the_points(name: str) -> None:
    points = drawing(name)
    mesh = placed(points).xy
    for each, place in points.items():
        ways = [MESH_POINTS[each], *((n,) for n in LIPS.get(each, ()))]
        miss = min(np.linalg.norm(mesh[list(way)].mean(axis=0) - place) for way in ways)
        assert miss <= 0.5, each


@pytest.mark.parametrize("name", NAMES)
def test_no_triangle_turns_over(name: str) -> None:
    found = areas(placed(drawing(name)).xy)
    assert (found > -0.02 * np.median(np.abs(found))).all()


def test_the_average_face_is_found_again() -> None:
    points = template_points()
    usual = np.array([300.0, 250.0]) + 100 * template()[:, :2] * [1.0, -1.0]
    off = np.linalg.norm(placed(points).xy - usual, axis=1)
    assert np.median(off) < 2.0
    assert off[:468].max() < 12.0


def test_what_is_placed_on_one_side_is_mirrored() -> None:
    points = template_points()
    left = {n: p for n, p in points.items() if not n.startswith("right_brow")}
    mesh = placed(left).xy
    twin = mesh[mirror()] * [-1.0, 1.0] + [600.0, 0.0]
    assert np.abs(mesh - twin)[[70, 63, 105, 66, 107]].max() < 1.5


def test_eight_points_are_enough() -> None:
    names = ["left_eye_outer", "left_eye_inner", "right_eye_outer", "right_eye_inner",
             "mouth_left", "mouth_right", "chin", "nose_tip"]  # fmt: skip
    points = template_points()
    mesh = placed({name: points[name] for name in names}).xy
    found = areas(mesh)
    assert (found > -0.02 * np.median(np.abs(found))).all()
    assert np.linalg.norm(mesh[152] - points["chin"]) < 0.5


def test_roll_and_size_carry_over() -> None:
    points = template_points()
    turn = np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]])
    moved = {n: tuple(2 * np.array(p) @ turn + 500.0) for n, p in points.items()}
    expected = 2 * placed(points).xy @ turn + 500.0
    assert np.abs(placed(moved).xy - expected).max() < 2.0


def test_points_outside_the_picture_are_refused() -> None:
    with pytest.raises(InputError, match="outside the picture"):
        placed(template_points(), (200, 200))
