"""CAS(ME)² (Qu et al., 2018): long videos with micro- and macro-expressions.

The first sheet has no header and calls subjects and films by other names than the folders do; the
second sheet says which number is which subject's folder, the third which code is which film.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import InputError
from mien.learn.datasets.grids import Grid, cell_text, grids
from mien.learn.datasets.labelled import entry, event_type
from mien.learn.datasets.schema import Entry
from mien.learn.datasets.sheets import Read, Row, collect, headerless
from mien.learn.datasets.trees import sheet

SHEET = ("cas(me)^2*.xls*", "cas(me)2*code*.xls*")
_KEYS = ("subject", "clip", "onset", "apex", "offset", "aus", "emotion", "type", "report")
_SUBJECT = re.compile(r"s\d+", re.IGNORECASE)
_CODE = re.compile(r"\d{3,4}")


@dataclass(frozen=True)
class _Names:
    """What the second and the third sheet say."""

    subjects: Mapping[str, str]
    films: Mapping[str, str]


def cas_me_2(root: Path) -> Read:
    """CAS(ME)²; an offset of 0 says that nobody saw the end.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    path = sheet(root, SHEET, "CAS(ME)²")
    book = list(grids(path).values())
    if len(book) < 3:
        raise InputError(
            f"{path}: has {len(book)} sheet(s), but the names of subjects and films are in the"
            " second and third: give the set's own, unchanged file"
        )
    names = _Names(_subjects(book[1]), _films(book[2]))
    rows = headerless(path, book[0], _KEYS)
    if not rows or not any(row.text("type") for row in rows):
        raise InputError(f"{path}: its first sheet is not the table of expressions: give another")
    return collect(rows, lambda row: _entry(row, names))


def _subjects(grid: Grid) -> dict[str, str]:
    """Number in the first sheet to folder: ``"1"`` to ``"s15"``; the number is the row's last."""
    found = {}
    for cells in grid:
        texts = [cell_text(cell) for cell in cells]
        folder = next((text for text in texts if _SUBJECT.fullmatch(text)), "")
        numbers = [text for text in texts if text.isdigit()]
        if folder and numbers:
            found[numbers[-1]] = folder.casefold()
    return found


def _films(grid: Grid) -> dict[str, str]:
    """Film in the first sheet to the code in folders: ``"anger1"`` to ``"0401"``."""
    found = {}
    for cells in grid:
        texts = [text for text in map(cell_text, cells) if text]
        code = next((text for text in texts if _CODE.fullmatch(text)), "")
        name = next((text for text in texts if not text.isdigit()), "")
        if code and name:
            found[name.casefold()] = code.zfill(4)
    return found


def _entry(row: Row, names: _Names) -> Entry:
    number, clip = row.named("subject"), row.named("clip")
    folder = names.subjects.get(number)
    if folder is None:
        raise row.complaint("subject", f"{number!r} is not in the second sheet: add it there")
    film = clip.rpartition("_")[0] or clip
    code = names.films.get(film.casefold())
    if code is None:
        raise row.complaint("clip", f"{film!r} is not in the third sheet: add it there")
    subject = folder[1:]
    return entry(
        row,
        "cas-me-2",
        30.0,
        subject=subject,
        clip=clip,
        folders=(f"{folder}/{subject}_{code}*", f"{folder}/{film}"),
        video=f"{subject}_{code}",
        event_type=event_type(row, "type"),
        frame_template="img{:03d}.jpg",
    )
