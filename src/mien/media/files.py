"""Paths: which may be read, and files that appear whole or not at all."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mien.core.errors import MediaError, MienError

READABLE = "JPEG, PNG, WebP, AVIF, TIFF, BMP or GIF; MP4, MOV, MKV, WebM or AVI"

# Path() folds the two slashes of a URL into one; two letters or more, as C:/ is a drive.
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")


class MediaWarning(UserWarning):
    """A file was read or written, but not all of it; the message is one line."""


def readable(path: str | os.PathLike[str]) -> Path:
    """The path of an existing, regular, non-empty file.

    Raises:
        MediaError: a URL, a directory, a missing, empty or special file.
    """
    path = Path(path)
    if not path.exists() and _URL.match(str(path)):
        raise MediaError(f"{path}: mien reads no URLs: download the file and give its path")
    if not path.exists():
        raise MediaError(f"{path}: no such file")
    if path.is_dir():
        raise MediaError(f"{path}: is a folder: give the files in it one by one")
    if not path.is_file():
        raise MediaError(f"{path}: is not a regular file")
    if path.stat().st_size == 0:
        raise MediaError(f"{path}: is empty (0 bytes): copy or download it again")
    return path


@contextmanager
def clear_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn whatever a decoder or encoder raises into one line.

    Libraries that parse files raise anything on bad bytes (OSError, SyntaxError, struct.error,
    KeyError, MemoryError ...), so this seam catches :class:`Exception`; mien's own pass through.

    Args:
        path: the file, for the message.
        doing: what failed, e.g. ``"cannot be decoded"``.

    Raises:
        MediaError: in place of any foreign exception.
    """
    try:
        yield
    except MienError:
        raise
    except MemoryError as error:
        raise MediaError(f"{path}: {doing}: not enough memory") from error
    except Exception as error:
        raise MediaError(f"{path}: {doing}: {_reason(error)}") from error


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path beside the target that takes its place when the block ends well.

    Missing parent folders are made. When the block raises, the temporary file is removed and the
    target stays as it was.

    Yields:
        A path in the folder of the target, with the same suffix, at which nothing exists yet.

    Raises:
        MediaError: the target is a folder, or an OSError from the block or from the renaming.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise MediaError(f"{path}: is a folder: give the name of a file to write")
    temporary = target.with_name(f".{secrets.token_hex(6)}.part{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(target)
    except OSError as error:
        raise MediaError(f"{path}: cannot be written: {_reason(error)}") from error
    finally:
        _discard(temporary)


def _discard(path: Path) -> None:
    """Remove a file if it is there; a folder that forbids even that keeps the first error."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _reason(error: BaseException) -> str:
    """The first line of what an exception says, without number and path."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).strip().splitlines()[0]
