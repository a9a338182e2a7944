"""CASME and CASME II (Yan et al., 2013 and 2014): one row per clip, a folder of images each."""

from pathlib import Path

from mien.learn.datasets.labelled import entry, padded, read_sheet
from mien.learn.datasets.schema import Entry
from mien.learn.datasets.sheets import Read, Row

CASME_SHEET = (
    "casme*.xls*", "casme*.csv", "!casme2*", "!casme_2*", "!casme ii*", "!casmeii*",
)  # fmt: skip
CASME2_SHEET = ("casme2*.xls*", "casme2*.csv", "casmeii*.xls*", "casme ii*.xls*")
_CASME = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetF",),
    "apex": ("ApexF1",),
    "offset": ("OffsetF",),
    "aus": ("AU",),
    "emotion": ("Emotion",),
}
_CASME2 = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetFrame",),
    "apex": ("ApexFrame",),
    "offset": ("OffsetFrame",),
    "aus": ("Action Units",),
    "emotion": ("Estimated Emotion",),
}


def casme(root: Path) -> Read:
    """CASME; the first of its two apex columns counts.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    return read_sheet(
        root, "CASME", CASME_SHEET, _CASME, lambda row: _entry(row, "casme", 60.0, "")
    )


def casme2(root: Path) -> Read:
    """CASME II; image numbers equal the numbers of the sheet.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    return read_sheet(
        root, "CASME II", CASME2_SHEET, _CASME2, lambda row: _entry(row, "casme2", 200.0, "img")
    )


def _entry(row: Row, dataset: str, fps: float, before: str) -> Entry:
    subject, clip = padded(row, "subject", 2), row.named("clip")
    return entry(
        row,
        dataset,
        fps,
        subject=subject,
        clip=clip,
        folders=(f"sub{subject}/{clip}",),
        frame_template=f"{before}{{}}.jpg",
    )
