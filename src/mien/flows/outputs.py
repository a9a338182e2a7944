"""What flows share in writing: where they may, told before they begin, and a report's numbers."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from mien.core.errors import InputError


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[object]) -> None:
    """Refuse outputs that would destroy something.

    Args:
        outputs: files to write; None counts for nothing.
        inputs: what is read; only paths count.

    Raises:
        InputError: an output is an input, another output or a folder.
    """
    taken = {Path(path).resolve() for path in inputs if isinstance(path, str | Path)}
    for path in outputs:
        if path is None:
            continue
        if path.resolve() in taken:
            raise InputError(f"{path}: would overwrite a file of this edit: choose another name")
        if path.is_dir():
            raise InputError(f"{path}: is a folder: give the name of a file to write")
        taken.add(path.resolve())


def rounded(aus: Mapping[str, float]) -> dict[str, float | None]:
    """Intensities for a report. JSON has no NaN: null says that there is no reading."""
    return {name: None if math.isnan(value) else round(value, 3) for name, value in aus.items()}
