"""A figure of pooled counts, with how sure it is over people."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mien.bench.ffe.metrics import by_person
from mien.bench.micro.metrics import Counted


@dataclass(frozen=True)
class Estimate:
    """A figure.

    Attributes:
        value: of all people; NaN where there is none.
        low: lower end of the 95 % interval over people; NaN for fewer than two.
        high: upper end.
    """

    value: float
    low: float
    high: float


def estimate(each: Counted, score: Callable[[Counted], float]) -> Estimate:
    """A score of the sum of all people's counts; its interval resamples people.

    Args:
        each: shape (people, ...), the counts of each.
        score: of such counts, added.
    """

    def pooled(drawn: Counted) -> float:
        return score(drawn.sum(axis=0))

    return Estimate(pooled(each), *by_person(each, np.arange(len(each)), pooled))
