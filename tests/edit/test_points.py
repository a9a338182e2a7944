from dataclasses import replace

import numpy as np
import pytest

from mien.anatomy.head import view_of
from mien.anatomy.lips import closing, partings
from mien.anatomy.model import displacement
from mien.core import facs
from mien.edit.points import Subject, moved


@pytest.fixture
def grin(subject: Subject) -> Subject:
    """The puppet with lips parted further than its action units explain."""
    aus = facs.vector({"AU25": 3.0})
    mesh = subject.model.neutral + displacement(subject.model, aus) - closing(np.full(11, 0.05))
    return replace(subject, points=subject.view.to_picture(mesh), aus=aus)


def test_nothing_wanted_nothing_moves(grin: Subject) -> None:
    assert moved(grin, grin.aus) == pytest.approx(grin.points, abs=1e-9)


def test_goes_where_the_model_says(subject: Subject) -> None:
    wanted = facs.vector({"AU12L": 2.5})
    mesh = subject.model.neutral + displacement(subject.model, wanted)
    expected = subject.view.to_picture(mesh)
    off = np.linalg.norm(moved(subject, wanted) - expected, axis=1)
    # Lips kept from crossing, slivers at the corner kept from folding: by next to nothing.
    assert off.max() < 0.015 * subject.view.scale
    no_fold = facs.vector({"AU01L": 2.5, "AU43R": 3.0})
    mesh = subject.model.neutral + displacement(subject.model, no_fold)
    expected = subject.view.to_picture(mesh)
    assert moved(subject, no_fold) == pytest.approx(expected, abs=1e-9)


def test_unexplained_parting_fades_with_what_parts(grin: Subject) -> None:
    def left(share: float) -> float:
        found = grin.view.to_head(moved(grin, share * grin.aus))
        known = displacement(grin.model, share * grin.aus)
        return float(partings(found - known).max())

    assert [left(share) for share in (1.0, 0.5, 0.0)] == pytest.approx([0.05, 0.025, 0.0], abs=1e-6)
    assert left(1.5) == pytest.approx(0.05, abs=1e-6)


def test_a_turn_moves_what_stands_out(subject: Subject) -> None:
    nose, ear = 1, 234
    left = moved(subject, subject.aus, (10.0, 0.0, 0.0)) - subject.points
    assert left[nose, 0] > 0.1 * subject.view.scale  # to the subject's left: right on the picture
    assert left[nose, 0] > left[ear, 0]
    up = moved(subject, subject.aus, (0.0, 10.0, 0.0)) - subject.points
    assert up[nose, 1] < -0.1 * subject.view.scale


@pytest.mark.parametrize("turn", [(8.0, 0.0, 0.0), (0.0, -8.0, 0.0), (0.0, 0.0, 10.0)])
def test_a_turned_head_is_seen_turned(subject: Subject, turn: tuple[float, float, float]) -> None:
    points = moved(subject, subject.aus, turn)
    before, after = (view_of(p, subject.model.neutral).pose for p in (subject.points, points))
    seen = (after.yaw - before.yaw, after.pitch - before.pitch, after.roll - before.roll)
    assert seen == pytest.approx(turn, abs=0.3)


def test_no_turn_is_no_movement(subject: Subject) -> None:
    assert np.array_equal(moved(subject, subject.aus, (0.0, 0.0, 0.0)), moved(subject, subject.aus))
