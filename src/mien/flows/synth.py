"""Synthetic clips on disk: a portrait in, clips and the exact truth about them out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from mien.anatomy.threads import one_thread
from mien.core.errors import InputError
from mien.core.seams import Progress, silent
from mien.core.signal import Track
from mien.edit.portrait import faces_of, portrait
from mien.export import events_json, track_csv
from mien.flows.engine import each, stopping
from mien.flows.outputs import check_outputs
from mien.guard.provenance import stamper
from mien.media.files import atomic
from mien.media.image import load_image
from mien.media.writer import check_clip, write_video
from mien.synth.chance import by_chance
from mien.synth.clip import Clip
from mien.synth.plate import Plate, plate_of
from mien.synth.take import Take, changed, clip_of

TRUTH, TRACK = ".truth.json", ".truth.csv"
_TURNED = 25.0  # degrees of yaw beyond which too little of the far side is seen to turn it
_HIDDEN = 0.3  # share of the landmarks that a hand covers in a row that counts as occluded


@one_thread()
def synth(
    photo: Path, out: Path, take: Take, *, track: bool = False, progress: Progress = silent
) -> list[Path]:
    """Film a portrait on which something happens.

    Args:
        photo: of a face, from the front and at rest.
        out: the clip to write, e.g. ``clip.mp4``; ``clip.truth.json`` is put beside it.
        take: what happens and how it is filmed.
        track: whether to write ``clip.truth.csv`` too: the truth of each frame, as a track.csv.
        progress: told about each frame.

    Returns:
        The files written.

    Raises:
        InputError: what no face does and no camera films; a face turned aside; the photo would be
            overwritten.
        MediaError: a file cannot be read or written.
        NoFaceError: the photo shows no face.
    """
    check_clip(out)
    check_outputs(_written(out, track), [photo])
    plate = _plate(photo, take.face_width, take.size)
    return _write(clip_of(plate, take), out, take, photo, track, progress)


@one_thread()
def synth_many(
    photos: Sequence[Path],
    out: Path,
    count: int,
    *,
    fixed: Mapping[str, Any] | None = None,
    seed: int = 0,
    track: bool = False,
    jobs: int = 1,
    progress: Progress = silent,
) -> list[Path]:
    """Film many clips by chance, for training and for measuring; a second call goes on.

    Args:
        photos: portraits; each clip is of one of them.
        out: folder for ``00000.mp4``, ``00000.truth.json`` and so on.
        count: number of clips.
        fixed: what is not left to chance, see :func:`mien.synth.take.changed`.
        seed: of the chance; a clip depends on its number and this, not on the others.
        track: as in :func:`synth`.
        jobs: how many processes share the clips.
        progress: told about each clip.

    Returns:
        The clips written by this call.

    Raises:
        InputError: as :func:`synth`; a clip that is there already was made of other wishes.
    """
    if not photos or count < 1:
        raise InputError("give a photo, or a folder with photos, and how many clips to make")
    if out.is_file():
        raise InputError(f"{out}: is a file: give the name of a folder to make")
    _kept_plate.cache_clear()
    work = partial(_numbered, tuple(photos), out, dict(fixed or {}), seed, track)
    made = []
    for number, path in each(work, range(count), jobs):
        made += [] if path is None else [path]
        progress("synth", number + 1, count)
    return made


def _numbered(
    photos: Sequence[Path], out: Path, fixed: Mapping[str, Any], seed: int, track: bool, number: int
) -> Path | None:
    """Film one of many clips; None if it is there already, or nothing more shall be begun."""
    chance = np.random.default_rng((seed, number))
    photo = photos[int(chance.integers(len(photos)))]
    take = changed(by_chance(chance, fixed.get("seconds")), fixed)
    path = out / f"{number:05d}.mp4"
    if stopping() or _is_there(path, photo, take):
        return None
    plate = _kept_plate(photo, take.face_width, take.size)
    _write(clip_of(plate, take), path, take, photo, track, silent)
    return path


def _plate(photo: Path, face_width: float, size: tuple[int, int]) -> Plate:
    """A photo made ready.

    Raises:
        InputError: its face is turned aside, or cannot be filmed at this size.
        MediaError: it cannot be read.
        NoFaceError: it shows no face.
    """
    image = load_image(photo).pixels
    person = portrait(faces_of(image, str(photo))[0])
    yaw = abs(person.view.pose.yaw)
    if yaw > _TURNED:
        raise InputError(
            f"{photo}: the face is turned aside by {yaw:.0f} degrees: use a photo from the front,"
            f" up to {_TURNED:g}"
        )
    return plate_of(image, person.subject, face_width, size)


_kept_plate = lru_cache(maxsize=3)(_plate)  # for clips of the same photo in one call


def _written(out: Path, track: bool) -> list[Path]:
    """The clip, and its truth, which is written last and says that all is done."""
    return [out, *([out.with_suffix(TRACK)] if track else []), out.with_suffix(TRUTH)]


def _write(
    clip: Clip, out: Path, take: Take, photo: Path, track: bool, progress: Progress
) -> list[Path]:
    total = len(clip.time)

    def told() -> Any:
        for done, frame in enumerate(clip.frames(), 1):
            yield frame
            progress("film", done, total)

    record = _record(take, photo)
    mark = partial(stamper().stamp, record={"action": "synth", **record})
    out.with_suffix(TRUTH).unlink(missing_ok=True)  # of a clip that is about to go
    write_video(out, told(), clip.camera.rate, take.crf, mark=mark)
    if track:
        with atomic(out.with_suffix(TRACK)) as temporary:
            track_csv.write(truth_track(clip), temporary)
    with atomic(out.with_suffix(TRUTH)) as temporary:
        events_json.write(clip.events, temporary)
        events = json.loads(temporary.read_text("utf-8"))
        text = json.dumps({"mien": 1, "clip": out.name, **record, "events": events}, indent=1)
        temporary.write_text(text + "\n", "utf-8")
    return _written(out, track)


def _record(take: Take, photo: Path) -> dict[str, Any]:
    """What a clip was made of, as JSON has it."""
    stored: dict[str, Any] = json.loads(json.dumps({"photo": photo.name, "take": asdict(take)}))
    return stored


def _is_there(path: Path, photo: Path, take: Take) -> bool:
    """Whether an earlier call made this very clip.

    Raises:
        InputError: there is another one in its place.
    """
    truth = path.with_suffix(TRUTH)
    if not truth.is_file():
        return False
    try:
        stored: Mapping[str, Any] = json.loads(truth.read_text("utf-8"))
        same = all(stored.get(key) == value for key, value in _record(take, photo).items())
    except (ValueError, AttributeError):
        same = False
    if not same:
        raise InputError(
            f"{path.parent}: holds clips of other photos, options or another seed:"
            " give the name of another folder"
        )
    return path.is_file()


def truth_track(clip: Clip) -> Track:
    """The truth of each frame as a track; intensities are changes against the portrait.

    A row in which a hand covers a third of the face is ``occluded``.
    """
    count = len(clip.time)
    whole = np.arange(count)
    hidden = clip.covered().mean(axis=1) > _HIDDEN
    return Track(
        time=clip.time,
        pts=np.rint(clip.time * 90_000).astype(np.int64),
        frame=whole,
        face=np.zeros_like(whole),
        status=np.where(hidden, "occluded", "ok"),
        confidence=np.ones(count),
        pose=clip.pose[:, :3],
        position=clip.pose[:, 3:],
        aus=clip.aus,
    )
