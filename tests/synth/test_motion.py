"""Flow without pictures agrees with the landmarks and with the pictures."""

import numpy as np
import pytest

from mien.core.envelope import Envelope
from mien.synth.camera import Camera
from mien.synth.clip import film
from mien.synth.head import Head
from mien.synth.motion import Motion, strain
from mien.synth.movement import by_aus
from mien.synth.plate import Plate
from mien.synth.scene import Scene
from mien.synth.speech import Speech

COURSE = Envelope(0.1, 0.2, 0.4)


def test_flow_is_the_displacement_of_the_skin(plate: Plate) -> None:
    move = by_aus(plate.subject.model, {"AU12": 1.0}, COURSE, pixels=2.0)
    clip = film(plate, Scene(0.5, (move,)), Camera(10))
    motion = Motion(clip, side=48)
    flow = motion.flow()
    assert flow.shape == (5, 48, 48, 2)
    assert not flow[0].any()
    went = (clip.landmarks()[2] - plate.subject.points)[:, :2]
    for point in (205, 425, 5, 10):
        near = np.linalg.norm(motion.crop.place[:, :2] - plate.subject.points[point, :2], axis=1)
        assert flow[2].reshape(-1, 2)[near.argmin()] == pytest.approx(went[point], abs=0.12)


def test_shift_and_roll_of_a_head_leave_nothing(plate: Plate) -> None:
    clip = film(plate, Scene(0.5, head=Head(roll=8.0, shift=10.0, depth=0.0)), Camera(20))
    motion = Motion(clip, side=24)
    face = np.linalg.norm(motion.crop.place[:, :2] - plate.subject.points[5, :2], axis=1) < 60
    assert np.abs(motion.flow().reshape(10, -1, 2)[:, face]).max() < 0.05


def test_rows_are_those_of_the_whole(plate: Plate) -> None:
    scene = Scene(0.5, head=Head(yaw=8.0), speech=Speech(seed=2))
    motion = Motion(film(plate, scene, Camera(20)), side=16)
    assert motion.flow(slice(4, 7)) == pytest.approx(motion.flow()[4:7], abs=1e-4)


def test_strain_of_a_linear_field() -> None:
    y, x = np.mgrid[0:8, 0:9] * 2.0
    flow = np.stack([0.1 * x + 0.02 * y, -0.03 * x + 0.04 * y], axis=-1)[None].astype(np.float32)
    expected = np.sqrt(0.1**2 + 0.04**2 + 0.5 * (0.02 - 0.03) ** 2)
    assert strain(flow, 2.0) == pytest.approx(np.full((1, 8, 9), expected), rel=1e-4)
