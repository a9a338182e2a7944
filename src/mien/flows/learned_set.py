"""Windows of sets of labelled clips, for ``mien train`` and ``mien bench learned``."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.capture.learned.grid import RATE, STEPS
from mien.capture.learned.window import span
from mien.core.errors import InputError
from mien.core.seams import Progress, Say, silent, unheard
from mien.flows.learned import Moment, courses_of, windows
from mien.flows.read import read
from mien.learn import audit
from mien.learn.datasets.frames import images_of
from mien.learn.datasets.schema import Clip
from mien.learn.microexpression import coding
from mien.learn.microexpression.chosen import Chosen, check_apart, chosen
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.held import Held, Origin, read_windows, write_windows
from mien.learn.microexpression.loso import loso
from mien.learn.microexpression.sources import gathered
from mien.learn.microexpression.synthetic import Sample
from mien.media.image import load_image
from mien.media.writer import write_video

_CRF = 4  # next to lossless


@dataclass(frozen=True, eq=False)
class Kept:
    """Windows of a set.

    Attributes:
        held: the windows, with labels.
        left: clips of the set without one: for errors in the sheet, or as too little is seen.
    """

    held: Held
    left: int


def left_out(
    config: Config,
    sets: Sequence[tuple[str, Path]],
    out: Path,
    progress: Progress = silent,
    say: Say = unheard,
) -> list[Path]:
    """Train and test, leaving one subject out, or one set where there are several.

    The windows of a set are made once and kept.

    Args:
        config: of each run.
        sets: name, as for ``mien data``, and folder of each.
        out: keeps windows, checkpoints and logs.
        progress: told about clips and folds.
        say: is given a line about every error of a sheet, every clip that is left out, the leak
            audit, and what came out.

    Returns:
        The logs and the leak audit.

    Raises:
        InputError: a set that cannot be used, sets that share somebody, windows of fewer than two
            subjects, or a folder that holds windows or folds of something else.
        MissingExtraError: the extra ``train`` is not installed.
    """
    kept = held_of(sets, out, progress, say)
    written = loso(config, [one.held for one in kept], out, progress, say)
    for line in audit.lines(audit.read(written[-1])):
        say(line)
    return written


def held_of(
    sets: Sequence[tuple[str, Path]],
    out: Path | None,
    progress: Progress = silent,
    say: Say = unheard,
) -> list[Kept]:
    """The windows of sets, each made once and kept.

    Args:
        sets: name, as for ``mien data``, and folder of each.
        out: keeps them; None: they are made, and not kept.
        progress: told about the clips.
        say: is given a line about every error of a sheet and every clip that is left out, and how
            many clips of each set there are.

    Raises:
        InputError: a set that cannot be used, sets that share somebody, or a folder that holds
            windows of something else.
    """
    parts = [chosen(name, root, say) for name, root in sets]
    check_apart(parts)
    found = []
    for part in parts:
        store = None if out is None else out / windows_name(part.origin)
        held = _kept(part, store, progress, say)
        found.append(Kept(held, part.faulty + len(part.clips) - len(held.sets)))
        uncoded = sum("aus" not in truth for truth in held.truths)
        say(
            f"{part.origin.name}: {len(held.sets)} clips used, {found[-1].left} left out,"
            f" {uncoded} of those used without action units"
        )
    return found


def windows_name(origin: Origin) -> str:
    """Of the file that keeps the windows of a set: ``"windows-casme2.npz"``."""
    return f"windows-{re.sub(r'[^A-Za-z0-9-]', '_', origin.name)}.npz"


def windows_of(part: Chosen, progress: Progress = silent, say: Say = unheard) -> Held:
    """Read the images of every clip and keep the motion around its labelled apex.

    Args:
        part: the clips of a set.
        progress: told about the clips.
        say: is given a line about every clip that is left out.

    Raises:
        InputError: not one of them can be used.
    """
    kept: list[tuple[Clip, Sample]] = []
    for done, clip in enumerate(part.clips, start=1):
        try:
            kept.append((clip, _sample(clip, part.folder)))
        except InputError as error:
            say(f"{clip.subject} {clip.clip}: left out: {error}")
        progress("windows", done, len(part.clips))
    if not kept:
        raise InputError(
            f"{part.folder}: no clip could be used: mien data check says what is wrong"
        )
    clips = [clip for clip, _ in kept]
    wide = coding.coarse(part.clips)
    return Held(
        part.origin,
        gathered(
            [one for _, one in kept],
            [clip.subject for clip in clips],
            [clip.clip for clip in clips],
        ),
        tuple(clip.dataset for clip in clips),
        tuple(coding.truths(clip, wide) for clip in clips),
    )


def _kept(part: Chosen, store: Path | None, progress: Progress, say: Say) -> Held:
    """Windows as they are stored, else made and stored."""
    if store is not None and store.is_file():
        return read_windows(store, part.origin)
    held = windows_of(part, progress, say)
    if store is not None:
        write_windows(held, store)
    return held


def _sample(clip: Clip, root: Path) -> Sample:
    """Motion around the apex, and labels; seconds count from the first image that is read.

    Raises:
        InputError: there is none.
    """
    apex = coding.apex(clip)
    before, after = span(clip.onset / clip.fps, apex / clip.fps)
    first, last = np.floor(before * clip.fps), np.ceil(after * clip.fps)
    files = [(at, file) for at, file in images_of(clip, root).items() if first <= at <= last]
    if not files:
        raise InputError(f"{root / clip.frame_dir}: no images of it are here")
    start = files[0][0]
    with tempfile.TemporaryDirectory(prefix="mien-set-") as folder:
        path = Path(folder) / "clip.mp4"
        pictures = (((at - start) / clip.fps, load_image(file).pixels) for at, file in files)
        write_video(path, pictures, clip.fps, _CRF)
        reading = read(path, learned=False)
        if not reading.neutrals:
            raise InputError("no face is seen")
        onset, peak, offset = ((at - start) / clip.fps for at in (clip.onset, apex, clip.offset))
        moment = Moment(0, onset, peak, offset)
        (window,) = windows(path, reading.track, reading.neutrals, [moment])
    if window is None:
        raise InputError(_why(len(files), (files[-1][0] - start + 1) / clip.fps))
    return Sample(
        window,
        courses_of(reading.track, moment),
        coding.units(clip),
        coding.klass(clip),
        coding.emotion(clip),
        coding.times(clip),
    )


def _why(count: int, seconds: float) -> str:
    """Why there is no window of images that are there."""
    if seconds < STEPS // 4 / RATE:
        return f"{count} images, {seconds:.2g} s, are too few: copy those around it as well"
    return "too little of a face is seen"
