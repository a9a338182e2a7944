"""What a suite reports: figures with what was asked, how many, and how sure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        figure: what was measured, with its unit.
        asked: what must hold, in words.
        measured: the value, in words.
        n: how many, of what.
        interval: 95 % interval by person, or empty.
        held: whether it holds; None where nothing was asked.
    """

    figure: str
    asked: str
    measured: str
    n: str
    interval: str
    held: bool | None


@dataclass(frozen=True)
class Result:
    """All figures of a suite."""

    rows: tuple[Row, ...]


def at_least(figure: str, floor: float, values: Sequence[float], unit: str = "people") -> Row:
    """A median over people that must not lie below a floor."""
    return _judged(figure, f"≥ {floor:g}", np.asarray(values), unit, lambda value: value >= floor)


def at_most(figure: str, ceiling: float, values: Sequence[float], unit: str = "people") -> Row:
    """A median over people that must not lie above a ceiling."""
    held = f"≤ {ceiling:g}"
    return _judged(figure, held, np.asarray(values), unit, lambda value: value <= ceiling)


def shown(figure: str, values: Sequence[float], unit: str = "people") -> Row:
    """A median over people that is printed for comparison."""
    return _judged(figure, "", np.asarray(values), unit, None)


def counted(figure: str, hits: int, asked: int, of: int, unit: str = "people") -> Row:
    """So many of so many."""
    return Row(figure, f"≥ {asked}", f"{hits}", f"{of} {unit}", "", hits >= asked)


def interval(
    values: NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], float] = lambda values: float(np.median(values)),
    seed: int = 0,
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a statistic, resampling people.

    Args:
        values: shape (people, ...).
        statistic: of such an array along its first axis.
        seed: of the resampling.
    """
    rng = np.random.default_rng(seed)
    draws = [statistic(values[rng.integers(len(values), size=len(values))]) for _ in range(1000)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def _judged(
    figure: str,
    asked: str,
    values: NDArray[np.float64],
    unit: str,
    holds: Callable[[float], bool] | None,
) -> Row:
    middle = float(np.median(values))
    low, high = interval(values)
    held = None if holds is None else holds(middle)
    return Row(
        figure, asked, f"{middle:.3g}", f"{len(values)} {unit}", f"{low:.3g} to {high:.3g}", held
    )
