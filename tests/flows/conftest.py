"""A movement that is known, on a photo."""

from pathlib import Path

import pytest

from mien.bench.people import people, pixels
from mien.core.envelope import Envelope
from mien.edit.portrait import faces_of, neutral_model, portrait
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.movement import by_aus
from mien.synth.plate import plate_of
from mien.synth.scene import Scene


@pytest.fixture(scope="session")
def moved(data: Path) -> Clip:
    """Somebody's brows, raised by 2 px from 0.6 to 1 s, at 100 frames a second."""
    photo = pixels(people(data)[0].neutral)
    subject = portrait(faces_of(photo, "photo")[0], neutral_model(photo)).subject
    plate = plate_of(photo, subject, 300.0, (400, 480))
    course = Envelope(0.6, 0.75, 1.0)
    both = by_aus(subject.model, {"AU01": 1.0, "AU02": 1.0}, course, pixels=2.0)
    return film(plate, Scene(1.5, (both,)), Camera(rate=100.0, noise=1.5))
