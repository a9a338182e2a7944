"""The demo's experiment: hide a micro-expression in a clip, read the clip, compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core import facs
from mien.core.envelope import Envelope
from mien.core.face import Event
from mien.core.seams import Progress
from mien.core.signal import Interval, Track
from mien.flows.demo.stage import Stage
from mien.flows.read import read
from mien.guard.provenance import stamper
from mien.media.writer import video_writer
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.movement import by_aus
from mien.synth.plate import plate_of
from mien.synth.scene import Scene

HIDDEN: Mapping[str, float] = {"AU12L": 2.0}
COURSE = Envelope(onset=0.90, apex=0.98, offset=1.22)
SECONDS = 2.0
CAMERA = Camera(rate=100.0, noise=1.5, seed=7)


@dataclass(frozen=True, eq=False)
class Experiment:
    """What was hidden and what was read.

    Attributes:
        time: shape (n,), seconds; of each frame that was made.
        asked: AU column to intensity, each of shape (n,); the hidden ones and their other sides.
        read_time: shape (m,), seconds; of each row that was read.
        measured: AU column to intensity, each of shape (m,); NaN where there is no reading.
        truth: the hidden event.
        found: the event read that matches it, or None.
        others: how many events were read besides.
        apex: RGB uint8, shape (H, W, 3), the frame that shows most of it.
    """

    time: NDArray[np.float64]
    asked: dict[str, NDArray[np.float64]]
    read_time: NDArray[np.float64]
    measured: dict[str, NDArray[np.float64]]
    truth: Event
    found: Event | None
    others: int
    apex: NDArray[np.uint8]

    @property
    def step(self) -> float:
        """Seconds from frame to frame."""
        return float(self.time[1] - self.time[0])


def experiment(stage: Stage, path: Path, camera: Camera, progress: Progress) -> Experiment:
    """Make the clip at ``path``, read it back with the portrait at rest as neutral photo, compare.

    Args:
        stage: the portrait.
        path: of the clip to write.
        camera: how the clip is filmed.
        progress: told about each frame made and read.
    """
    subject = stage.person.subject
    movement = by_aus(subject.model, HIDDEN, COURSE)
    plate = plate_of(stage.rest, subject, face_width=None)
    clip = film(plate, Scene(SECONDS, (movement,)), camera)
    with video_writer(path, camera.rate) as writer:
        for done, (time, frame) in enumerate(clip.frames(), 1):
            writer.write(time, frame)
            progress("hide", done, len(clip.time))
    stamper().stamp(path, {"action": "synth", "event": dict(movement.aus)})
    reading = read(path, neutral=stage.rest, progress=progress)
    return compare(clip, reading.track.of_face(0), [e for e in reading.events if e.face == 0])


def compare(clip: Clip, track: Track, events: list[Event]) -> Experiment:
    """Put what was read beside what was hidden."""
    (truth,) = clip.events
    columns = [
        column
        for unit in facs.ACTION_UNITS
        if not truth.aus.keys().isdisjoint(unit.columns)
        for column in unit.columns
    ]
    found = match(truth, events)
    return Experiment(
        time=clip.time,
        asked={column: clip.aus[:, facs.INDEX[column]] for column in columns},
        read_time=track.time,
        measured={column: track.au(column) for column in columns},
        truth=truth,
        found=found,
        others=len(events) - (found is not None),
        apex=next(frame for time, frame in clip.frames() if time >= truth.apex),
    )


def match(truth: Event, events: list[Event]) -> Event | None:
    """The event that overlaps the true one most; None if none does."""
    span = Interval(truth.onset, truth.offset)
    overlap = {i: span.iou(Interval(e.onset, e.offset)) for i, e in enumerate(events)}
    best = max(overlap, key=lambda i: overlap[i], default=None)
    return None if best is None or overlap[best] <= 0.0 else events[best]
