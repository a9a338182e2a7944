"""What a reading leaves on disk: a folder per clip or photo, whole or not at all."""

import json
from dataclasses import dataclass
from pathlib import Path

from mien.capture.evidence import MODEL
from mien.capture.quality import remark
from mien.core.models import find_model
from mien.core.names import distinct
from mien.core.seams import Progress, Say, silent, unheard
from mien.edit.portrait import Source
from mien.export import FORMATS, at_hand, track_csv, track_parquet
from mien.flows.annotate import annotated, permission
from mien.flows.calibrations import neutral_of, subjects
from mien.flows.openface import check_one_each, is_openface
from mien.flows.openface import remark as about_openface
from mien.flows.openface_files import ORIGIN, SCALES, write_origin, write_scales
from mien.flows.read import Reading, read
from mien.flows.report import write_report
from mien.guard.policy import Decision, Ground
from mien.media.folders import check_replaceable, whole_folder
from mien.media.kind import classify

_REPORT = "report.html"
_MAGNIFIED = "magnified"
_CLIP = ".mp4"
_TRACKS = (track_csv.NAME, track_parquet.NAME)
_BESIDE = (
    "The curves are fused with what OpenFace says, origin.csv says where; events are mien's own."
)
MARK = ".mien.json"
"""In a folder of :mod:`mien.flows.read_many`: what it was made of."""


@dataclass(frozen=True)
class Manner:
    """How inputs are read; see :func:`read_files`."""

    neutral: Source | None = None
    context: str | None = None
    ground: Ground | None = None
    confidence: float = 0.0
    learned: bool = True
    magnify: bool = False
    openface: Path | None = None

    def check(self) -> None:
        """Find out before the work whether it can be done at all.

        Raises:
            InputError: the policy refuses names, or ``neutral`` is neither a file nor a name.
            MediaError: the neutral photo cannot be read.
            NoFaceError: it shows no face.
            ModelError: a file that is not ``face_landmarker`` is in its place.
        """
        permission(self.context, self.ground)
        neutral_of(self.neutral)
        find_model(MODEL)


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
    openface: Path | None = None,
    progress: Progress = silent,
    say: Say = unheard,
) -> list[Path]:
    """Read clips and photos into a folder each: the track, the events and ``report.html``.

    Of a CSV of OpenFace, too, but then there is the track alone.

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
        openface: as in :func:`mien.flows.read.read`; ``origin.csv`` then says of each value where
            it comes from, and ``scales.csv`` what was learned to compare them.
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
    manner = Manner(neutral, context, ground, confidence, learned, magnify, openface)
    manner.check()
    check_one_each(openface, paths)
    for path in paths:
        if not is_openface(path):
            classify(path)
    folders = _folders(paths, out)
    written: list[Path] = []
    for path, folder in zip(paths, folders, strict=True):
        files, said = read_into(path, folder, manner, progress=progress)
        written += files
        if said:
            say(f"{path}: {said}")
    return written


def read_into(
    path: Path,
    folder: Path,
    manner: Manner,
    *,
    mark: str | None = None,
    progress: Progress = silent,
) -> tuple[list[Path], str]:
    """Read one input into a folder, which appears whole or not at all.

    Args:
        path: of the clip or photo.
        folder: to write.
        manner: how.
        mark: what to leave in :data:`MARK` beside the names of the files.
        progress: told about the frames and the pictures.

    Returns:
        The files written, and what a clip does not allow; empty where nothing is wrong.

    Raises:
        InputError: as :func:`read_files`.
    """
    decision = permission(manner.context, manner.ground)
    found = read(
        path,
        neutral=manner.neutral,
        confidence=manner.confidence,
        learned=manner.learned,
        openface=manner.openface,
        progress=progress,
    )
    reading = annotated(found, decision)
    with whole_folder(folder, _is_reading) as part:
        formats, events = at_hand(), reading.events
        if is_openface(path):  # nobody has looked for events, and there are no pictures
            formats = {name: write for name, write in formats.items() if name in _TRACKS}
        else:
            events = write_report(
                part / _REPORT,
                path,
                reading.track,
                reading.events,
                reading.quality,
                zero=_zero(manner.neutral),
                allowed=_allowed(decision, manner.ground),
                previews=part / _MAGNIFIED if manner.magnify else None,
                beside=None if reading.openface is None else _BESIDE,
                progress=progress,
            )
        for name, write in formats.items():
            write(reading.track, events, part / name, path.stem)
        if reading.openface is not None:
            write_origin(reading.openface, part / ORIGIN)
            write_scales(reading.openface, part / SCALES)
        names = [file.relative_to(part) for file in _written(part)]
        if mark is not None:
            content = {"mien": 1, "made_of": mark, "files": [name.as_posix() for name in names]}
            (part / MARK).write_text(json.dumps(content), "utf-8")
    return [folder / name for name in names], _said(path, reading)


def _said(path: Path, reading: Reading) -> str:
    """What to know about a reading, in a line; empty where there is nothing."""
    if is_openface(path):
        return "OpenFace's own reading: its units have no sides, and no events were looked for."
    if classify(path) == "image":
        return ""
    said = [remark(reading.quality)]
    if reading.openface is not None:
        said.append(about_openface(reading.openface))
    return " ".join(filter(None, said))


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
    files = [folder / name for name in (*FORMATS, ORIGIN, SCALES, _REPORT)]
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
    return file.name in (*FORMATS, ORIGIN, SCALES, _REPORT, MARK)
