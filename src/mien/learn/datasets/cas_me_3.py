"""CAS(ME)³ (Li et al., 2022): part A (films watched), part C (a mock crime).

Several expressions come from one video, so an expression is named after its video and its frames.
"""

from functools import partial
from pathlib import Path

from mien.learn.datasets.labelled import entry, event_type, padded, read_sheet
from mien.learn.datasets.schema import Entry
from mien.learn.datasets.sheets import Read, Row
from mien.learn.datasets.trees import sheets

_FPS = 30.0
_FIELDS = {
    "subject": ("Subject",),
    "video": ("Filename",),
    "onset": ("Onset",),
    "apex": ("Apex",),
    "offset": ("Offset",),
    "aus": ("AU",),
}
_CLASS = ("Objective class", "Objective classes")
A_SHEETS = ("cas(me)3_part_a*.xls*",)
_MICRO_LIST = ("cas(me)3_part_a_me_label*.xls*",)
_ALL = (*A_SHEETS, "!*me_label*")
C_SHEET = ("*part_c*.xls*", "mockcrime*.xls*")
_C = {
    "subject": ("sub",),
    "video": ("count",),
    "onset": ("onset",),
    "offset": ("offset",),
    "aus": ("au",),
    "emotion": ("emotion",),
}


def part_a(root: Path) -> Read:
    """Part A: micro-expressions from their own list, which has emotions; the rest from the other.

    Where one of the two files is missing, or ROOT is one of them, the other one alone counts.

    Raises:
        InputError: neither sheet, or one that cannot be used at all.
    """
    if root.is_file():
        return _micro_list(root) if "me_label" in root.name.casefold() else _all(root, ())
    listed = bool(sheets(root, _MICRO_LIST))
    if not sheets(root, _ALL):
        return _micro_list(root)
    micro = _micro_list(root) if listed else Read((), ())
    rest = _all(root, ("micro",) if listed else ())
    return Read(micro.entries + rest.entries, micro.findings + rest.findings)


def part_c(root: Path) -> Read:
    """Part C; nobody marked an apex.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    return read_sheet(root, "CAS(ME)³ part C", C_SHEET, _C, _of_c)


def _micro_list(root: Path) -> Read:
    columns = {**_FIELDS, "class": _CLASS, "emotion": ("emotion",)}
    title = "CAS(ME)³ part A"
    return read_sheet(root, title, _MICRO_LIST, columns, partial(_of_a, "micro"))


def _all(root: Path, without: tuple[str, ...]) -> Read:
    columns = {**_FIELDS, "type": ("Expression type",)}

    def of_row(row: Row) -> Entry | None:
        kind = event_type(row, "type")
        return None if kind in without else _of_a(kind, row)

    return read_sheet(root, "CAS(ME)³ part A", _ALL, columns, of_row, {"class": _CLASS})


def _of_a(kind: str, row: Row) -> Entry:
    subject, video = row.named("subject"), row.named("video")
    if not subject.casefold().startswith("spno."):
        raise row.complaint("subject", f"{subject!r}: write spNO. and a number")
    return entry(
        row,
        "cas-me-3a",
        _FPS,
        subject=subject,
        clip=_name(row, video),
        folders=(f"{subject}/{video}/color", f"{subject}/{video}"),
        video=video,
        event_type=kind,
    )


def _of_c(row: Row) -> Entry:
    subject, video = padded(row, "subject", 2), row.named("video")
    return entry(
        row,
        "cas-me-3c",
        _FPS,
        subject=subject,
        clip=_name(row, video),
        folders=(f"{subject}/{video}/color", f"{subject}/{video}"),
        video=video,
    )


def _name(row: Row, video: str) -> str:
    onset, offset = row.frame("onset"), row.frame("offset")
    return f"{video}_{onset}_{offset}"
