"""Who is trained on, who is validated on and who is tested on; people are dealt whole."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mien.core.errors import InputError
from mien.learn.ffe.row import Row
from mien.learn.splits import Split, inner


def dealt(
    rows: Sequence[Row], validation: float = 0.1, test: float = 0.1, seed: int = 0
) -> list[Row]:
    """The rows with their split.

    Args:
        rows: of the whole set.
        validation: share of the people; at least one unless 0.
        test: share of the people; at least one unless 0.
        seed: of the choice.

    Raises:
        InputError: shares that leave nobody to train on, or too few people for them.
    """
    if min(validation, test) < 0.0 or validation + test >= 1.0:
        raise InputError(f"shares {validation:g} and {test:g}: must leave some to train on")
    people = [row.src.identity for row in rows]
    needed = 1 + (validation > 0) + (test > 0)
    if len({*people}) < needed:
        raise InputError(
            f"{len({*people})} people for {needed} splits: collect more, or set a share to 0"
        )
    rest = Split("ffe", np.arange(len(rows)), np.arange(0))
    names = ["train"] * len(rows)
    for name, share in (("test", test), ("validation", validation / (1.0 - test))):
        if share > 0:
            found = inner(rest, people, share, seed)
            for row in found.test:
                names[row] = name
            rest = found
    return [replace(row, split=name) for row, name in zip(rows, names, strict=True)]
