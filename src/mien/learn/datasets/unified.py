"""The one table: clips of any set as CSV, and a user's own clips in the same form.

What :func:`write` writes, :func:`folder` reads; a table of one's own needs only the columns
subject, clip, fps, onset and offset.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.learn.datasets.grids import cell_text, grids
from mien.learn.datasets.labelled import entry, event_type
from mien.learn.datasets.schema import Clip, Entry, emotion_of
from mien.learn.datasets.sheets import Read, Row, collect, table
from mien.learn.datasets.trees import sheet
from mien.media.files import atomic

COLUMNS = tuple(field.name for field in fields(Clip) if field.name != "aus")
SHEET = ("clips.csv",)
_NEEDED = ("subject", "clip", "fps", "onset", "offset")
_KEYS = {"emotion": "common", "emotion_raw": "emotion", "objective_class": "class"}


def write(clips: Iterable[Clip], path: Path) -> None:
    """Write clips, a row each; flags are separated by semicolons, an unknown apex is empty.

    Raises:
        MediaError: the file cannot be written.
    """
    with atomic(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for clip in clips:
            rows.writerow(_cell(getattr(clip, name)) for name in COLUMNS)


def is_table(path: Path) -> bool:
    """Whether a file begins as :func:`write` begins one."""
    head = f"{','.join(COLUMNS)}\n".encode()
    try:
        with path.open("rb") as file:
            return file.read(len(head)) == head
    except OSError:
        return False


def folder(root: Path) -> Read:
    """A set of one's own: ``clips.csv`` in a folder, with any of the columns of the table.

    Images are in ``frame_dir``, or else in ``subject/clip`` or ``clip``, right below the folder: a
    clip of that name below another folder is somebody else's. Action units and emotion may stand in
    columns called ``aus`` and ``emotion``.

    Raises:
        InputError: no such table, or one that cannot be used at all.
    """
    path = sheet(root, SHEET, "clips")
    _check_columns(path)
    names: dict[str, tuple[str, ...]] = {_KEYS.get(name, name): (name,) for name in COLUMNS}
    names["aus"] = ("au_raw", "aus")
    needed = {key: names[key] for key in _NEEDED}
    more = {key: name for key, name in names.items() if key not in needed}
    return collect(table(path, needed, more), _entry)


def _check_columns(path: Path) -> None:
    known = (*COLUMNS, "aus")
    for grid in grids(path).values():
        here = [name for cell in (grid[0] if grid else ()) if (name := cell_text(cell).casefold())]
        for name in here:
            if name not in known:
                hint = did_you_mean(name, known) or f": use {', '.join(known)}"
                raise InputError(f"{path}: unknown column {name!r}{hint}")
        if twice := [name for name, many in Counter(here).items() if many > 1]:
            raise InputError(f"{path}: column {twice[0]} is there twice: remove one of them")
        if {"aus", "au_raw"} <= set(here):
            raise InputError(f"{path}: columns aus and au_raw say the same: remove one of them")
        if here and (lacking := [name for name in _NEEDED if name not in here]):
            what = f"column {', '.join(lacking)} is missing: add it to the first line"
            raise InputError(f"{path}: {what}")


def _entry(row: Row) -> Entry:
    subject, clip = row.named("subject"), row.named("clip")
    given = row.text("frame_dir")
    more: dict[str, object] = {"video": row.text("video") or clip}
    if row.text("event_type"):
        more["event_type"] = event_type(row, "event_type")
    if row.text("frame_template"):
        more["frame_template"] = _template(row)
    if row.text("common"):
        more["emotion"] = emotion_of(row.text("common"))
        more["emotion_raw"] = row.text("emotion") or row.text("common")
    more["first_index"] = row.frame("first_index" if row.text("first_index") else "onset")
    return entry(
        row,
        row.text("dataset") or "folder",
        _rate(row),
        subject=subject,
        clip=clip,
        folders=(given,) if given else (f"{subject}/{clip}", clip),
        **more,
    )


def _template(row: Row) -> str:
    template = row.text("frame_template")
    try:
        named = template.format(1)
    except (IndexError, KeyError, ValueError, AttributeError):
        named = template
    if named == template:
        raise row.complaint(
            "frame_template", f"{template!r}: write {{}} or {{:05d}} where the number is"
        )
    return template


def _rate(row: Row) -> float:
    try:
        rate = float(row.text("fps"))
    except ValueError:
        rate = math.nan
    if not 0 < rate <= 10_000:
        raise row.complaint("fps", f"{row.text('fps')!r}: write frames per second, such as 200")
    return rate


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else value
