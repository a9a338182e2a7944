"""What a reading leaves on disk: a folder per clip or photo, whole or not at all."""

from pathlib import Path

from mien.capture.evidence import MODEL
from mien.capture.quality import remark
from mien.core.models import find_model
from mien.core.names import distinct
from mien.core.seams import Progress, Say, silent, unheard
from mien.edit.portrait import Source
from mien.export import FORMATS, at_hand
from mien.flows.annotate import annotated, permission
from mien.flows.calibrations import neutral_of, subjects
from mien.flows.read import read
from mien.flows.report import write_report
from mien.guard.policy import Decision, Ground
from mien.media.folders import check_replaceable, whole_folder
from mien.media.kind import classify

_REPORT = "report.html"
_MAGNIFIED = "magnified"
_CLIP = ".mp4"


def read_files(
    paths: list[Path],
    out: Path,
    *,
    neutral: Source | None = None,
    context: str | None = None,
    ground: Ground | None = None,
    confidence: float = 0.0,
    learned: bool = True,
    magnify: bool = False,
    progress: Progress = silent,
    say: Say = unheard,
) -> list[Path]:
    """Read clips and photos into a folder each: the track, the events and ``report.html``.

    A folder appears when it is complete, and takes the place of one of the same name that an
    earlier run wrote. ``track.parquet`` is left out where pyarrow is not installed. Where the model
    ``face_landmarker`` is here, the clearest events get a second opinion.

    Args:
        paths: of the inputs.
        out: the folder of the folders; each has the input's name, equal names get ``-2`` and so on.
        neutral: as in :func:`mien.flows.read.read`.
        context: where the clips were made, if their movements shall have names; as for
            :func:`mien.flows.annotate.permission`.
        ground: what justifies names at work and in education.
        confidence: as in :func:`mien.flows.read.read`.
        learned: as in :func:`mien.flows.read.read`.
        magnify: whether the motion-magnified previews are written as clips, too, into
            ``magnified/``; on the page they always are.
        progress: told about the frames and the pictures.
        say: is given a line about every clip that does not allow all that one may expect.

    Returns:
        The files written.

    Raises:
        InputError: the policy refuses names; or as in :func:`mien.flows.read.read`.
        MediaError: a folder that mien did not write stands in the way; and as in
            :func:`mien.flows.read.read`.
        ModelError: a file that is not ``face_landmarker`` is in its place.
    """
    decision = permission(context, ground)  # what stops us shall stop us before the work
    for path in paths:
        classify(path)
    folders = _folders(paths, out)
    neutral_of(neutral)
    find_model(MODEL)
    zero, allowed = _zero(neutral), _allowed(decision, ground)
    written: list[Path] = []
    for path, folder in zip(paths, folders, strict=True):
        found = read(
            path, neutral=neutral, confidence=confidence, learned=learned, progress=progress
        )
        reading = annotated(found, decision)
        with whole_folder(folder, _is_reading) as part:
            events = write_report(
                part / _REPORT,
                path,
                reading.track,
                reading.events,
                reading.quality,
                zero=zero,
                allowed=allowed,
                previews=part / _MAGNIFIED if magnify else None,
                progress=progress,
            )
            for name, write in at_hand().items():
                write(reading.track, events, part / name, path.stem)
            files = [file.relative_to(part) for file in _written(part)]
        written += [folder / file for file in files]
        if classify(path) != "image" and (said := remark(reading.quality)):
            say(f"{path}: {said}")
    return written


def _zero(neutral: Source | None) -> str | None:
    """Where the resting face comes from, in words."""
    if neutral is None:
        return None
    known = isinstance(neutral, str) and neutral in subjects()
    return f"the calibration of {neutral}" if known else "the neutral photo"


def _allowed(decision: Decision, ground: Ground | None) -> str | None:
    """Why there may be names, in words."""
    if not decision.allowed:
        return None
    return decision.reason + (f"; on record: {ground.record}" if ground else "")


def _written(folder: Path) -> list[Path]:
    """The files of a reading, in the order of the table, the previews last."""
    files = [folder / name for name in (*FORMATS, _REPORT)]
    clips = (folder / _MAGNIFIED).glob(f"*{_CLIP}")
    return [file for file in files if file.exists()] + sorted(clips)


def _folders(paths: list[Path], out: Path) -> list[Path]:
    """A folder per input, all different.

    Raises:
        MediaError: one of them holds something that mien did not write.
    """
    folders = [out / name for name in distinct(path.stem for path in paths)]
    for folder in folders:
        check_replaceable(folder, _is_reading)
    return folders


def _is_reading(folder: Path) -> bool:
    """Whether an earlier reading wrote a folder, and nobody put anything else into it."""
    return all(_is_ours(file) for file in folder.iterdir())


def _is_ours(file: Path) -> bool:
    if file.name == _MAGNIFIED and file.is_dir():
        return all(inner.suffix == _CLIP for inner in file.iterdir())
    return file.name in (*FORMATS, _REPORT)
