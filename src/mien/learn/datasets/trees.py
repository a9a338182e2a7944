"""Where the files of a set are: sheets by their names, images by the folders that labels name.

Releases and copies add and drop levels (``Cropped/``, ``CASME2-RAW/``, a folder per subject), so
the folder of a clip is looked for by the end of its path. Of two trees that hold the same clips the
one with more of them counts, and what it lacks is taken from the other; trees of different clips,
as of the parts of a set, count together. Links to folders are followed for images, which may be on
another disk, and not for sheets.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from mien.core.errors import InputError

_DEPTH = 6  # levels below the folder of a set
_NAMED = 3  # sheets in a message; more are counted
_MAC = "__MACOSX"  # a copy of all folders of an archive, with hidden files in them


@dataclass(frozen=True)
class Located:
    """The folders of the clips.

    Attributes:
        folders: one per clip, below the root; None where there is none.
        trees: what comes before the clips' own paths, ``.`` for the root itself; an earlier one
            counts before a later one.
        others: trees of which some folders are not used, as an earlier tree holds the same clips.
    """

    folders: tuple[PurePosixPath | None, ...]
    trees: tuple[str, ...]
    others: tuple[str, ...]


def sheet(root: Path, patterns: Sequence[str], title: str) -> Path:
    """The sheet of a set.

    Args:
        root: the folder of the set, or the sheet itself.
        patterns: names it may have, in small letters, ``*`` for anything; ``!`` before one that
            it must not have.
        title: of the set, for messages.

    Raises:
        InputError: none, or more than one.
    """
    if root.is_file():
        return root
    found = sheets(root, patterns)
    if not found:
        wanted = " or ".join(name for name in patterns if not name.startswith("!"))
        raise InputError(
            f"{root}: no sheet of {title} ({wanted}) in it: give the folder that holds it, or the"
            " sheet itself"
        )
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(root)) for path in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise InputError(
            f"{root}: several sheets of {title}: {names}{more}: give the one to read, or a folder"
            " with one of them"
        )
    return found[0]


def sheets(root: Path, patterns: Sequence[str]) -> list[Path]:
    """All sheets whose names fit, as in :func:`sheet`, in order; one that is linked to once."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder: give the folder of the set, or its sheet")
    found = (
        Path(folder) / name
        for folder, _, files in _walk(root)
        for name in files
        if fits(name, patterns)
    )
    return sorted({path.resolve(): path for path in sorted(found, reverse=True)}.values())


def fits(name: str, patterns: Sequence[str]) -> bool:
    """Whether a file would be taken for such a sheet, see :func:`sheet`."""
    plain = name.casefold()
    wanted = any(fnmatchcase(plain, one) for one in patterns if not one.startswith("!"))
    unwanted = any(fnmatchcase(plain, one[1:]) for one in patterns if one.startswith("!"))
    return wanted and not unwanted and not name.startswith(("~$", "."))


def folders(root: Path) -> list[PurePosixPath]:
    """Every folder below the root, relative to it, without hidden ones."""
    below = [Path(folder).relative_to(root).as_posix() for folder, _, _ in _walk(root)]
    return sorted((PurePosixPath(one) for one in below if one != "."), key=natural)


def natural(path: PurePosixPath | str) -> list[tuple[int, str]]:
    """A key that sorts ``s2`` before ``s10``."""
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def locate(root: Path, wanted: Sequence[Sequence[str]], *, nested: bool = True) -> Located:
    """Find the folders of clips.

    Args:
        root: the folder of the set.
        wanted: for each clip the ends of paths that its folder may have.
        nested: whether there may be levels above these; else they are whole paths below the root.
    """
    by_name: dict[str, list[PurePosixPath]] = {}
    for folder in folders(root):
        by_name.setdefault(folder.name.casefold(), []).append(folder)
    candidates = [_candidates(ends, by_name, nested) for ends in wanted]
    holding: dict[str, set[int]] = {}
    for at, found in enumerate(candidates):
        for tree in found:
            holding.setdefault(tree, set()).add(at)
    chosen: dict[int, str] = {}
    others = []
    for tree in sorted(holding, key=lambda tree: (-len(holding[tree]), natural(tree))):
        lacking = holding[tree] - chosen.keys()
        if lacking != holding[tree]:
            others.append(tree)
        chosen |= dict.fromkeys(lacking, tree)
    return Located(
        tuple(found[chosen[at]] if at in chosen else None for at, found in enumerate(candidates)),
        tuple(dict.fromkeys(chosen.values())),
        tuple(others),
    )


def _walk(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for folder, inner, files in os.walk(root, followlinks=True):  # the depth ends circles
        deep = len(Path(folder).relative_to(root).parts)
        seen = [one for one in inner if not one.startswith((".", _MAC))]
        inner[:] = sorted(seen) if deep < _DEPTH else []
        yield folder, inner, files


def _candidates(
    ends: Sequence[str], by_name: Mapping[str, Sequence[PurePosixPath]], nested: bool
) -> dict[str, PurePosixPath]:
    """Tree to the folder in it, of folders whose path ends in the first way that any has.

    The shorter ways are for copies that lack a level; elsewhere they would find others' clips.
    """
    found: dict[str, PurePosixPath] = {}
    for end in ends:
        parts = tuple(part.casefold() for part in PurePosixPath(end).parts) or (".",)
        exact = "*" not in parts[-1]
        names = [parts[-1]] if exact else [n for n in by_name if fnmatchcase(n, parts[-1])]
        for folder in (one for name in names for one in by_name.get(name, ())):
            tail = tuple(part.casefold() for part in folder.parts[-len(parts) :])
            whole = nested or len(folder.parts) == len(parts)
            if whole and len(tail) == len(parts) and all(map(fnmatchcase, tail, parts)):
                found.setdefault("/".join(folder.parts[: -len(parts)]) or ".", folder)
        if found:
            break
    return found
