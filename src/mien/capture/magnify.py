"""Small movements of a face made large enough to be seen: for the eye only, never to be measured.

Lagrangian motion magnification after Liu et al. (SIGGRAPH 2005): the way each point has gone since
the rest is found by dense flow, what the head as a whole did is taken off, and every point is put
``alpha`` times as far from where it rested. Unlike a linear Eulerian one (Wu et al., 2012) it does
not make the camera's noise larger, and edges stay edges.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Array = NDArray[np.float64]
F32 = NDArray[np.float32]

_STEP = 4  # px between the places at which the head's own motion is fitted
_ROUNDS = 6  # of the fit
_SURE = 0.05  # px; what departs less from the head's motion is not doubted
_BLUR = 0.012  # of the picture's side; spread by which flow is smoothed
_FOLD = 0.7  # steepest slope of a magnified movement; at 1 the picture folds


@dataclass(frozen=True, eq=False)
class Movement:
    """How the picture of a face has changed since another one.

    Attributes:
        head: shape (H, W, 2), float32, px, x and y: where each point of the rest has gone with the
            head.
        flow: shape (H, W, 2), float32, px: where it has gone besides.
    """

    head: F32
    flow: F32

    @property
    def size(self) -> F32:
        """Shape (H, W), px."""
        return np.asarray(np.hypot(self.flow[..., 0], self.flow[..., 1]), np.float32)


def movement(rest: Image, picture: Image, still: F32, depth: F32) -> Movement:
    """How a face moved between two pictures.

    Dense inverse search (Kroeger et al., ECCV 2016), less what a small motion of the head gives: an
    affine motion, and parallax in proportion to depth. That is fitted to the flow by iteratively
    reweighted least squares, in which points that go their own way lose their weight.

    Args:
        rest: RGB, shape (H, W, 3).
        picture: of the same shape, roughly in place.
        still: shape (H, W), how far each point may be trusted to follow the head, 0 to 1.
        depth: shape (H, W), how near each point is to the viewer, in any unit.
    """
    first, second = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (rest, picture))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    search.setFinestScale(0)  # the preset's half size loses a fifth of a movement of one px
    start = np.zeros((*first.shape, 2), np.float32)
    found = np.asarray(search.calc(first, second, start), np.float32)
    x, y = _grid(found.shape)
    columns = np.stack([x, y, np.ones_like(x), depth], axis=-1)
    head = np.asarray(columns @ _fitted(found, still, columns).astype(np.float32), np.float32)
    flow = cv2.GaussianBlur(found - head, (0, 0), _BLUR * found.shape[0])
    return Movement(head, np.asarray(flow, np.float32))


def brought_back(picture: Image, moved: Movement) -> Image:
    """A picture without what the head did since the rest, shape (H, W, 3)."""
    x, y = _grid(picture.shape)
    at_x, at_y = x + moved.head[..., 0], y + moved.head[..., 1]
    back = cv2.remap(picture, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(back, np.uint8)


def magnified(picture: Image, moved: Movement, alpha: float, noise: float = 0.0) -> Image:
    """A picture on which every point is ``alpha`` times as far from its rest.

    Args:
        picture: RGB, shape (H, W, 3), without what the head did (:func:`brought_back`).
        moved: since the rest.
        alpha: 1 leaves the picture as it is.
        noise: px; movements that small are left as they are.
    """
    size = moved.size
    flow = moved.flow * (size**2 / (size**2 + noise**2 + 1e-12))[..., None]
    x, y = _grid(flow.shape)
    at_x, at_y = x, y
    for _ in range(4):  # where does the point rest that is shown here? a fixed point
        way = cv2.remap(flow, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        at_x, at_y = x - alpha * way[..., 0], y - alpha * way[..., 1]
    shown = cv2.remap(
        picture, at_x + way[..., 0], at_y + way[..., 1], cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.asarray(shown, np.uint8)


def best_alpha(moved: Movement, seen: F32, wanted: float, most: float = 10.0) -> int:
    """How often a movement can be magnified: it shall be seen, and the picture shall not fold.

    Args:
        moved: at the apex.
        seen: shape (H, W), 1 where movement counts, else 0.
        wanted: px, that the largest movement shall have.
        most: magnification, at most.

    Returns:
        A whole number from 1.
    """
    largest = float((moved.size * seen).max())
    slopes = [np.gradient(moved.flow[..., i], axis=j) for i in (0, 1) for j in (0, 1)]
    steepest = float(max(np.abs(slope * seen).max() for slope in slopes))
    if not largest > 0.0:
        return 1
    return max(int(min(wanted / largest, 1.0 + _FOLD / max(steepest, 1e-6), most)), 1)


def _grid(shape: tuple[int, ...]) -> tuple[F32, F32]:
    """Column and row of every px."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return x, y


def _fitted(flow: F32, still: F32, columns: F32) -> Array:
    """The motion that most of the trusted points share, shape (4, 2): per column in x and y."""
    part = np.s_[::_STEP, ::_STEP]
    places = columns[part].reshape(-1, columns.shape[-1]).astype(np.float64)
    motion = flow[part].reshape(-1, 2)
    trusted = still[part].ravel().astype(np.float64)
    weights = trusted
    shared = np.zeros((places.shape[1], 2))
    for _ in range(_ROUNDS):
        root = np.sqrt(weights)[:, None]
        shared = np.linalg.lstsq(root * places, root * motion, rcond=None)[0]
        off = np.linalg.norm(motion - places @ shared, axis=1)
        usual = max(1.5 * float(np.median(off[trusted > 0])) if trusted.any() else 0.0, _SURE)
        weights = trusted / (1.0 + (off / usual) ** 2) ** 2
    return np.asarray(shared)
