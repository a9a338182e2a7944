"""The places where a part can be exchanged: protocols with one method each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

# Long work reports (step, done, total or None) and is not told what becomes of it.
Progress = Callable[[str, int, int | None], None]


def silent(step: str, done: int, total: int | None) -> None:
    """A progress hook that does nothing."""


# Is given a line for people, at the moment it holds.
Say = Callable[[str], None]


def unheard(line: str) -> None:
    """Somebody to tell lines to who does nothing."""


class Stamper(Protocol):
    """Writes into a finished file where it came from."""

    def stamp(self, path: Path, record: dict[str, Any]) -> None:
        """Mark the file at ``path`` in place; ``record`` says what was done to which source."""
        ...
