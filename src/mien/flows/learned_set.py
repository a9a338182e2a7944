"""Windows of a set of labelled clips, for ``mien train``."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.grid import APEX, RATE, STEPS
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.capture.learned.window import span
from mien.core.errors import InputError
from mien.core.seams import Progress, Say, silent, unheard
from mien.flows.learned import Moment, windows
from mien.flows.read import read
from mien.learn import audit
from mien.learn.datasets.objective import objective_class
from mien.learn.datasets.schema import Clip
from mien.learn.datasets.table import load
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.loso import loso
from mien.learn.microexpression.sources import Labelled, read_windows, write_windows
from mien.media.image import load_image
from mien.media.writer import write_video

F32 = NDArray[np.float32]

WINDOWS = "windows.npz"

_CRF = 4  # next to lossless
_LEAST = 0.3  # seconds that are read; a face is not followed on less


def left_out(
    config: Config,
    name: str,
    root: Path,
    out: Path,
    progress: Progress = silent,
    say: Say = unheard,
) -> list[Path]:
    """Train and test on a set, leaving one subject out; its windows are made once.

    Args:
        config: of each run.
        name: of the set, as for ``mien data``.
        root: its folder.
        out: keeps windows, checkpoints and logs.
        progress: told about clips and folds.
        say: is given a line about every clip that is left out, and the leak audit.

    Returns:
        The logs and the leak audit.

    Raises:
        InputError: a set that cannot be used, or windows of fewer than two subjects.
        MissingExtraError: the extra ``train`` is not installed.
    """
    store = out / WINDOWS
    if not store.is_file():
        clips = [clip for clip in load(name, root).clips if clip.event_type == "micro"]
        out.mkdir(parents=True, exist_ok=True)
        write_windows(windows_of(clips, root, progress, say), store)
    written = loso(config, read_windows(store), name, out, progress)
    for line in audit.lines(audit.read(written[-1])):
        say(line)
    return written


def windows_of(
    clips: Sequence[Clip], root: Path, progress: Progress = silent, say: Say = unheard
) -> Labelled:
    """Read the images of every clip and keep the motion around its labelled apex.

    Args:
        clips: of one set, as ``mien data check`` reads them.
        root: folder that their ``frame_dir`` is below.
        progress: told about the clips.
        say: is given a line about every clip that is left out.

    Raises:
        InputError: not one of them can be used.
    """
    kept: list[tuple[Clip, F32]] = []
    for done, clip in enumerate(clips, start=1):
        try:
            window = _window(clip, root)
        except InputError as error:
            say(f"{clip.subject} {clip.clip}: left out: {error}")
        else:
            if window is None:
                say(f"{clip.subject} {clip.clip}: left out: too little of a face is seen")
            else:
                kept.append((clip, window))
        progress("windows", done, len(clips))
    if not kept:
        raise InputError(f"{root}: no clip could be used: mien data check says what is wrong")
    labels = [clip for clip, _ in kept]
    return Labelled(
        np.stack([window for _, window in kept]).astype(np.float16),
        np.stack([_aus(clip) for clip in labels]),
        np.array([_class(clip) for clip in labels]),
        np.array([_emotion(clip) for clip in labels]),
        np.stack([_times(clip) for clip in labels]),
        tuple(clip.subject for clip in labels),
        tuple(clip.clip for clip in labels),
    )


def _window(clip: Clip, root: Path) -> F32 | None:
    """The motion around the apex; seconds count from the first image that is read."""
    apex = _apex(clip)
    before, after = span(clip.onset / clip.fps, apex / clip.fps)
    first = max(int(np.floor(before * clip.fps)), clip.first_index)
    last = int(np.ceil(max(after, before + _LEAST) * clip.fps))
    files = list(_images(clip, root, first, last))
    if not files:
        raise InputError(f"{root / clip.frame_dir}: no images of it are here")
    start = files[0][0]
    with tempfile.TemporaryDirectory(prefix="mien-set-") as folder:
        path = Path(folder) / "clip.mp4"
        pictures = (((at - start) / clip.fps, load_image(file).pixels) for at, file in files)
        write_video(path, pictures, clip.fps, _CRF)
        reading = read(path, learned=False)
        if not reading.neutrals:
            return None
        moment = Moment(0, (clip.onset - start) / clip.fps, (apex - start) / clip.fps)
        return windows(path, reading.track, reading.neutrals, [moment])[0]


def _images(clip: Clip, root: Path, first: int, last: int) -> Iterator[tuple[int, Path]]:
    """Number and file of each image that is there."""
    for number in range(first, last + 1):
        file = root / clip.frame_dir / clip.frame_template.format(number)
        if file.is_file():
            yield number, file


def _apex(clip: Clip) -> float:
    return (clip.onset + clip.offset) / 2 if clip.apex is None else clip.apex


def _aus(clip: Clip) -> F32:
    """1 where a unit is coded; a unit on one side, not said which, is unknown on both."""
    if clip.aus is None:
        return np.full(len(UNITS), np.nan, np.float32)
    found = np.zeros(len(UNITS), np.float32)
    for one in clip.aus:
        if one.kind != "AU" or one.reference:
            continue
        code = f"AU{one.number:02d}"
        sides = (one.side,) if one.side in ("L", "R") else ("", "L", "R")
        for side in sides:
            if code + side in UNITS:
                found[UNITS.index(code + side)] = np.nan if one.side == "U" else 1.0
    return found


def _class(clip: Clip) -> int:
    name = clip.objective_class or objective_class(clip.aus)
    return CLASSES.index(name) if name in CLASSES else -1


def _emotion(clip: Clip) -> int:
    """Words that the network has no place for are others."""
    if not clip.emotion:
        return -1
    return EMOTIONS.index(clip.emotion if clip.emotion in EMOTIONS else "others")


def _times(clip: Clip) -> F32:
    apex = _apex(clip)
    known = np.nan if clip.apex is None else clip.apex
    moments = np.array([clip.onset, known, clip.offset], np.float64)
    steps = APEX + RATE * (moments - apex) / clip.fps
    return np.clip(steps, 0, STEPS - 1).astype(np.float32)
