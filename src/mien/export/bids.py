"""BIDS: action units as a physiological recording, events as events, in ``sub-*/beh``.

A recording has one rate and no gaps: frames go to the beats of the clip's own rate, each to the
nearest; a beat without a frame is ``n/a``, and the frame's true time stands beside it.
"""

import gzip
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien import __version__
from mien.core.errors import InputError
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS
from mien.core.signal import STATUSES, Track
from mien.export.material import Material

_SHORT, _SHORTEST = 0.05, 1e-3  # share of the steps that are no longer than a beat; seconds

VERSION = "1.10.0"
DESCRIPTION = "dataset_description.json"
_ENTITIES = re.compile(
    r"(sub-[A-Za-z0-9]+)(_ses-[A-Za-z0-9]+)?_task-(?P<task>[A-Za-z0-9]+)(_acq-[A-Za-z0-9]+)?(_run-[0-9]+)?"
)
_EVENTS: dict[str, dict[str, Any]] = {
    "onset": {"Description": "Onset of the movement, from the first frame", "Units": "s"},
    "duration": {"Description": "Onset to offset", "Units": "s"},
    "trial_type": {
        "Description": "Kind of facial movement",
        "Levels": {
            "micro": "at most 0.5 s, and 0.26 s from onset to apex",
            "macro": "any other expression",
        },
    },
    "apex": {"Description": "When the movement is largest, from the first frame", "Units": "s"},
    "face": {"Description": "Which face, 0 for the largest"},
    "aus": {"Description": "FACS action units with their peaks, 0 to 5, the strongest first"},
    "side": {
        "Description": "Side of the face, the subject's own",
        "Levels": {"L": "left", "R": "right", "both": "both"},
    },
    "region": {"Description": "Region of the face"},
    "confidence": {"Description": "How clearly it stands out from the noise, 0 to 1"},
}


def entities_of(text: str) -> str:
    """Entities as they are given, if they can begin the name of a recording.

    Raises:
        InputError: others, or in another order.
    """
    if not _ENTITIES.fullmatch(text):
        raise InputError(
            f"{text}: write the entities of BIDS as in sub-01_task-rest or"
            " sub-01_ses-02_task-rest_run-1, labels of letters and digits"
        )
    return text


def entities_from(clip: str) -> str:
    """Entities for a clip of which only the name is known."""
    return f"sub-{re.sub('[^A-Za-z0-9]', '', clip) or 'unknown'}_task-video"


def write(material: Material, folder: Path) -> None:
    """Write the files of a dataset below a folder: the recordings, the events, its description.

    Raises:
        InputError: one frame alone, which has no rate.
        OSError: a file cannot be written.
    """
    parts = _ENTITIES.fullmatch(material.entities)
    assert parts is not None
    place = folder / parts[1] / (parts[2] or "").lstrip("_") / "beh"
    place.mkdir(parents=True)
    stem, task = place / material.entities, parts["task"]
    for face in sorted(set(material.track.face.tolist())):
        _recording(material.track.of_face(face), f"{stem}_recording-face{face}_physio", task)
    rows = [[*_EVENTS], *(_row(event) for event in material.events)]
    Path(f"{stem}_events.tsv").write_text(_lines(rows), encoding="utf-8")
    _json(Path(f"{stem}_events.json"), {"TaskName": task, **_EVENTS})
    description = {
        "Name": "Facial expression measured by mien",
        "BIDSVersion": VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "mien", "Version": __version__}],
    }
    _json(folder / DESCRIPTION, description)


def beats(time: NDArray[np.float64]) -> tuple[float, NDArray[np.int64]]:
    """The rate of a clip in Hz, and the beat of each frame, shape (n,), rising; -1: left out.

    The rate is that of the shortest steps, made exact over the whole clip where that has one rate.
    Where two frames fall on one beat, as may be where it has not, the nearer one stays.

    Args:
        time: shape (n,), seconds, rising; two or more.
    """
    steps = np.diff(time)
    short = max(float(np.quantile(steps, _SHORT)), _SHORTEST)
    count = np.append(0.0, np.cumsum(np.maximum(np.round(steps / short), 1.0)))
    since = time - time[0]
    period = since[-1] / count[-1]
    if (np.abs(since / period - count) > 0.5).any():
        period = short
    exact = since / period
    beat = np.round(exact).astype(np.int64)
    off = np.abs(exact - beat)
    nearer = np.lexsort((off, beat))
    again = nearer[1:][beat[nearer[1:]] == beat[nearer[:-1]]]
    beat[again] = -1
    return float(1.0 / period), beat


def _recording(track: Track, stem: str, task: str) -> None:
    """One face: samples without a header, compressed, and what their columns are."""
    if len(track) < 2:
        raise InputError("a recording of BIDS needs two frames or more: a photo has no rate")
    rate, beat = beats(track.time)
    kept = beat >= 0
    status = [STATUSES.index(name) for name in track.status.tolist()]
    table = np.column_stack([track.time, status, track.confidence, track.pose, track.aus])
    samples = np.full((int(beat.max()) + 1, table.shape[1]), np.nan)
    samples[beat[kept]] = table[kept]
    columns = _columns()
    about = {
        "SamplingFrequency": round(rate, 6),
        "StartTime": round(float(track.time[0]), 6),
        "Columns": list(columns),
        "PhysioType": "generic",
        "TaskName": task,
        "SoftwareVersions": f"mien {__version__}",
        **columns,
    }
    _json(Path(f"{stem}.json"), about)
    with (
        Path(f"{stem}.tsv.gz").open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
    ):
        for sample in samples:
            packed.write(_lines([[_cell(sample[0], 6), *map(_cell, sample[1:])]]).encode())


def _columns() -> dict[str, dict[str, Any]]:
    """What each column of a recording holds."""
    levels = {str(i): name for i, name in enumerate(STATUSES)}
    found: dict[str, dict[str, Any]] = {
        "time": {"Description": "True time of the frame, from the first one", "Units": "s"},
        "status": {"Description": "Whether the face was measured", "Levels": levels},
        "confidence": {"Description": "How sure the reading is, 0 to 1"},
        "yaw": {"Description": "Head to the subject's left", "Units": "degree"},
        "pitch": {"Description": "Head up", "Units": "degree"},
        "roll": {"Description": "Head to the subject's left shoulder", "Units": "degree"},
    }
    sides = {"L": ", left", "R": ", right"}
    for unit in ACTION_UNITS:
        for column in unit.columns:
            side = sides[column[-1]] if unit.sided else ""
            found[column] = {"Description": f"FACS intensity, 0 to 5: {unit.name}{side}"}
    return found


def _row(event: Event) -> list[str]:
    peaks = sorted(event.aus.items(), key=lambda item: -item[1])
    return [
        f"{event.onset:.6f}", f"{event.offset - event.onset:.6f}", event.kind, f"{event.apex:.6f}",
        str(event.face), "+".join(f"{name}={peak:.2f}" for name, peak in peaks) or "n/a",
        event.side, event.region, f"{event.confidence:.4f}",
    ]  # fmt: skip


def _cell(value: float, digits: int = 4) -> str:
    if np.isnan(value):
        return "n/a"
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def _lines(rows: Iterable[list[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
