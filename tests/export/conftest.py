"""A reading with everything in it that makes an export hard."""

from dataclasses import replace

import numpy as np
import pytest

from mien.core.face import Event
from mien.core.facs import COLUMNS, INDEX, resolve
from mien.core.signal import Track
from mien.export.material import Material
from mien.flows.avatar import avatar

N = 12
LOST, TURNED, DRAWN = 4, 7, 9
EVENT = Event("micro", 0.1, 0.15, 0.2, 0, {"AU04L": 0.5, "AU12R": 1.25}, "both", "brow", 0.75)


def track_of(face: int = 0, seed: int = 3) -> Track:
    """Twelve rows: one lost, one with the left side turned away, one drawn between two others."""
    random = np.random.default_rng(seed)
    aus = resolve(4 * random.random((N, len(COLUMNS))) * (random.random((N, len(COLUMNS))) < 0.4))
    aus[TURNED, [i for i, name in enumerate(COLUMNS) if name.endswith("L")]] = np.nan
    pose = 15 * random.standard_normal((N, 3))
    position = 300 * random.random((N, 3))
    for values in (aus, pose, position):
        values[LOST] = np.nan
    status = np.full(N, "ok", dtype="<U12")
    status[[LOST, TURNED, DRAWN]] = "lost", "turned", "interpolated"
    return Track(
        time=np.arange(N) / 29.97, pts=1001 * np.arange(N), frame=np.arange(N),
        face=np.full(N, face), status=status, confidence=random.random(N), pose=pose,
        position=position, aus=aus, deviation=np.full(aus.shape, 0.5, dtype=np.float32),
    )  # fmt: skip


@pytest.fixture
def track() -> Track:
    return track_of()


@pytest.fixture
def material(track: Track) -> Material:
    overlapping = replace(EVENT, kind="micro", onset=0.15, apex=0.2, offset=0.3, face=0)
    slow = replace(
        EVENT, kind="macro", onset=0.0, apex=0.1, offset=0.35, description="A & B <rise>."
    )
    events = [EVENT, overlapping, slow]
    return Material(track, events, "clip", mesh=avatar(), entities="sub-01_task-rest")


@pytest.fixture
def pair() -> Track:
    """Two faces, one after the other in the table."""
    a, b = track_of(), track_of(1, seed=4)
    names = ("time", "pts", "frame", "face", "status", "confidence", "pose", "position", "aus")
    return Track(**{n: np.concatenate([getattr(a, n), getattr(b, n)]) for n in names})


@pytest.fixture
def left() -> list[int]:
    return [i for name, i in INDEX.items() if name.endswith("L")]
