"""A folder that appears whole or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.core.errors import InputError


@contextmanager
def fresh_folder(target: Path, page: str) -> Iterator[Path]:
    """A temporary folder that takes the place of the target when the block ends well.

    An earlier result is replaced only where it is one: a folder that is empty or holds ``page``
    as this demo writes it.

    Args:
        target: the folder to make; missing parents are made too.
        page: name of the file by which an earlier result is known.

    Yields:
        An empty folder beside the target.

    Raises:
        InputError: something else is there, or nothing can be written there.
    """
    target = target.absolute()
    _check(target, page)
    temporary = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        try:
            temporary.mkdir(parents=True)
        except OSError as error:
            raise InputError(f"{target}: cannot be written: {error.strerror}") from error
        yield temporary
        _swap(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check(target: Path, page: str) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(f"{target}: is a file: give the name of a folder to make")
    known = target / page
    earlier = known.is_file() and 'content="mien demo"' in known.read_text("utf-8", "replace")
    if any(target.iterdir()) and not earlier:
        raise InputError(f"{target}: holds other files: give the name of a new folder")


def _swap(fresh: Path, target: Path) -> None:
    """Put a folder in the place of another one, which is removed."""
    old = fresh.with_suffix(".old")
    try:
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except OSError as error:
        if old.exists() and not target.exists():
            old.rename(target)
        raise InputError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(old, ignore_errors=True)
