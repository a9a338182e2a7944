"""Landmarks go to disk and come back."""

import numpy as np

from mien.capture.rows import Rows


def test_rows_come_back_in_order() -> None:
    random = np.random.default_rng(0)
    given = [(i // 2, i % 2, 400 * random.random((478, 3)) * (1 + i % 2)) for i in range(300)]
    with Rows() as rows:
        for frame, face, points in given:
            rows.add(frame, face, points)
        assert rows.faces() == [1, 0], "the larger one first"
        assert rows.faces(least=151) == []
        back = list(rows)
        sample = rows.sample(1)
    assert [(frame, face) for frame, face, _ in back] == [(f, k) for f, k, _ in given]
    assert all(np.abs(a[2] - b[2]).max() < 1e-3 for a, b in zip(back, given, strict=True))
    assert np.abs(sample[[0, -1]] - [given[1][2], given[-1][2]]).max() < 1e-3


def test_nothing_added() -> None:
    with Rows() as rows:
        assert list(rows) == []
        assert rows.faces() == []
