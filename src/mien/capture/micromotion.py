"""How the skin of one face moves, to a few hundredths of a px, from frame to frame.

Landmarks say where a face is; they tremble by as much as a micro-expression moves. So every frame
is brought onto the flat picture of the face (``surface``), stabilised by all that is known of head
and expression, and compared with the picture that the frames before left there. What differs is
motion: brightness times its slope, gathered in cells, gives a least-squares equation for the
action units and the rigid head together (Lucas & Kanade, 1981, with the AU fields as its warp, as
in Baker & Matthews, IJCV 2004). Each cell counts by how well it has agreed so far; cells that a
hand or a shadow covers count for nothing. Landmarks lead where the face moves far, and draw the
answer back slowly where it does not.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.head import View, nudged
from mien.anatomy.inverse import FREE, RIGID, Prepared, Solution, freed
from mien.capture.skin import GAZE, skin_of
from mien.capture.slopes import Slopes, slopes_of
from mien.capture.texture import contrast, light_weight, patch_of

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

_N = len(FREE)
_REMEMBER = 1.0  # seconds; how long the flat picture remembers
_RETURN = 2.0  # seconds in which landmarks draw the answer back
_JITTER = 0.01  # IOD; standard deviation of a landmark, most of it shared with its neighbours
_LEAP = 0.02  # IOD; where landmarks are further away than this, they lead
_TURN = 2.0 / 57.3  # radians; the same for the turn of the head
_CLOSE = 0.6  # px of the flat picture; a smaller correction needs no second look
# Spread of the change from one look to the next: intensity; IOD, radians.
_LOOSE, _STIFF = 1.0, 0.05
_STIFFNESS = np.concatenate([np.full(_N, _LOOSE**-2.0), np.full(RIGID, _STIFF**-2.0)])
_ODD = 9.0  # times the usual misfit of a cell, from which it is doubted
_MOST_USUAL = 3.0  # times; misfit of the whole face that a shaken camera or a quick turn explains
_FORGIVEN = 0.05  # share of its pace at which the picture follows even where it is doubted
_BELIEVED = 0.3  # trust from which a cell counts as seen
_HIDDEN = 0.3  # share of what a unit moves, from which it is hidden
_QUIET = 0.02  # per cent squared; least misfit
_START = 3.0  # per cent squared; misfit of a cell nobody knows yet
_AWAY = 0.25  # cosine of the angle to the camera, from which skin is seen; from twice that, fully
_TURNED = np.cos(np.radians(3.0))  # turn of the head after which the slopes are renewed
_RENEW = 10  # frames between two renewals of the slopes


@dataclass(frozen=True)
class Motion:
    """What one frame says.

    Attributes:
        aus: shape (len(FREE),), intensities; signed, since the zero is only an estimate.
        view: how the head is seen.
        odd: share of the skin that is covered or does not fit the face, 0 to 1.
        hidden: shape (len(FREE),), whether most of what a unit moves is.
    """

    aus: Array
    view: View
    odd: float
    hidden: NDArray[np.bool_]


@dataclass
class _Memory:
    """What the frames so far left.

    The slopes, and what follows from them, are those of a moment ago.
    """

    motion: Motion
    time: float
    picture: F32  # contrast, shape of the surface
    misfit: F32  # per cent squared, of each cell
    slopes: Slopes
    view: View  # when they were renewed
    weight: F32  # of each cell
    system: Array
    count: int = 1


class MicroMotion:
    """Follows the skin of one face; frames are given in order.

    Args:
        prepared: the face.
        lit: whether the light is left on it.
    """

    def __init__(self, prepared: Prepared, *, lit: bool = False) -> None:
        self._face = prepared
        self._skin = skin_of(prepared)
        skin = prepared.columns[:_N, :, :2] ** 2
        self._reach = np.sqrt(skin.sum(axis=2).max(axis=1))  # IOD per unit of intensity
        self._anchor = skin.sum(axis=(1, 2)) / _JITTER**2
        self._light = None if lit else light_weight(self._skin.surface)
        self._bare = np.ones(len(self._skin.area), np.float32)
        self._memory: _Memory | None = None

    def cover(self, points: NDArray[np.bool_]) -> None:
        """Leave out what something lies before, until told otherwise.

        Args:
            points: shape (478,), of the mesh.
        """
        self._bare = np.asarray(self._skin.surface.cells @ points < 0.5, np.float32)

    def advance(
        self, frame: NDArray[np.uint8], time: float, landmarks: Solution | None
    ) -> Motion | None:
        """Take in the next frame; None where there is nothing to start from.

        Args:
            frame: RGB (H, W, 3) or grey (H, W), uint8.
            time: seconds.
            landmarks: what they say of this frame, read against the same face; None where they
                were not looked for.
        """
        if self._memory is None:
            return None if landmarks is None else self._begin(frame, time, landmarks)
        memory = self._memory
        elapsed = time - memory.time
        aus, view, anchor = self._predicted(memory.motion, landmarks, elapsed)
        found = self._fitted(frame, memory, aus, view, anchor, landmarks)
        if found is None:
            return None
        motion, rest, trust = found
        share = max(1.0 / (memory.count + 1), min(elapsed / _REMEMBER, 1.0))
        self._remember(memory, rest, trust, share)
        memory.motion, memory.time = motion, time
        return motion

    def _begin(self, frame: NDArray[np.uint8], time: float, landmarks: Solution) -> Motion | None:
        aus, view = freed(landmarks.aus), landmarks.view
        points = self._points(aus, view)
        patch = patch_of(frame, points, view.scale)
        if patch is None:
            return None
        picture = contrast(self._skin.surface, patch, points, self._light)
        misfit = np.full(len(self._skin.area), _START, np.float32)
        motion = Motion(aus, view, *self._doubted(self._bare))
        self._memory = _Memory(motion, time, picture, misfit, *self._renewed(picture, misfit, view))
        return motion

    def _points(self, aus: Array, view: View) -> Array:
        """Where the face is on the frame, shape (478, 2), px."""
        face = self._face
        mesh = face.neutral + (aus @ face.columns[:_N].reshape(_N, -1)).reshape(-1, 3)
        return view.to_picture(mesh)[:, :2]

    def _predicted(
        self, before: Motion, landmarks: Solution | None, elapsed: float
    ) -> tuple[Array, View, Array]:
        """Intensities and view to look from, and how firmly landmarks hold each intensity."""
        if landmarks is None:
            return before.aus, before.view, np.zeros(_N)
        seen = freed(landmarks.aus)
        gap = (seen - before.aus) * self._reach
        lead = np.where(GAZE, 1.0, (gap**2 / (gap**2 + _LEAP**2)) ** 2)
        slow = min(elapsed / _RETURN, 1.0)
        view = _drawn(before.view, landmarks.view, slow)
        return before.aus + lead * (seen - before.aus), view, self._anchor * slow

    def _fitted(
        self,
        frame: NDArray[np.uint8],
        memory: _Memory,
        aus: Array,
        view: View,
        anchor: Array,
        landmarks: Solution | None,
    ) -> tuple[Motion, F32, F32] | None:
        """Motion of a frame, what it leaves unexplained, and the trust in each cell."""
        start = self._points(aus, view)
        patch = patch_of(frame, start, view.scale)
        if patch is None:
            return None
        rest = contrast(self._skin.surface, patch, start, self._light) - memory.picture
        trust = self._trusted(memory, rest)
        doubted = float(np.mean(trust[self._skin.seen] < 0.8)) > 0.03
        weight = memory.weight * trust if doubted else memory.weight
        system = memory.slopes.system(weight) if doubted else memory.system
        stiff = _STIFFNESS.copy()
        stiff[:_N] += anchor
        left = system + np.diag(stiff)
        for look in range(2):
            right = memory.slopes.pull(rest, weight)
            if landmarks is not None:
                right[:_N] += anchor * (freed(landmarks.aus) - aus)
            change = np.linalg.solve(left, right)
            aus, view = aus + change[:_N], nudged(view, change[_N:])
            across, down = (change @ field for field in self._skin.fields)
            far = float(np.maximum(np.abs(across), np.abs(down))[self._skin.seen].max())
            if look == 1 or far < _CLOSE:
                rest = rest + memory.slopes.change((across, down))
                break
            rest = contrast(self._skin.surface, patch, self._points(aus, view), self._light)
            rest = rest - memory.picture
        return Motion(aus, view, *self._doubted(trust)), rest, trust

    def _doubted(self, trust: F32) -> tuple[float, NDArray[np.bool_]]:
        """Share of the skin that is not believed, and which units that hides."""
        lost = np.asarray(trust < _BELIEVED, np.float32)
        return float(lost[self._skin.seen].mean()), np.asarray(self._skin.acts @ lost > _HIDDEN)

    def _trusted(self, memory: _Memory, rest: F32) -> F32:
        """How far to believe each cell, 0 to 1: little where it is suddenly another picture."""
        misfit = self._skin.mean_square(rest)
        surprise = misfit / memory.misfit
        usual = float(np.clip(np.median(surprise[self._skin.seen]), 1.0, _MOST_USUAL))
        doubt = np.maximum(surprise / usual - _ODD, 0.0) / _ODD
        return np.asarray(self._bare / (1.0 + doubt), np.float32)

    def _remember(self, memory: _Memory, rest: F32, trust: F32, share: float) -> None:
        """Let the flat picture and the usual misfit follow, but not where something covers them."""
        memory.count += 1
        trust = np.maximum(trust, _FORGIVEN * self._bare)
        memory.picture += share * (rest if trust.min() > 0.8 else rest * self._skin.spread(trust))
        misfit = np.maximum(self._skin.mean_square(rest), _QUIET)
        memory.misfit += share * trust * (misfit - memory.misfit)
        view = memory.motion.view
        turned = view.rotation[2] @ memory.view.rotation[2] < _TURNED
        if memory.count < _RENEW or memory.count % _RENEW == 0 or turned:
            renewed = self._renewed(memory.picture, memory.misfit, view)
            memory.slopes, memory.view, memory.weight, memory.system = renewed

    def _renewed(self, picture: F32, misfit: F32, view: View) -> tuple[Slopes, View, F32, Array]:
        """The part of the memory that follows from a flat picture."""
        slopes = slopes_of(self._skin, picture)
        # Skin that turns away shows little of itself, and what is behind it.
        facing = self._skin.normals @ view.rotation[2]
        weight = np.clip((facing - _AWAY) / _AWAY, 0.0, 1.0).astype(np.float32) / misfit
        return slopes, view, weight, slopes.system(weight)


def _drawn(view: View, other: View, slow: float) -> View:
    """A view drawn slowly to another one, or brought there where it is far."""
    turn = cv2.Rodrigues(view.rotation.T @ other.rotation)[0].ravel()
    growth = float(np.log(other.scale / view.scale))
    shift = other.origin - view.origin
    gaps = (np.hypot(*shift[:2]) / view.scale / _LEAP, np.abs(turn).max() / _TURN, growth / _LEAP)
    far = max(abs(gap) for gap in gaps)
    share = 1.0 if far > 1.5 else slow
    rotation = view.rotation @ cv2.Rodrigues(share * turn)[0]
    return View(rotation, view.scale * float(np.exp(share * growth)), view.origin + share * shift)
