"""Training windows from nothing but the anatomy model and chance: flow, and the truth about it.

No picture of anybody is used. A window is what ``capture.learned.window`` makes of a clip: faces of
nobody, fields of action units that are bent out of shape, seen from some side, at some frame rate,
with the noise and the losses of real flow and a head that is not quite taken off.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import rotation_of
from mien.capture.learned.grid import APEX, RATE, SIDE, STEPS
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS, class_of, emotion_of
from mien.capture.learned.window import REST, packed
from mien.core.facs import COLUMNS
from mien.learn.microexpression import noise
from mien.learn.microexpression.fields import FACES, PX, Face, face, other, rigid, seen_flow, smooth
from mien.learn.microexpression.happenings import Happening, happening
from mien.learn.microexpression.reading import reading

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

_WEAKEST = 0.25  # px below which nobody would name a unit
_YAW, _PITCH, _TURNED = 35.0, 15.0, 40.0  # degrees
_ASIDE = 0.4  # share of the heads that are turned anyhow, not mostly little
_DROPPED, _FROZEN = 0.15, 0.08  # share of clips
_RIGID = 7
_CALM, _QUICK = 2.5, 7.0  # degrees by which heads turn meanwhile


@dataclass(frozen=True, eq=False)
class Sample:
    """One window and the truth about it.

    Attributes:
        window: as of :func:`mien.capture.learned.window.window`.
        courses: as of :func:`mien.capture.learned.courses.courses`.
        aus: shape (len(UNITS),), float32, 1 where a unit moves; NaN where nobody says.
        klass: index in :data:`CLASSES`; -1 where nobody says.
        emotion: index in :data:`EMOTIONS`, or ``emotions.NEGATIVE``; -1 where nobody says or
            nothing moves.
        times: shape (3,), steps of onset, apex and offset; NaN where there is none.
    """

    window: F32
    courses: F32
    aus: F32
    klass: int
    emotion: int
    times: F32


def sample(seed: int, index: int) -> Sample:
    """A window; the same numbers give the same one."""
    random = np.random.default_rng((seed, index))
    what = happening(random)
    one = face(int(random.integers(FACES)))
    aside = random.random() < _ASIDE
    yaw = float(random.uniform(-_TURNED, _TURNED)) if aside else _bell(random, _YAW)
    towards = rotation_of(yaw, _bell(random, _PITCH), 0.0)[2]
    fields = [other(random, one, motion.unit) for motion in what.motions]
    stacked = np.stack(fields) if fields else np.zeros((0, SIDE, SIDE, 3), np.float32)
    depth = _depth_error(random, one)
    flow, facing = seen_flow(one, np.concatenate([stacked, rigid(one), depth]), towards)
    count = len(fields)
    moves, heads = flow[:count], flow[count : count + _RIGID]
    scale = np.array([PX * motion.pixels for motion in what.motions], np.float32)
    moves = moves * scale[:, None, None, None]
    frames, weights = _clock(random, what)
    shown = _shown(what, frames, weights)
    found = np.tensordot(shown, _absorbed(random, moves, heads), axes=1)
    found = noise.lost(random, found.astype(np.float32))
    found += np.tensordot(_turns(random), flow[count + _RIGID :], axes=1)
    found += np.tensordot(_shaken(random), heads, axes=1)
    grain = noise.level(random) * float(np.clip(60.0 * np.diff(frames).mean(), 0.5, 1.5))
    found += noise.noise(random, grain) * noise.slanted(facing)
    window = packed(found.astype(np.float32), noise.hidden(random, facing))
    courses = reading(np.random.default_rng((seed, index, 1)), what.motions, shown)
    return Sample(window, courses, *_truth(what))


def truth(seed: int, index: int) -> int:
    """The class of a window, which is not made."""
    return _truth(happening(np.random.default_rng((seed, index))))[1]


def _truth(what: Happening) -> tuple[F32, int, int, F32]:
    named = {
        COLUMNS[one.unit]
        for one in what.motions
        if one.named and one.pixels >= _WEAKEST and COLUMNS[one.unit] in UNITS
    }
    aus = np.array([unit in named for unit in UNITS], np.float32)
    klass = CLASSES.index(class_of(named))
    times = np.full(3, np.nan, np.float32)
    emotion = -1
    if klass:
        emotion = EMOTIONS.index(emotion_of(named))
        moments = np.array([what.onset, what.apex, what.offset]) + what.away[1]
        times = np.clip(APEX + RATE * moments, 0, STEPS - 1).astype(np.float32)
    return aus, klass, emotion, times


def _bell(random: np.random.Generator, most: float) -> float:
    """An angle: mostly small, at most so large."""
    return float(most * random.uniform(-1.0, 1.0) * random.uniform(0.0, 1.0))


def _clock(random: np.random.Generator, what: Happening) -> tuple[Array, Array]:
    """Times of frames, and how much each counts for each step and for rest.

    Returns:
        Shape (n,), seconds; shape (STEPS + 1, n), rows sum to 1.
    """
    rate = float(np.exp(random.uniform(np.log(25.0), np.log(240.0))))
    before = max(APEX / RATE, REST[0] - what.onset + what.apex) + 0.1
    frames = np.arange(-before, (STEPS - APEX) / RATE + 0.1, 1.0 / rate)
    frames += random.uniform(0.0, 1.0 / rate)
    if random.random() < _DROPPED:
        frames = frames[random.random(len(frames)) > random.uniform(0.0, 0.3)]
    steps = (np.arange(STEPS) - APEX) / RATE
    weights = np.maximum(1.0 - np.abs(frames - steps[:, None]) * RATE, 0.0)
    empty = np.flatnonzero(~weights.any(axis=1))
    for at in empty:  # drawn between the frames beside it
        after = int(np.searchsorted(frames, steps[at]).clip(1, len(frames) - 1))
        gap = frames[after] - frames[after - 1]
        share = float(np.clip((steps[at] - frames[after - 1]) / gap, 0.0, 1.0))
        weights[at, after - 1 : after + 1] = 1.0 - share, share
    onset = what.onset + what.away[0]
    rest = ((frames >= onset - REST[0]) & (frames <= onset - REST[1])).astype(float)
    if not rest.any():
        rest[int(np.argmin(np.abs(frames - onset)))] = 1.0
    if random.random() < _FROZEN:  # the codec repeats frames
        own = np.where(random.random(len(frames)) < 0.4, 0, np.arange(len(frames)))
        held = np.maximum.accumulate(own)
        frames = frames[held]
    whole = np.vstack([weights, rest])
    return frames, whole / whole.sum(axis=1, keepdims=True)


def _shown(what: Happening, frames: Array, weights: Array) -> Array:
    """How much of each motion each step shows against rest, shape (STEPS, motions)."""
    if not what.motions:
        return np.zeros((STEPS, 0))
    shown = np.stack([motion.course.value(frames + what.away[1]) for motion in what.motions])
    steps = weights @ shown.T
    return np.asarray(steps[:-1] - steps[-1])


def _depth_error(random: np.random.Generator, one: Face) -> F32:
    """What a turn by a hundredth of a radian does where the depth of the face is wrong."""
    wrong = random.normal(0.0, 0.12) * one.place[..., 2] + smooth(random, 1, 0.04)[..., 0]
    off = np.zeros((2, SIDE, SIDE, 3), np.float32)
    off[0, ..., 0], off[1, ..., 1] = wrong, wrong  # yaw, pitch
    return off


def _turns(random: np.random.Generator) -> F32:
    """Yaw and pitch against rest while a window lasts, shape (STEPS, 2), hundredths of a radian."""
    if random.random() < 0.5:
        return np.zeros((STEPS, 2), np.float32)
    usual = _QUICK if random.random() < 0.3 else _CALM
    size = 1.75 * random.exponential(usual, 2)  # degrees to hundredths
    return np.asarray(size * _wave(random, 2), np.float32)


def _shaken(random: np.random.Generator) -> F32:
    """Head motion that was not taken off, shape (STEPS, 7), hundredths."""
    size = random.exponential(0.05) * random.uniform(0.2, 1.0, _RIGID)
    return np.asarray(size * _wave(random, _RIGID), np.float32)


def _wave(random: np.random.Generator, count: int) -> Array:
    """Slow courses that are 0 at rest, shape (STEPS, count), of a size of about 1."""
    time = (np.arange(STEPS) - APEX)[:, None] / RATE
    beat = 2.0 * np.pi * random.uniform(0.2, 1.5, count)
    phase = random.uniform(0.0, 2.0 * np.pi, count)
    return np.asarray(np.sin(beat * time + phase) - np.sin(beat * -0.25 + phase))


def _absorbed(random: np.random.Generator, moves: F32, heads: F32) -> F32:
    """Motions less what the reader took for the head's."""
    share = random.uniform(0.0, 0.6)
    if not len(moves):
        return moves
    columns = heads.reshape(_RIGID, -1)
    gram = columns @ columns.T + 1e-3 * np.eye(_RIGID, dtype=np.float32)
    part = np.linalg.solve(gram, columns @ moves.reshape(len(moves), -1).T)
    taken = (part.T @ columns).reshape(moves.shape)
    return np.asarray(moves - np.float32(share) * taken, np.float32)
