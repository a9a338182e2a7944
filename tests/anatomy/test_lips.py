import numpy as np
import pytest

from mien.anatomy.lips import closed, closing, partings
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import template
from mien.anatomy.topology import mirror
from mien.core import facs


def parted() -> np.ndarray:
    model = face_model(closed(template()))
    return model.neutral + displacement(model, facs.vector({"AU25": 5.0}))


def test_lips_meet() -> None:
    assert partings(parted()).max() > 0.05
    assert partings(closed(parted())) == pytest.approx(np.zeros(11), abs=1e-9)


def test_closed_lips_stay() -> None:
    once = closed(template())
    assert closed(once) == pytest.approx(once, abs=1e-9)


def test_only_the_mouth_moves_and_both_sides_alike() -> None:
    shift = closing(np.full(11, 0.1))
    assert np.isfinite(shift).all()
    assert shift == pytest.approx(shift[mirror()], abs=1e-6)
    still = [10, 151, 33, 263, 468, 473]
    assert np.abs(shift[still]).max() == 0.0


def test_crossed_lips_are_not_parted() -> None:
    assert not closing(np.full(11, -0.1)).any()
