"""A few windows, and a network that is trained in no time."""

import pytest

from mien.capture.learned.labels import CLASSES, UNITS, code_of
from mien.learn.microexpression.coding import numbers
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.held import Held, Origin
from mien.learn.microexpression.sources import Labelled, gathered
from mien.learn.microexpression.synthetic import Sample, sample


@pytest.fixture(scope="session")
def samples() -> list[Sample]:
    return [sample(11, number) for number in range(24)]


@pytest.fixture(scope="session")
def labelled(samples: list[Sample]) -> Labelled:
    """Of three subjects, eight windows each."""
    n = range(len(samples))
    return gathered(samples, [f"s{at % 3}" for at in n], [f"clip{at}" for at in n])


def truths(one: Sample) -> dict[str, str]:
    units = {int(code_of(UNITS[at])[2:]) for at in (one.aus > 0.5).nonzero()[0]}
    found = {"three": "negative", "aus": numbers(units)}
    return {**found, "classes": CLASSES[one.klass]} if one.klass > 0 else found


@pytest.fixture(scope="session")
def held(labelled: Labelled, samples: list[Sample]) -> Held:
    """The same as a set called toy."""
    told = tuple(truths(one) for one in samples)
    return Held(Origin("toy", "/toy", "1"), labelled, ("toy",) * len(samples), told)


@pytest.fixture
def config() -> Config:
    return Config(network="ststnet", steps=6, batch=4, validation=40)
