"""The places where a part can be exchanged: protocols with one method each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.core.face import Landmarks

# Long work reports (step, done, total or None) and is not told what becomes of it.
Progress = Callable[[str, int, int | None], None]


def silent(step: str, done: int, total: int | None) -> None:
    """A progress hook that does nothing."""


class Landmarker(Protocol):
    """Finds faces."""

    def detect(self, image: NDArray[np.uint8]) -> list[Landmarks]:
        """All faces of an RGB picture (H, W, 3), largest first."""
        ...


class Stamper(Protocol):
    """Writes into a finished file where it came from."""

    def stamp(self, path: Path, record: dict[str, Any]) -> None:
        """Mark the file at ``path`` in place; ``record`` says what was done to which source."""
        ...
