"""Readings for other programs: a track and its events in, a file of theirs out."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.core.face import Event
from mien.core.seams import Say, unheard
from mien.core.signal import Track
from mien.export import EXPORTS, Export, bids, events_json, track_csv, track_parquet
from mien.export.material import Material, seen
from mien.flows.avatar import avatar
from mien.flows.outputs import check_outputs
from mien.media.files import atomic, readable

_TRACKS = (track_parquet.NAME, track_csv.NAME)  # the first knows how sure its numbers are


def export(
    track: str | os.PathLike[str],
    to: str,
    out: Path | None = None,
    *,
    face: int | None = None,
    media: Path | None = None,
    entities: str | None = None,
    say: Say = unheard,
) -> list[Path]:
    """Write a reading in a format of another program.

    Args:
        track: ``track.csv``, ``track.parquet``, or the folder in which ``mien read`` put them with
            their events. Of a folder the Parquet file is taken where pyarrow is installed.
        to: name of the format, one of :data:`mien.export.EXPORTS`.
        out: file to write, a dataset's folder for BIDS; None: beside the reading's folder, with its
            name and the format's ending.
        face: whose movements; None: everybody's where the format holds more than one face, else
            the largest.
        media: the clip, for formats that link to it.
        entities: for BIDS, such as ``"sub-01_task-rest"``; None: after the clip.
        say: is given a line about what the format could not hold.

    Returns:
        The files written.

    Raises:
        InputError: no such format, no track, an empty one, a face that is not in it, or a movement
            wanted of a face that was never read.
        MediaError: a file that cannot be read or written.
        MissingExtraError: a Parquet file, and pyarrow is not installed.
    """
    form = _form(to)
    if entities is not None and to != "bids":
        raise InputError(f"entities are for bids: {to} has none")
    names = None if entities is None else bids.entities_of(entities)
    source = _source(Path(track))
    place = _place(source)
    name = place.name
    target = place.with_name(f"{name}{form.ending}") if out is None else Path(out)
    link = None if media is None else readable(media)
    inputs = [file for file in (source, source.with_name(events_json.NAME), link) if file]
    if to != "bids":
        check_outputs([target], inputs)
    rows, events = _of_face(_read(source), _events(source, form, say), form, face)
    if form.moves and not seen(rows).any():
        raise InputError("this face was never read: there is no movement to write")
    material = Material(
        rows,
        events,
        name,
        media=link,
        mesh=avatar() if to == "gltf" else None,
        entities=names or bids.entities_from(name),
    )
    if to == "bids":
        _tell_beats(material.track, say)
        return _dataset(material, target)
    with atomic(target) as part:
        form.write(material, part)
    return [target]


def _form(to: str) -> Export:
    if to not in EXPORTS:
        known = ", ".join(EXPORTS)
        raise InputError(f"{to}: unknown format{did_you_mean(to, EXPORTS)}; there are {known}")
    return EXPORTS[to]


def _source(path: Path) -> Path:
    """The file of a track."""
    if not path.is_dir():
        return readable(path)
    files = [path / name for name in _TRACKS if (path / name).is_file()]
    if not files:
        raise InputError(f"{path}: holds no track.csv: give a folder that mien read wrote")
    usable = [f for f in files if f.name != track_parquet.NAME or track_parquet.available()]
    return (usable or files)[0]


def _place(source: Path) -> Path:
    """The folder of a reading; of a track that lies elsewhere, its path without the ending."""
    if source.name not in _TRACKS:
        return source.with_suffix("")
    folder = source.parent
    return folder.resolve() if folder.name in ("", "..") else folder


def _read(source: Path) -> Track:
    """A track whose time can be trusted.

    Raises:
        InputError: no rows, or a time that does not rise.
    """
    packed = source.suffix == Path(track_parquet.NAME).suffix
    track = track_parquet.read(source) if packed else track_csv.read(source)
    if not len(track):
        raise InputError(f"{source}: is empty: it has no row of a face")
    for face in np.unique(track.face):
        time = track.time[track.face == face]
        if not np.isfinite(time).all() or (np.diff(time) <= 0).any():
            raise InputError(f"{source}: is damaged: the time of face {face} does not rise")
    return track


def _events(source: Path, form: Export, say: Say) -> list[Event]:
    """The events beside a track, if the format holds any."""
    file = source.with_name(events_json.NAME)
    if not form.events:
        return []
    if not file.is_file():
        say(f"{file}: is not there: no events are written")
        return []
    return events_json.read(file)


def _of_face(
    track: Track, events: list[Event], form: Export, face: int | None
) -> tuple[Track, list[Event]]:
    """What is asked for, of one face or of all.

    Raises:
        InputError: there is no such face.
    """
    known = np.unique(track.face)
    if face is None:
        if form.faces:
            return track, events
        face = int(known[0])
    if face not in known:
        there = ", ".join(str(one) for one in known)
        raise InputError(f"no face {face} in this track: it has {there}")
    return track.of_face(face), [event for event in events if event.face == face]


def _tell_beats(track: Track, say: Say) -> None:
    """Say how many frames a recording of BIDS leaves out, if any."""
    for face in np.unique(track.face):
        time = track.time[track.face == face]
        left_out = int((bids.beats(time)[1] < 0).sum()) if len(time) > 1 else 0
        if left_out:
            say(
                f"face {face}: {left_out} of {len(time)} frames are left out: the clip's frame rate"
                " varies, a recording of BIDS has one rate"
            )


def _dataset(material: Material, folder: Path) -> list[Path]:
    """Files of a dataset, each whole; what describes the dataset stays as it is."""
    written = []
    with tempfile.TemporaryDirectory() as scratch:
        bids.write(material, Path(scratch))
        for file in sorted(Path(scratch).rglob("*")):
            target = folder / file.relative_to(scratch)
            if file.is_dir() or (file.name == bids.DESCRIPTION and target.exists()):
                continue
            with atomic(target) as part:
                shutil.copyfile(file, part)
            written.append(target)
    return written
