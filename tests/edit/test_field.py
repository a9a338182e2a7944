"""The displacement field: hits the landmarks, reproduces linear motion, sees folds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.anatomy.topology import triangles
from mien.edit.mesh import folded
from mien.edit.mesh.field import (
    Grid,
    all_triangles,
    evaluate,
    gradients,
    neighbours,
    paint_order,
    rasterise,
    ring,
    triangle_table,
)

Points = NDArray[np.float64]


@pytest.fixture
def vertices(face: Points) -> Points:
    return np.concatenate([face[:, :2], ring(face[:, :2], 90.0)])


def _rims() -> set[int]:
    return {
        *topo.UPPER_LID_RIGHT, *topo.LOWER_LID_RIGHT, *topo.UPPER_LID_LEFT, *topo.LOWER_LID_LEFT,
    }  # fmt: skip


def test_field_is_exact_at_landmarks(vertices: Points, rng_shift: Points) -> None:
    nodes, shift = vertices.astype(np.float32), rng_shift.astype(np.float32)
    table = triangle_table(nodes, shift)
    faces = all_triangles()
    for corner in range(3):
        at = nodes[faces[:, corner]]
        found = evaluate(table, np.arange(len(faces), dtype=np.int16), at[:, 0], at[:, 1])
        big = np.abs(np.linalg.det(np.c_[nodes[faces], np.ones((len(faces), 3, 1))])) > 1.0
        np.testing.assert_allclose(found[big], shift[faces[:, corner]][big], atol=0.05)


@pytest.fixture
def rng_shift() -> Points:
    return np.random.default_rng(3).normal(0, 1, (514, 2))


def test_neighbours_that_nearly_coincide_do_not_throw_the_band_about(vertices: Points) -> None:
    near = vertices.copy()
    near[227] = near[234] + [0.4, 0.6]  # as on faces seen from the front
    shift = np.zeros_like(near)
    shift[227], shift[234] = [0.6, 0.8], [0.1, 0.0]
    slope = gradients(near.astype(np.float32), shift.astype(np.float32))
    for vertex in (227, 234):
        around = neighbours()[vertex]
        foretold = np.linalg.norm((near[around] - near[vertex]) @ slope[vertex].T, axis=1)
        known = np.linalg.norm(shift[around] - shift[vertex], axis=1)
        assert foretold.max() <= known.max() + 1e-4


def test_linear_motion_is_reproduced(vertices: Points) -> None:
    slope = np.array([[0.05, -0.02], [0.03, 0.04]])
    nodes = vertices.astype(np.float32)
    shift = ((vertices - 200) @ slope.T).astype(np.float32)
    faces = all_triangles()
    plain = ~np.isin(faces, sorted(_rims())).any(axis=1) & (faces.max(axis=1) < 478)
    ids = np.flatnonzero(plain).astype(np.int16)
    middle = nodes[faces[ids]].mean(axis=1)
    found = evaluate(triangle_table(nodes, shift), ids, middle[:, 0], middle[:, 1])
    # the outer ring has no gradient of its own, but it moves with the others here
    inside = ~np.isin(faces[ids], topo.OVAL).any(axis=1)
    np.testing.assert_allclose(found[inside], ((middle - 200) @ slope.T)[inside], atol=0.05)


def test_band_is_wide_below_the_chin_and_faces_the_viewer(face: Points, vertices: Points) -> None:
    chin = topo.OVAL.index(152)
    assert np.linalg.norm(vertices[478 + chin] - vertices[152]) >= 0.6 * 90
    faces = all_triangles()[852:]
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    u, v = b - a, c - a
    assert (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] > 0).all()


def test_nearer_triangles_win(vertices: Points) -> None:
    depth = np.zeros(514)
    faces = all_triangles()
    grid = Grid(0, 0, 2, (210, 200))
    mine, other = 100, 400
    moved = vertices.copy()
    moved[faces[mine]] = moved[faces[other]]  # one triangle exactly over another
    for near, far in ((mine, other), (other, mine)):
        depth[:] = 0
        depth[faces[far]] = 5.0
        depth[faces[near]] = -5.0
        order = paint_order(moved, depth)
        ids = rasterise(grid.to_nodes(moved), order, grid.shape)
        place = np.rint(grid.to_nodes(moved[faces[near]].mean(axis=0))).astype(int)
        assert ids[place[1], place[0]] == near
        assert len(set(order.tolist())) == len(faces)


def test_folded_counts_a_flip(face: Points) -> None:
    assert folded(face, face) == 0
    assert folded(face, face[:, :2] + [40.0, -7.0]) == 0
    assert folded(face, face[:, :2] * [1.3, 0.8]) == 0
    corner, left, right = triangles()[np.flatnonzero((triangles() == 101).any(axis=1))[0]]
    target = face[:, :2].copy()
    edge = face[right, :2] - face[left, :2]
    normal = np.array([-edge[1], edge[0]]) / np.linalg.norm(edge)
    height = (face[corner, :2] - face[left, :2]) @ normal
    target[corner] -= 1.2 * height * normal
    assert 1 <= folded(face, target) <= 6
    front = 100
    assert folded(face, face[:, :2] * [-1.0, 1.0]) > front


def test_a_dropped_chin_does_not_fold(face: Points, vertices: Points) -> None:
    moved = vertices.copy()
    depth = np.clip((face[:, 1] - face[14, 1]) / (face[152, 1] - face[14, 1]), 0, 1)
    moved[:478, 1] += 0.3 * 90 * depth
    nodes = moved.astype(np.float32)
    table = triangle_table(nodes, (vertices - moved).astype(np.float32))
    grid = Grid(0, 0, 1, (460, 400))
    ids = rasterise(nodes, paint_order(moved, np.zeros(514)), grid.shape)
    column = np.arange(int(moved[152, 1]) + 1, int(vertices[:, 1].max()) - 1)
    x = np.full(len(column), moved[152, 0], np.float32)
    down = evaluate(table, ids[column, round(moved[152, 0])], x, column.astype(np.float32))[:, 1]
    assert (np.diff(column + down) > 0).all()


@pytest.mark.parametrize("shape", [(477, 2), (478,), (478, 4)])
def test_folded_names_wrong_shapes(face: Points, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="478"):
        folded(face, np.zeros(shape))
