"""Clips of the size of a web camera's, with a micro-expression every other second."""

from functools import lru_cache
from pathlib import Path

from mien.bench.people import Person, people, pixels
from mien.core.envelope import Envelope
from mien.edit.portrait import faces_of, neutral_model, portrait
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import film
from mien.synth.head import Head
from mien.synth.movement import Movement, by_aus
from mien.synth.plate import Plate, plate_of
from mien.synth.scene import Scene

_SIZE, _FACE = (640, 480), 240.0  # px, width and height of the film; width of the face
_EVERY, _FIRST = 2.0, 1.2  # seconds between two movements, and until the first
_MOVES = (("AU01", "AU02"), ("AU12",), ("AU04",))


@lru_cache(maxsize=1)
def _plate(person: Person) -> Plate:
    photo = pixels(person.neutral)
    subject = portrait(faces_of(photo, person.name)[0], neutral_model(photo)).subject
    return plate_of(photo, subject, _FACE, _SIZE)


def web_clip(data: Path, path: Path, rate: float, seconds: float) -> int:
    """Write a clip of 640x480 px of somebody who sways a little.

    Args:
        data: folder with ``london/``.
        path: of the clip.
        rate: frames per second.
        seconds: length.

    Returns:
        How many movements of 0.3 s and 2 px there are in it.
    """
    plate = _plate(people(data)[0])
    moves: list[Movement] = []
    start = _FIRST
    while start + 1.0 < seconds:
        course = Envelope(start, start + 0.13, start + 0.3)
        aus = dict.fromkeys(_MOVES[len(moves) % len(_MOVES)], 1.0)
        moves.append(by_aus(plate.subject.model, aus, course, pixels=2.0))
        start += _EVERY
    head = Head(yaw=1.0, pitch=1.0, roll=0.7, shift=2.0, rise=1.5, period=2.4, wander=True, seed=1)
    clip = film(plate, Scene(seconds, tuple(moves), head=head), Camera(rate=rate, noise=1.5))
    write_video(path, clip.frames(), rate, 16)
    return len(moves)
