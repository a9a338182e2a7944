"""The clips and photos of folders, and what the readings of them are called."""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from mien.core.errors import InputError
from mien.core.names import distinct

# By their endings: to open each of a million files only to see what it is would take hours.
_ENDINGS = {
    ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ts", ".webm", ".wmv",
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".jp2", ".jpeg", ".jpg", ".png", ".ppm", ".tif",
    ".tiff", ".webp",
}  # fmt: skip


def named(sources: Sequence[Path], out: Path, taken: Collection[str] = ()) -> dict[Path, str]:
    """Every input once, in order, with the folder below ``out`` that is its own.

    ``FOLDER/day/anna.mp4`` gets ``day/anna``, a file that is named itself ``anna``; the second of
    equal ones gets ``-2`` and so on, and so does one that is called as a folder of others.

    Args:
        sources: folders and files; other files in folders, hidden ones and ``out`` are left out.
        out: where is written.
        taken: names that stand for something else there.

    Raises:
        InputError: nothing to read; or a folder that is to be read lies in ``out``, or is it.
    """
    wanted: dict[Path, str] = {}
    for source in sources:
        if source.is_dir():
            _check(source, out)
            for path in _below(source, out.resolve()):
                wanted.setdefault(path, path.relative_to(source).with_suffix("").as_posix())
        else:
            wanted.setdefault(source, source.stem)
    if not wanted:
        folders = ", ".join(map(str, sources))
        raise InputError(f"{folders}: holds no clips and no photos (MP4, MOV, MKV, JPEG, PNG ...)")
    parents = {str(p) for name in wanted.values() for p in Path(name).parents} - {"."}
    others = sorted({*taken, *parents})
    free = [*distinct((*others, *wanted.values()))][len(others) :]
    return dict(zip(wanted, free, strict=True))


def _check(source: Path, out: Path) -> None:
    if source.resolve().is_relative_to(out.resolve()):
        raise InputError(f"{out}: is where the clips are: give the name of another folder")


def _below(folder: Path, out: Path) -> Iterator[Path]:
    """The inputs of a folder and of those in it, sorted; links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if name[0] != "." and (here / name).resolve() != out
        )
        for name in sorted(files):
            if name[0] != "." and Path(name).suffix.lower() in _ENDINGS:
                yield here / name
