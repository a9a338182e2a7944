"""A few windows, and a network that is trained in no time."""

import numpy as np
import pytest

from mien.learn.microexpression.config import Config
from mien.learn.microexpression.sources import Labelled
from mien.learn.microexpression.synthetic import Sample, sample


@pytest.fixture(scope="session")
def samples() -> list[Sample]:
    return [sample(11, number) for number in range(24)]


@pytest.fixture(scope="session")
def labelled(samples: list[Sample]) -> Labelled:
    """Of three subjects, eight windows each."""
    return Labelled(
        np.stack([one.window for one in samples]).astype(np.float16),
        np.stack([one.aus for one in samples]),
        np.array([one.klass for one in samples]),
        np.array([one.emotion for one in samples]),
        np.stack([one.times for one in samples]),
        tuple(f"s{at % 3}" for at in range(len(samples))),
        tuple(f"clip{at}" for at in range(len(samples))),
    )


@pytest.fixture
def config() -> Config:
    return Config(network="ststnet", steps=6, batch=4, validation=40)
