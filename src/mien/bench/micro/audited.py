"""The audit in front of a suite: it refuses, or says what is known."""

from collections.abc import Iterable
from pathlib import Path

from mien.learn.audit import check, lines, read

NOTHING_KNOWN = (
    "leak audit: none given (--audit): how epoch, threshold and scale were chosen is not known"
)


def audited(path: Path | None, tested: Iterable[str]) -> list[str]:
    """What there is to say about leaks.

    Args:
        path: of an audit; None: nothing is known.
        tested: people who have predictions.

    Raises:
        InputError: no audit, or one that leaks or leaves somebody out.
    """
    if path is None:
        return [NOTHING_KNOWN]
    folds = read(path)
    check(folds, tested)
    return lines(folds)
