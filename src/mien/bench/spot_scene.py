"""A case filmed: a person's neutral photo, 300 px wide in the face, set in motion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fit import Shape
from mien.bench import plates
from mien.bench.people import Person, people, sculpted_shapes
from mien.bench.spot_cases import FACE, HAND, Case
from mien.bench.spot_courses import course
from mien.bench.spot_motion import SMILE, Motion, real_smile, sculpted
from mien.core.blinks import natural_blinks
from mien.core.envelope import Envelope
from mien.core.face import Event
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import film as shoot
from mien.synth.hand import Hand
from mien.synth.head import Head
from mien.synth.movement import Movement, given
from mien.synth.plate import Plate
from mien.synth.scene import Scene
from mien.synth.speech import Speech

_NOISE, _CRF = 1.5, 10  # levels, of x264: a clean clip
_NOISY, _COARSE, _FLICKER = 5.0, 28, 0.06
_SWAY = 2.4  # seconds; how fast a head goes to and fro
_BLINK = (0.09, 0.30)  # seconds to shut and to open again, as in core.blinks


@dataclass(frozen=True, eq=False)
class Filmed:
    """A clip that was written, and the truth about it.

    Attributes:
        person: name.
        frames: number of frames.
        rest: RGB uint8, shape (480, 400, 3), the person at rest.
        true: the event, or none.
        accepted: AU columns of which each is a right name for its strongest part.
    """

    person: str
    frames: int
    rest: NDArray[np.uint8]
    true: tuple[Event, ...]
    accepted: frozenset[str]


def film(case: Case, data: Path, path: Path) -> Filmed:
    """Write the clip of a case.

    Args:
        case: the case.
        data: folder with ``london/``, and ``peers`` beside it.
        path: of the clip.

    Raises:
        InputError: the photos or the shapes are not there.
    """
    everyone = people(data)
    person = everyone[case.person % len(everyone)]
    plate = plates.plate(person)
    motion = None if case.happening is None else _motion(case, person, data)
    movement = None if motion is None else _movement(case, motion, plate)
    scene = _scene(case, () if movement is None else (movement,))
    clip = shoot(plate, scene, _camera(case))
    write_video(path, clip.frames(), case.rate, _COARSE if case.confound == "compression" else _CRF)
    still = shoot(plate, Scene(0.1), Camera(rate=10.0))
    return Filmed(
        person=person.name,
        frames=len(clip.time),
        rest=next(frame for _, frame in still.frames()),
        true=tuple(replace(e, side=motion.side) for e in clip.events) if motion else (),
        accepted=motion.accepted if motion else frozenset(),
    )


@lru_cache(maxsize=1)
def _shapes(data: Path) -> Mapping[str, Shape]:
    return sculpted_shapes(data)


def _motion(case: Case, person: Person, data: Path) -> Motion:
    assert case.happening is not None
    unit, side = case.happening.unit, case.happening.side
    if unit == SMILE:
        return real_smile(plates.smile(person), side)
    return sculpted(_shapes(data), unit, side)


def _movement(case: Case, motion: Motion, plate: Plate) -> Movement:
    now = case.happening
    assert now is not None
    curve = course(now.onset, now.apex, now.offset, now.family)
    return given(plate.subject.model, motion.field, curve, pixels=now.pixels, face_width=FACE)


def _camera(case: Case) -> Camera:
    return Camera(
        rate=case.rate,
        noise=_NOISY if case.confound == "noise" else _NOISE,
        flicker=_FLICKER if case.confound == "flicker" else 0.0,
        mains=(50.0, 60.0)[case.seed % 2],
        seed=case.seed,
    )


def _scene(case: Case, movements: tuple[Movement, ...]) -> Scene:
    """What happens besides the event."""
    what = case.group if case.group in _BESIDES else case.confound
    bare = Scene(case.seconds, movements)
    return _BESIDES[what](bare, case.seed) if what in _BESIDES else bare


def _swaying(**sizes: float) -> Callable[[Scene, int], Scene]:
    """A head that goes to and fro by chance and reaches these angles (degrees) and shifts (px)."""

    def swaying(scene: Scene, seed: int) -> Scene:
        # Heads are not as deep as the face model thinks they are.
        depth = float(np.random.default_rng(seed).uniform(0.8, 1.2))
        head = Head(**sizes, period=_SWAY, wander=True, depth=depth, seed=seed)
        return replace(scene, head=head)

    return swaying


def _one_blink(scene: Scene, seed: int) -> Scene:
    """A blink at any moment, with no regard to what else happens."""
    shut, whole = _BLINK
    start = float(np.random.default_rng(seed).uniform(0.1, scene.seconds - whole - 0.1))
    return replace(scene, blinks=(Envelope(start, start + shut, start + whole, "gamma"),))


def _hand_passing(scene: Scene, seed: int) -> Scene:
    """A hand that comes to mouth, cheek or brow, stays for a moment, and goes."""
    random = np.random.default_rng(seed)
    start = float(random.uniform(0.4, 0.7))
    end = float(random.uniform(1.6, scene.seconds - 0.3))
    x, y, tilt = random.uniform((-0.6, -0.1, -30.0), (0.6, 1.0, 30.0)).tolist()
    return replace(scene, hand=Hand(start, end, x, y, tilt))


def _talking(scene: Scene, seed: int) -> Scene:
    return replace(scene, speech=Speech(seed=seed))


def _still_footage(scene: Scene, seed: int) -> Scene:
    sway = _swaying(yaw=1.0, pitch=1.0, roll=0.7, shift=2.0, rise=1.5)
    return replace(sway(scene, seed), blinks=natural_blinks(scene.seconds, seed=seed))


def _talking_footage(scene: Scene, seed: int) -> Scene:
    sway = _swaying(yaw=5.0, pitch=3.0, roll=2.0, shift=5.0, rise=4.0)
    blinks = natural_blinks(scene.seconds, seed=seed)
    return _talking(replace(sway(scene, seed), blinks=blinks), seed)


_BESIDES: Mapping[str, Callable[[Scene, int], Scene]] = {
    "roll": _swaying(roll=10.0),
    "yaw": _swaying(yaw=15.0),
    "translation": _swaying(shift=20.0, rise=10.0),
    "blink": _one_blink,
    "speech": _talking,
    HAND: _hand_passing,
    "still": _still_footage,
    "talking": _talking_footage,
}
