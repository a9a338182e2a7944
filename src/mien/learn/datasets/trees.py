"""Where the files of a set are: sheets by their names, images by the folders that labels name.

Releases and copies add and drop levels (``Cropped/``, ``CASME2-RAW/``, a folder per subject), so
the folder of a clip is looked for by the end of its path. Of two trees that hold the same clips the
one with more of them counts; trees of different clips, as of the parts of a set, count together.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from mien.core.errors import InputError

IMAGES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"))
_DEPTH = 6  # levels below the folder of a set
_NUMBER = re.compile(r"\d+(?=\D*$)")


@dataclass(frozen=True)
class Located:
    """The folders of the clips.

    Attributes:
        folders: one per clip, below the root; None where there is none.
        trees: what comes before the clips' own paths, ``.`` for the root itself.
        others: trees that hold some of the same clips, and are not used.
    """

    folders: tuple[PurePosixPath | None, ...]
    trees: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Images:
    """The images of a folder.

    Attributes:
        numbers: in order; the last number in a name counts.
        template: of the names, for ``str.format``.
        irregular: names that the template does not give.
    """

    numbers: frozenset[int]
    template: str
    irregular: tuple[str, ...]


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
        names = ", ".join(str(path.relative_to(root)) for path in found)
        raise InputError(f"{root}: several sheets of {title}: {names}: give the one to read")
    return found[0]


def sheets(root: Path, patterns: Sequence[str]) -> list[Path]:
    """All sheets whose names fit, as in :func:`sheet`, in order."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder: give the folder of the set, or its sheet")
    wanted = [name for name in patterns if not name.startswith("!")]
    unwanted = [name[1:] for name in patterns if name.startswith("!")]
    return sorted(
        Path(folder) / name
        for folder, _, files in _walk(root)
        for name in files
        if not name.startswith(("~$", "."))
        and any(fnmatchcase(name.casefold(), pattern) for pattern in wanted)
        and not any(fnmatchcase(name.casefold(), pattern) for pattern in unwanted)
    )


def folders(root: Path) -> list[PurePosixPath]:
    """Every folder below the root, relative to it, without hidden ones."""
    below = [Path(folder).relative_to(root).as_posix() for folder, _, _ in _walk(root)]
    return sorted((PurePosixPath(one) for one in below if one != "."), key=natural)


def natural(path: PurePosixPath | str) -> list[tuple[int, str]]:
    """A key that sorts ``s2`` before ``s10``."""
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def locate(root: Path, wanted: Sequence[Sequence[str]]) -> Located:
    """Find the folders of clips.

    Args:
        root: the folder of the set.
        wanted: for each clip the ends of paths that its folder may have.
    """
    by_name: dict[str, list[PurePosixPath]] = {}
    for folder in folders(root):
        by_name.setdefault(folder.name.casefold(), []).append(folder)
    candidates = [_candidates(ends, by_name) for ends in wanted]
    holding: dict[str, set[int]] = {}
    for at, found in enumerate(candidates):
        for tree in found:
            holding.setdefault(tree, set()).add(at)
    chosen: dict[int, str] = {}
    others = []
    for tree in sorted(holding, key=lambda tree: (-len(holding[tree]), natural(tree))):
        if chosen.keys().isdisjoint(holding[tree]):
            chosen |= dict.fromkeys(holding[tree], tree)
        else:
            others.append(tree)
    return Located(
        tuple(found[chosen[at]] if at in chosen else None for at, found in enumerate(candidates)),
        tuple(dict.fromkeys(chosen.values())),
        tuple(others),
    )


def images(folder: Path) -> Images:
    """What is in a folder; nothing where it is not there."""
    try:
        names = sorted(p.name for p in folder.iterdir() if p.suffix.casefold() in IMAGES)
    except OSError:
        names = []
    numbered = {name: match for name in names if (match := _NUMBER.search(Path(name).stem))}
    template = _template(numbered)
    irregular = [
        name
        for name in names
        if name not in numbered or template.format(int(numbered[name][0])) != name
    ]
    numbers = frozenset(int(match[0]) for match in numbered.values())
    return Images(numbers, template, tuple(irregular))


def _walk(root: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for folder, inner, files in os.walk(root, followlinks=True):
        deep = len(Path(folder).relative_to(root).parts)
        inner[:] = sorted(one for one in inner if not one.startswith(".")) if deep < _DEPTH else []
        yield folder, inner, files


def _candidates(
    ends: Sequence[str], by_name: Mapping[str, Sequence[PurePosixPath]]
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
            fits = len(tail) == len(parts) and all(map(fnmatchcase, tail, parts))
            if fits:
                found.setdefault("/".join(folder.parts[: -len(parts)]) or ".", folder)
        if found:
            break
    return found


def _template(numbered: Mapping[str, re.Match[str]]) -> str:
    """The commonest form of the names; padded where some number begins with 0."""
    forms = Counter(_form(name, match) for name, match in numbered.items())
    if not forms:
        return "{}"
    before, after = min(forms, key=lambda form: (-forms[form], form))
    widths = {len(m[0]) for n, m in numbered.items() if m[0].startswith("0") and len(m[0]) > 1}
    field = f"{{:0{max(widths)}d}}" if widths else "{}"
    return f"{_literal(before)}{field}{_literal(after)}"


def _form(name: str, match: re.Match[str]) -> tuple[str, str]:
    return name[: match.start()], name[match.end() :]


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
