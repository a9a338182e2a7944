"""All that makes one clip, as plain numbers: so it is written down beside the clip."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from mien.core.blinks import natural_blinks
from mien.core.envelope import Envelope
from mien.core.errors import InputError
from mien.synth.camera import Camera
from mien.synth.clip import Clip, film
from mien.synth.hand import Hand
from mien.synth.head import Head
from mien.synth.movement import Movement, by_aus
from mien.synth.plate import Plate
from mien.synth.scene import Scene
from mien.synth.speech import Speech

_ROOM = 1.6  # side of the film in widths of the face


@dataclass(frozen=True)
class Move:
    """One expression.

    Attributes:
        aus: AU name to change of intensity at the apex; their ratio, where ``pixels`` is given.
        onset: seconds.
        apex: seconds.
        offset: seconds.
        family: how it comes and goes, one of :data:`mien.core.envelope.FAMILIES`.
        pixels: px that the skin point that moves most goes on the film; None: as the intensities
            say.
    """

    aus: Mapping[str, float]
    onset: float
    apex: float
    offset: float
    family: str = "cosine"
    pixels: float | None = None


@dataclass(frozen=True)
class Take:
    """One clip of a portrait.

    Attributes:
        seconds: length.
        moves: the expressions.
        head: how the head moves.
        camera: how it is filmed.
        blinks: whether the person blinks, as people do.
        speech: whether the person talks.
        hand: whether a hand passes.
        face_width: px of the face on the film; the film is a square 1.6 times as wide.
        crf: of the H.264 encoder, 0 to 51.
        seed: of blinks, talk and hand.

    Raises:
        InputError: a quality that the encoder does not know.
    """

    seconds: float = 3.0
    moves: tuple[Move, ...] = ()
    head: Head = field(default_factory=Head)
    camera: Camera = field(default_factory=Camera)
    blinks: bool = False
    speech: bool = False
    hand: bool = False
    face_width: float = 300.0
    crf: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51:
            raise InputError(f"a quality (CRF) of {self.crf}: use 0, the best, to 51")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the film, px, both even."""
        side = 2 * round(_ROOM * self.face_width / 2)
        return side, side


def clip_of(plate: Plate, take: Take) -> Clip:
    """The clip of a take.

    Args:
        plate: the portrait, filmed at the take's ``face_width`` and ``size``.
        take: what is wanted.

    Raises:
        InputError: what no face does and no camera films.
    """
    blinks = natural_blinks(take.seconds, [_cue(take)], seed=take.seed) if take.blinks else ()
    scene = Scene(
        take.seconds,
        tuple(_movement(plate, move, take.face_width) for move in take.moves),
        take.head,
        blinks,
        Speech(seed=take.seed) if take.speech else None,
        _hand(take) if take.hand else None,
    )
    return film(plate, scene, take.camera)


def changed(take: Take, wanted: Mapping[str, Any]) -> Take:
    """A take with some of its values replaced.

    Args:
        take: as it is.
        wanted: names of fields of :class:`Take`, :class:`mien.synth.head.Head` or
            :class:`mien.synth.camera.Camera` (but their seeds), and their values.
    """
    own, head, camera = (
        {one.name: wanted[one.name] for one in fields(part) if one.name in wanted}
        for part in (take, take.head, take.camera)
    )
    return replace(
        take, **own | {"head": replace(take.head, **head), "camera": replace(take.camera, **camera)}
    )


def _movement(plate: Plate, move: Move, face_width: float) -> Movement:
    course = Envelope(move.onset, move.apex, move.offset, move.family)
    model = plate.subject.model
    return by_aus(model, move.aus, course, pixels=move.pixels, face_width=face_width)


def _cue(take: Take) -> float:
    """A moment for one blink at least, at a place of chance."""
    return float(np.random.default_rng((take.seed, 0xB1)).uniform(0.0, take.seconds - 0.35))


def _hand(take: Take) -> Hand:
    """A hand that takes a second or so, somewhere."""
    chance = np.random.default_rng((take.seed, 0x4A))
    stay = min(float(chance.uniform(0.8, 1.6)), 0.9 * take.seconds)
    start = float(chance.uniform(0.0, take.seconds - stay))
    x, y = float(chance.uniform(-0.9, 0.9)), float(chance.uniform(0.4, 1.4))
    return Hand(start, start + stay, x, y, tilt=float(chance.uniform(-35.0, 35.0)))
