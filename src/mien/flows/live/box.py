"""A queue between two threads in which the newest wins."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ClosedError(Exception):
    """Nothing more comes."""


class Box(Generic[T]):
    """A bounded queue: where it is full, its oldest item is thrown away and counted.

    Args:
        size: how many items may wait.
        wait: whether who puts something in waits for room instead.
        spare: which items may be thrown away; others go only where there is nothing else.
    """

    def __init__(
        self, size: int, *, wait: bool = False, spare: Callable[[T], bool] | None = None
    ) -> None:
        self._size, self._wait, self._spare = size, wait, spare
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self.dropped = 0

    def put(self, item: T) -> None:
        """Add an item; nothing happens where the box is closed."""
        with self._changed:
            while self._wait and len(self._items) >= self._size and not self._closed:
                self._changed.wait()
            if self._closed:
                return
            if len(self._items) >= self._size:
                self._drop()
            self._items.append(item)
            self._changed.notify_all()

    def get(self) -> T:
        """The oldest item that is left, when there is one.

        Raises:
            ClosedError: the box is closed and empty.
        """
        with self._changed:
            while not self._items:
                if self._closed:
                    raise ClosedError
                self._changed.wait()
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def newest(self) -> list[T]:
        """What is in it, which is taken out; without waiting."""
        with self._changed:
            items = list(self._items)
            self._items.clear()
            self._changed.notify_all()
            return items

    def close(self) -> None:
        """Take nothing more; what is in it can still be had."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _drop(self) -> None:
        at = 0
        if self._spare is not None:
            at = next((i for i, item in enumerate(self._items) if self._spare(item)), 0)
        del self._items[at]
        self.dropped += 1
