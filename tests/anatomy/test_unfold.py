"""Folds are opened, everything else is left alone."""

import numpy as np

from mien.anatomy.template import template
from mien.anatomy.topology import triangles
from mien.anatomy.unfold import unfolded

SOURCE = template()[:, :2] * (200.0, -200.0) + 500.0


def areas(points):  # type: ignore[no-untyped-def]
    a, b, c = (points[triangles()[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def test_nothing_folded_nothing_changed() -> None:
    target = SOURCE * 1.1 + 3.0
    np.testing.assert_array_equal(unfolded(SOURCE, target), target)


def test_a_fold_is_opened_nearby_only() -> None:
    target = SOURCE.copy()
    target[205] += (60.0, 0.0)  # over its neighbours
    opened = unfolded(SOURCE, target)
    front = areas(SOURCE) > 0
    assert (areas(target)[front] < 0).any()
    assert (areas(opened)[front] >= 0).all()
    far = np.linalg.norm(SOURCE - SOURCE[205], axis=1) > 150
    np.testing.assert_array_equal(opened[far], target[far])
