"""A folder that appears whole or not at all."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.core.errors import MediaError


@contextmanager
def whole_folder(target: Path, ours: Callable[[Path], bool]) -> Iterator[Path]:
    """A temporary folder that takes the place of the target when the block ends well.

    Args:
        target: the folder to make; missing parents are made too.
        ours: tells whether a folder that is there already is an earlier result, to be replaced.

    Yields:
        An empty folder beside the target.

    Raises:
        MediaError: something else is there, or nothing can be written there.
    """
    target = target.absolute()
    check_replaceable(target, ours)
    part = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        part.mkdir(parents=True)
        yield part
        _swap(part, target)
    except OSError as error:
        raise MediaError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_replaceable(target: Path, ours: Callable[[Path], bool]) -> None:
    """Refuse to touch what mien did not write.

    Raises:
        MediaError: the target is a file, or a folder that is neither empty nor an earlier result.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise MediaError(f"{target}: is a file: give the name of a folder to make")
    if any(target.iterdir()) and not ours(target):
        raise MediaError(f"{target}: holds other files: give the name of another folder")


def _swap(fresh: Path, target: Path) -> None:
    """Put a folder in the place of another one, which goes only when the new one stands."""
    old = fresh.with_suffix(".old")
    try:
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except OSError:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
