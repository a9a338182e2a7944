"""The muscle table fitted again without some people, to be judged on them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import Pull, fields_of
from mien.anatomy.fit import SMILE_COLUMNS, Pair, Shape, explained, fit_pulls
from mien.core.facs import COLUMNS

FOLDS = 5


def left_over(
    rows: Sequence[Pull], shapes: dict[str, Shape], pairs: Sequence[Pair]
) -> NDArray[np.float64]:
    """What the fields leave of each person's smile when fitted to the other folds.

    Returns:
        Shape (people, 3): squared displacement left by AU06, 10, 12, 25 and 26, left by all action
        units, and in all.
    """
    figures = np.zeros((len(pairs), 3))
    for fold in range(FOLDS):
        train = [pair for i, pair in enumerate(pairs) if i % FOLDS != fold]
        pulls = fit_pulls(rows, shapes, train)
        fitted = [replace(row, pull=tuple(pull)) for row, pull in zip(rows, pulls, strict=True)]
        for i in range(fold, len(pairs), FOLDS):
            fields = fields_of(pairs[i].neutral, tuple(fitted))
            few, total = explained(fields, pairs[i], SMILE_COLUMNS)
            many, _ = explained(fields, pairs[i], COLUMNS)
            figures[i] = few, many, total
    return figures
