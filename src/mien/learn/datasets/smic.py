"""SMIC (Li et al., 2013): HS, VIS and NIR cut to the expression, and the longer E versions.

The cut release has no sheet: its folders are the labels. Nobody marked an apex.
"""

import re
from functools import partial
from pathlib import Path, PurePosixPath

from mien.core.errors import InputError
from mien.learn.datasets.frames import images
from mien.learn.datasets.labelled import entry, read_sheet
from mien.learn.datasets.schema import Clip, Entry, Finding
from mien.learn.datasets.sheets import Read, Row
from mien.learn.datasets.trees import folders

FPS = {"HS": 100.0, "VIS": 25.0, "NIR": 25.0}

_NAME = re.compile(r"(s\d+)_(ne|po|sur)_\d+", re.IGNORECASE)
_CLASSES = {"ne": "negative", "po": "positive", "sur": "surprise"}
_EXTENDED = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetF",),
    "offset": ("OffsetF",),
    "emotion": ("Emotion",),
    "first": ("FirstF",),
}


def smic(camera: str, root: Path) -> Read:
    """The cut release of one camera: onset is its first image, offset its last.

    Args:
        camera: ``"HS"``, ``"VIS"`` or ``"NIR"``.
        root: its folder, or one above it.

    Raises:
        InputError: no folder of a clip.
    """
    if not root.is_dir():
        raise InputError(
            f"{root}: no such folder: SMIC has no sheet, give the folder of its images"
        )
    named = [folder for folder in folders(root) if _NAME.fullmatch(folder.name)]
    ours = [folder for folder in named if _camera(folder) == camera]
    if root.name.upper().startswith(camera) or not any(_camera(folder) for folder in named):
        ours = named
    if not ours:
        raise InputError(
            f"{root}: no folders such as {camera}/s1/micro/negative/s1_ne_01 in it: give the"
            f" folder of SMIC, or its {camera}"
        )
    made = [_of_folder(root, folder, camera) for folder in ours]
    return Read(
        tuple(one for one in made if isinstance(one, Entry)),
        tuple(one for one in made if isinstance(one, Finding)),
    )


def smic_e(camera: str, root: Path) -> Read:
    """The extended clips of one camera; frames are numbered through all of them.

    Raises:
        InputError: no sheet, or one that cannot be used at all.
    """
    patterns = extended_sheet(camera)
    return read_sheet(root, f"SMIC-{camera}-E", patterns, _EXTENDED, partial(_of_row, camera))


def extended_sheet(camera: str) -> tuple[str, ...]:
    """Names that the sheet of the extended clips of one camera may have."""
    name = camera.casefold()
    return f"smic-{name}-e*.xls*", f"smic_{name}_e*.xls*", f"smic-{name}-e*.csv"


def _camera(folder: PurePosixPath) -> str:
    """Which camera a path names, if any."""
    parts = {part.upper() for part in folder.parts}
    return next((name for name in FPS if name in parts), "")


def _of_folder(root: Path, folder: PurePosixPath, camera: str) -> Entry | Finding:
    match = _NAME.fullmatch(folder.name)
    assert match is not None
    found = images(root / folder)
    emotion = _CLASSES[match[2].casefold()]
    above = folder.parent.name.casefold()
    if above in _CLASSES.values() and above != emotion:
        return Finding("error", str(folder), f"is named as {emotion}: move it to that folder")
    if not found.names:
        return Finding("error", str(folder), "holds no numbered images: copy it again")
    clip = Clip(
        dataset=f"smic-{camera.casefold()}",
        subject=match[1].casefold(),
        clip=folder.name,
        video=folder.name,
        event_type="micro",
        fps=FPS[camera],
        onset=min(found.names),
        apex=None,
        offset=max(found.names),
        au_raw="",
        aus=None,
        emotion_raw=emotion,
        emotion=emotion,
        objective_class="",
        frame_dir=str(folder),
        frame_template=found.template,
        first_index=min(found.names),
    )
    return Entry(clip, str(folder), 0, -1, 0, (str(folder),))


def _of_row(camera: str, row: Row) -> Entry:
    clip, number = row.named("clip"), row.named("subject")
    subject = f"s{int(number)}" if number.isdecimal() else number.casefold()
    match = _NAME.fullmatch(clip)
    short = match[1].casefold() if match else subject
    return entry(
        row,
        f"smic-{camera.casefold()}-e",
        FPS[camera],
        subject=subject,
        clip=clip,
        folders=(f"{short}/{clip}", f"{short}/*/{clip}", f"{short}/*/*/{clip}", clip),
        frame_template="image{}.jpg",
        first_index=row.frame("first"),
    )
