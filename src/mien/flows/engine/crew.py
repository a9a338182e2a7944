"""The seam between the work and who does it."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any


class DiedError(Exception):
    """The process that had an item in hand is gone; the message says why, as far as it is known."""


@dataclass(frozen=True)
class Crew:
    """Those who are there to work.

    Attributes:
        room: how many items may be in their hands now.
        start: hands out an item, when there is room; the future ends in its answer, in what the
            work raised, or in a :class:`DiedError`.
    """

    room: Callable[[], int]
    start: Callable[[Callable[[Any], Any], Any], "Future[Any]"]
