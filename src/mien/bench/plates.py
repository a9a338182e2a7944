"""A person of the measuring photos as a puppet and as a smile; the last ones are kept."""

from functools import lru_cache

from mien.anatomy.fit import Pair, pair_of
from mien.bench.people import Person, pixels
from mien.bench.spot_cases import FACE
from mien.edit.portrait import faces_of, neutral_model, portrait
from mien.judge.facemesh import plain_points
from mien.synth.plate import Plate, plate_of

_SIZE = (400, 480)  # px, width and height of a film


@lru_cache(maxsize=2)
def plate(person: Person) -> Plate:
    """What a clip of a person is made of, the face 300 px wide."""
    photo = pixels(person.neutral)
    face = faces_of(photo, person.name)[0]
    return plate_of(photo, portrait(face, neutral_model(photo)).subject, FACE, _SIZE)


@lru_cache(maxsize=2)
def smile(person: Person) -> Pair:
    """The neutral and the smiling face of a person."""
    return pair_of(plain_points(pixels(person.neutral)), plain_points(pixels(person.smiling)))
