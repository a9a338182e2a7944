"""OpenFace beside mien: where what it says of a clip comes from, and whose face is whose."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.capture.fuse import BOTH, OPENFACE, Fused, fused
from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.core.signal import Track
from mien.landmark.backends.openface import SUFFIX, OpenFace, read_openface
from mien.landmark.backends.openface_run import HOW_TO, PROGRAM, feature_extraction, openface3
from mien.media.video import probe

AUTO = "auto"

_PYTHON = "python"  # what an interpreter's name begins with
_SPARE = 2  # frames that OpenCV may find beyond the end
_NEAR = 0.5  # distances between the pupils; further apart they are not of one face


def is_openface(path: Path) -> bool:
    """Whether an input is a table, not a picture or clip; only OpenFace's are read."""
    return path.suffix.lower() == SUFFIX


def check_one_each(where: Path | None, clips: Sequence[Path]) -> None:
    """Refuse one CSV for several clips.

    Args:
        where: as for :func:`said_of`.
        clips: inputs; a folder counts for several.

    Raises:
        InputError: it is one CSV, and there are several.
    """
    if where is None or not is_openface(where) or where.is_dir():
        return
    if len(clips) != 1 or clips[0].is_dir():
        raise InputError(
            f"{where}: is of one clip: give the folder of the CSVs, each called as its clip"
        )


def said_of(clip: Path, where: Path, progress: Progress = silent) -> OpenFace:
    """What OpenFace says of a clip.

    Args:
        clip: the clip.
        where: its CSV; a folder with a CSV of the clip's name; ``auto``, FeatureExtraction on PATH;
            the path of FeatureExtraction; or, called ``python...``, the interpreter of OpenFace 3.
        progress: told about the frames of a program.

    Raises:
        InputError: no such thing, no CSV of OpenFace, or a program that fails.
        MediaError: a file cannot be read.
    """
    if where.is_dir():
        where /= f"{clip.stem}{SUFFIX}"
        if not where.exists():
            raise InputError(f"{where}: no such file, so nothing of OpenFace about {clip.name}")
    if is_openface(where):
        return read_openface(where)
    program = _program(where)
    count = probe(clip).count
    run = openface3 if program.name.startswith(_PYTHON) else feature_extraction
    return run(program, clip, count, lambda done: progress("openface", done, count))


def _program(where: Path) -> Path:
    name = PROGRAM if str(where) == AUTO else str(where)
    found = shutil.which(name)
    if found is None:
        if where.exists():
            raise InputError(f"{where}: is neither a CSV nor a program that can be started")
        place = f"{name}: is not on PATH" if Path(name).name == name else f"{name}: no such file"
        raise InputError(f"{place}: {HOW_TO}")
    return Path(found).absolute()


def joined(track: Track, other: OpenFace) -> Fused:
    """Both readings of a clip, fused.

    Rows go together by the number of their frame, as OpenFace's times are rounded and take the rate
    for constant; faces by where they are.

    Raises:
        InputError: OpenFace has more frames, so it is of another clip; or it has no landmarks, and
            there are several faces.
    """
    last, theirs = int(track.frame[-1]), int(other.track.frame[-1])
    if theirs > last + _SPARE:
        raise InputError(
            f"OpenFace has {theirs + 1} frames, the clip {last + 1}: its CSV is of another clip"
        )
    return fused(track, other, _partners(track, other.track))


def _partners(track: Track, other: Track) -> NDArray[np.int64]:
    """The row of OpenFace's for each of mien's, -1 where it has none."""
    placed = bool(np.isfinite(other.position[:, 0]).any())
    if not placed and (track.face.any() or other.face.any()):
        raise InputError("OpenFace has no landmarks to tell several faces by: run it with -2Dfp")
    partner = np.full(len(track), -1, np.int64)
    pairs = {one: _pairs(track, other, one) for one in np.unique(other.face).tolist()}
    for mine, theirs, near in pairs.values():
        if placed:
            of = track.face[mine[near]]
            if not len(of):
                continue
            same = track.face[mine] == np.bincount(of).argmax()
            known = np.isfinite(track.position[mine, 0]) & np.isfinite(other.position[theirs, 0])
            same &= (near | ~known) & (partner[mine] < 0)
            mine, theirs = mine[same], theirs[same]  # noqa: PLW2901
        partner[mine] = theirs
    return partner


def _pairs(
    track: Track, other: Track, face: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of mien's, those of one of OpenFace's faces on the same frames, and which are near."""
    own = np.flatnonzero(other.face == face)
    at = np.searchsorted(other.frame[own], track.frame).clip(0, len(own) - 1)
    mine = np.flatnonzero(other.frame[own][at] == track.frame)
    theirs = own[at[mine]]
    apart = np.hypot(*(track.position[mine, :2] - other.position[theirs, :2]).T)
    return mine, theirs, apart < _NEAR * track.position[mine, 2]


def remark(result: Fused) -> str:
    """What became of OpenFace's numbers, in a line."""
    kept = {unit for (_, unit), scale in result.scales.items() if not scale.refused}
    units = {unit for _, unit in result.scales}
    rows = int((result.row == OPENFACE).sum())
    if not any(scale.frames for scale in result.scales.values()):
        said = "OpenFace: nothing joined, it saw no face where the clip's are: is it of this clip?"
    elif not (result.row >= OPENFACE).any():
        said = "OpenFace: nothing joined, scales.csv says why: is it of this clip?"
    else:
        joins = (
            f"{len(kept)} of {len(units)} units joined on {int((result.row == BOTH).sum())} rows"
        )
        said = f"OpenFace: {joins}, {rows} rows filled; scales.csv says what was not."
    if result.unfinished:
        said += " It was stopped before its end: its numbers are not adjusted to the person."
    return said
