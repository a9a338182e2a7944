"""SAMM (Davison et al., 2018) and SAMM Long Videos (Yap et al., 2020)."""

from dataclasses import replace
from pathlib import Path

from mien.learn.datasets.labelled import entry, event_type, padded, read_sheet
from mien.learn.datasets.schema import Clip, Entry
from mien.learn.datasets.sheets import Read, Row
from mien.learn.datasets.trees import sheets

_FPS = 200.0
MICRO_SHEET = ("samm_micro*.xls*", "samm_micro*.csv")
LONG_SHEET = ("samm_longvideos*.xls*", "samm_longvideos*.csv")
_MICRO = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("Onset Frame",),
    "apex": ("Apex Frame",),
    "offset": ("Offset Frame",),
    "aus": ("Action Units",),
    "emotion": ("Estimated Emotion",),
}
_MICRO_MORE = {"class": ("Objective Classes", "Objective Class"), "duration": ("Duration",)}
_LONG = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("Onset", "Onset Frame"),
    "apex": ("Apex", "Apex Frame"),
    "offset": ("Offset", "Offset Frame"),
    "type": ("Type",),
    "aus": ("Action Units",),
}


def samm(root: Path) -> Read:
    """SAMM; frame numbers are those of the whole recording.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    return read_sheet(root, "SAMM", MICRO_SHEET, _MICRO, _micro, _MICRO_MORE)


def samm_lv(root: Path) -> Read:
    """SAMM Long Videos; emotions come from SAMM's own sheet where that is in the same folder.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    long = read_sheet(root, "SAMM Long Videos", LONG_SHEET, _LONG, _long)
    if root.is_file() or not sheets(root, MICRO_SHEET):
        return long
    known = {one.clip.clip: one.clip for one in samm(root).entries}
    joined = (_joined(one, known.get(one.clip.clip)) for one in long.entries)
    return Read(tuple(joined), long.findings)


def _micro(row: Row) -> Entry:
    subject, clip = padded(row, "subject", 3), row.named("clip")
    made = entry(
        row,
        "samm",
        _FPS,
        subject=subject,
        clip=clip,
        folders=(f"{subject}/{clip}",),
        video=_video(row),
        frame_template=f"{subject}_{{:05d}}.jpg",
        first_index=row.frame("onset"),
    )
    frames = made.clip.offset - made.clip.onset + 1
    if row.text("duration") and row.frame("duration") != frames:
        flag = f"the sheet's duration is not offset - onset + 1 = {frames}"
        return replace(made, clip=replace(made.clip, flags=(*made.clip.flags, flag)))
    return made


def _long(row: Row) -> Entry:
    subject, video = padded(row, "subject", 3), _video(row)
    return entry(
        row,
        "samm-lv",
        _FPS,
        subject=subject,
        clip=row.named("clip"),
        folders=(video, f"{subject}/{video}"),
        video=video,
        event_type=event_type(row, "type"),
        frame_template=f"{video}_{{:04d}}.jpg",
    )


def _joined(long: Entry, known: Clip | None) -> Entry:
    if known is None or long.clip.event_type != "micro":
        return long
    clip = replace(
        long.clip,
        emotion_raw=known.emotion_raw,
        emotion=known.emotion,
        objective_class=known.objective_class,
    )
    return replace(long, clip=clip)


def _video(row: Row) -> str:
    """The recording: the first two parts of a name, ``006_1`` of ``006_1_2``."""
    parts = row.named("clip").split("_")
    if len(parts) < 2:
        raise row.complaint("clip", f"{row.text('clip')!r}: write subject_video_number")
    return "_".join(parts[:2])
