"""Chance stays in its ranges, and is the same for the same seed."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.synth.chance import by_chance
from mien.synth.plate import Plate
from mien.synth.take import Move, Take, changed, clip_of


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), seconds=st.none() | st.floats(1.5, 20))
def test_chance_makes_clips_that_can_be(plate: Plate, seed: int, seconds: float | None) -> None:
    take = by_chance(np.random.default_rng(seed), seconds)
    assert take == by_chance(np.random.default_rng(seed), seconds)
    json.dumps(asdict(take))
    clip = clip_of(plate, take)
    assert len(clip.events) == len(take.moves) <= 2
    assert [event.kind for event in clip.events].count("micro") == (len(take.moves) > 0)
    assert len(clip.time) == round(take.seconds * take.camera.rate)


def test_some_values_changed() -> None:
    take = changed(Take(seed=3), {"rate": 60, "yaw": 4.0, "crf": 20, "blinks": True})
    assert (take.camera.rate, take.head.yaw, take.crf, take.blinks) == (60, 4.0, 20, True)
    assert (take.seed, take.camera.noise) == (3, 0.0)


def test_everything_at_once(plate: Plate) -> None:
    move = Move({"AU12L": 1.0}, 0.3, 0.4, 0.6, "gamma", 1.0)
    clip = clip_of(plate, Take(1.0, (move,), blinks=True, speech=True, hand=True))
    assert clip.scene.blinks
    assert clip.covered().any()
    assert clip.events[0].side == "L"


@pytest.mark.parametrize("seconds", [1.0, float("nan")])
def test_no_chance_in_no_time(seconds: float) -> None:
    with pytest.raises(InputError, match="too short"):
        by_chance(np.random.default_rng(0), seconds)


def test_no_such_quality() -> None:
    with pytest.raises(InputError, match="CRF"):
        Take(crf=60)
