"""A course on disk is the course."""

from dataclasses import fields, replace

import numpy as np
import pytest

from mien.anatomy.inverse import FREE
from mien.capture.course import ROW, Course, Stored
from mien.capture.tape import Tape

N = 200


@pytest.fixture
def both() -> tuple[Course, Stored]:
    random = np.random.default_rng(0)
    course = Course(
        time=np.arange(N) / 30.0,
        frame=np.arange(3, N + 3),
        stretch=np.arange(N) // 70,
        key=random.random(N) < 0.1,
        odd=random.random(N),
        hidden=random.random((N, len(FREE))) < 0.2,
        pose=random.random((N, 6)),
        aus=random.random((N, len(FREE))),
    )
    tape, rows = Tape(ROW), []
    for i in range(N):  # of two faces, in turn
        for sign in (1.0, -1.0):
            values = [getattr(course, item.name)[i] for item in fields(Course)]
            row = tape.add(*values[:-1], sign * values[-1])
            if sign > 0:
                rows.append(row)
    return course, Stored(tape, np.array(rows))


def same(one: Course, other: Course) -> None:
    for item in fields(Course):
        a, b = getattr(one, item.name), getattr(other, item.name)
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_a_key_frame_left_out_counts_for_the_next(both: tuple[Course, Stored]) -> None:
    course, stored = both
    keys = np.flatnonzero(course.key)
    assert not course.key[0]
    left = stored.only(~course.key)
    assert left.key.sum() == sum(not course.key[i + 1] for i in keys if i + 1 < N)
    assert set(left.frame[left.key]) <= set(course.frame[keys] + 1)


def test_whole(both: tuple[Course, Stored]) -> None:
    same(*both)
    assert not hasattr(both[1], "nothing")


@pytest.mark.parametrize("rows", [slice(20, 90), np.array([0, 3, 199]), np.arange(N) % 3 == 1])
def test_parts(both: tuple[Course, Stored], rows: np.ndarray) -> None:
    course, stored = both
    same(course.select(rows), stored.select(rows))


def test_parts_of_parts(both: tuple[Course, Stored]) -> None:
    course, stored = both
    odd = np.arange(N) % 2 == 1
    assert len(stored.only(odd)) == N // 2
    pairs = course.key.reshape(-1, 2).any(axis=1)
    kept = replace(course.select(odd), key=pairs)
    same(kept.select(slice(5, 50)), stored.only(odd).select(slice(5, 50)))
    same(course, stored.only(np.ones(N, np.bool_)))
