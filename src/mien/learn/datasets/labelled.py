"""A clip from a row, with what every sheet writes in much the same way."""

from collections.abc import Callable
from pathlib import Path

from mien.learn.datasets.schema import Clip, Entry, coded, emotion_of
from mien.learn.datasets.sheets import Columns, Read, Row, collect, table
from mien.learn.datasets.trees import sheet

CLASSES = ("I", "II", "III", "IV", "V", "VI", "VII")


def entry(
    row: Row,
    dataset: str,
    fps: float,
    *,
    subject: str,
    clip: str,
    folders: tuple[str, ...],
    **more: object,
) -> Entry:
    """An entry with what the columns of the row say.

    Args:
        row: with the keys onset and offset, and apex, aus, emotion and class where there are such.
        dataset: name of the set.
        fps: of the recording.
        subject: who.
        clip: name of the expression.
        folders: where its images may be.
        more: fields of the clip that are otherwise than usual.

    Raises:
        InputError: a cell that cannot be.
    """
    au_raw, aus, flags = coded(row.cells.get("aus"))
    emotion = row.text("emotion")
    fields: dict[str, object] = {
        "video": clip,
        "event_type": "micro",
        "onset": row.frame("onset"),
        "apex": row.frame_if_any("apex"),
        "offset": row.frame("offset"),
        "au_raw": au_raw,
        "aus": aus,
        "emotion_raw": emotion,
        "emotion": emotion_of(emotion),
        "objective_class": objective(row),
        "frame_dir": folders[0],
        "frame_template": "{}.jpg",
        "first_index": 1,
        "flags": flags,
    }
    made = Clip(dataset=dataset, subject=subject, clip=clip, fps=fps, **{**fields, **more})  # type: ignore[arg-type]
    return Entry(made, row.file, row.number, row.index, row.count, folders)


def read_sheet(
    root: Path,
    title: str,
    patterns: tuple[str, ...],
    columns: Columns,
    of_row: Callable[[Row], Entry | None],
    optional: Columns | None = None,
) -> Read:
    """Find the sheet of a set and make an entry of every row.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    return collect(table(sheet(root, patterns, title), columns, optional), of_row)


def padded(row: Row, key: str, digits: int) -> str:
    """A subject's number with leading zeros; a name that is no number stays as it is.

    Raises:
        InputError: the cell is empty.
    """
    text = row.named(key)
    return text.zfill(digits) if text.isdigit() else text


def objective(row: Row, key: str = "class") -> str:
    """The objective class in roman numerals, as the sheet has it in these or in others.

    Raises:
        InputError: no class from I to VII.
    """
    text = row.text(key).upper()
    if text.isdecimal() and 1 <= int(text) <= len(CLASSES):
        return CLASSES[int(text) - 1]
    if text and text not in CLASSES:
        raise row.complaint(key, f"{row.text(key)!r} is no objective class: write I to VII")
    return text


def event_type(row: Row, key: str) -> str:
    """Whether a row is of a micro- or of a macro-expression.

    Raises:
        InputError: the cell says neither.
    """
    text = row.text(key).casefold()
    for name in ("micro", "macro"):
        if text.startswith(name):
            return name
    raise row.complaint(key, f"{row.text(key)!r}: write micro or macro")
