"""MMEW (Ben et al., 2022), 4DME (Li et al., 2023) and DFME (Zhao et al., 2023)."""

from pathlib import Path

from mien.learn.datasets.labelled import entry, padded, read_sheet
from mien.learn.datasets.schema import Entry
from mien.learn.datasets.sheets import Read, Row

_DFME_IDS = ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
_DFME_RATES = (500.0, 300.0, 200.0)
_LABELS_4DME = ("positive", "negative", "surprise", "repression", "others")

MMEW_SHEET = ("mmew*.xls*", "mmew*.csv")
FOURDME_SHEET = ("4dme*.xls*", "4dme*.csv")
DFME_SHEET = ("*dfme*.xls*", "*dfme*.csv")
_MMEW = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetFrame",),
    "apex": ("ApexFrame",),
    "offset": ("OffsetFrame",),
    "aus": ("Action Units",),
    "emotion": ("Estimated Emotion",),
}
_4DME = {
    "subject": ("sub_ID",),
    "clip": ("fold_name",),
    "emotion": ("Emotion",),
    "onset": ("Onset",),
    "apex": ("Apex",),
    "offset": ("Offset",),
    "aus": ("AUs",),
}
_DFME = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetFrame",),
    "apex": ("ApexFrame",),
    "offset": ("OffsetFrame",),
    "emotion": ("Emotion",),
    "id": ("EmotionId",),
    "fps": ("Fps",),
    "aus": ("AU",),
}


def mmew(root: Path) -> Read:
    """MMEW; some copies have no level for the subject.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    return read_sheet(root, "MMEW", MMEW_SHEET, _MMEW, _of_mmew)


def fourdme(root: Path) -> Read:
    """4DME, whose clips may have several emotions: ``"negative+repression"``.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    optional = {label: (label,) for label in _LABELS_4DME}
    return read_sheet(root, "4DME", FOURDME_SHEET, _4DME, _of_4dme, optional)


def dfme(root: Path) -> Read:
    """DFME; the rate of the camera stands in every row.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    return read_sheet(root, "DFME", DFME_SHEET, _DFME, _of_dfme)


def _of_mmew(row: Row) -> Entry:
    number, clip = padded(row, "subject", 2), row.named("clip")
    emotion = row.text("emotion").casefold()
    person = number.upper() if number.upper().startswith("S") else f"S{number}"
    return entry(
        row,
        "mmew",
        90.0,
        subject=person,
        clip=clip,
        folders=(f"{person}/{emotion}/{clip}", f"{emotion}/{clip}", f"{person}/{clip}"),
    )


def _of_4dme(row: Row) -> Entry:
    subject, clip = row.named("subject"), row.named("clip")
    marked = [label for label in _LABELS_4DME if row.text(label) == "1"]
    more: dict[str, object] = {"emotion": "+".join(marked)} if marked else {}
    return entry(
        row, "4dme", 60.0, subject=subject, clip=clip, folders=(f"{subject}/{clip}", clip), **more
    )


def _of_dfme(row: Row) -> Entry:
    subject, clip = row.named("subject"), row.named("clip")
    if row.frame("fps") not in _DFME_RATES:
        raise row.complaint("fps", f"{row.text('fps')!r}: the cameras had 500, 300 or 200")
    number, emotion = row.frame("id"), row.text("emotion").casefold()
    if not 0 <= number < len(_DFME_IDS) or _DFME_IDS[number] != emotion:
        raise row.complaint("id", f"{number} is not the number of {emotion!r}: correct one of them")
    return entry(
        row,
        "dfme",
        float(row.frame("fps")),
        subject=subject,
        clip=clip,
        folders=(f"{subject}/{clip}", clip),
    )
