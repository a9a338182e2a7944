"""Running ahead in a thread."""

import threading
from collections.abc import Iterator
from itertools import count, islice

import pytest

from mien.media.prefetch import prefetch


def _threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "mien-prefetch"]


def test_order_and_end() -> None:
    assert list(prefetch(i for i in range(50))) == list(range(50))
    assert not _threads()


def test_an_error_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("no more")

    seen = []
    with pytest.raises(KeyError, match="no more"):
        seen.extend(prefetch(source()))
    assert seen == [1, 2]
    assert not _threads()


def test_bounded_and_closed_when_left_early() -> None:
    made, closed = [], []

    def source() -> Iterator[int]:
        try:
            for i in count():
                made.append(i)
                yield i
        finally:
            closed.append(True)

    ahead = prefetch(source(), depth=3)
    assert list(islice(ahead, 5)) == [0, 1, 2, 3, 4]
    assert len(made) <= 5 + 3 + 2
    ahead.close()
    assert closed == [True]
    assert not _threads()
