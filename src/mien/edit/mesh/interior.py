"""What lies behind a slit and does not move with the skin: the eyeball, and a mouth that was open."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.mesh.field import F32
from mien.edit.mesh.slit import Edges, Frame, Slit, edges, smooth

Image = NDArray[np.uint8]
_RIM = np.float32(0.3)  # iris radii: the strip along a lid that its shadow and lashes spoil


def carried(source: NDArray[np.float64], target: NDArray[np.float64], slit: Slit) -> NDArray[np.float64]:
    """The source's points moved as the corners of a slit move: what the eyeball does.

    Args:
        source: shape (≥478, 2), px.
        target: the same shape.
        slit: whose corners.

    Returns:
        Shape (≥478, 2), px: the displacement of the corners, blended along the slit.
    """
    first, last = slit.corners
    axis = source[last] - source[first]
    part = np.clip((source - source[first]) @ axis / (axis @ axis + 1e-9), 0, 1)[:, None]
    move = target - source
    return np.asarray(source + (1 - part) * move[first] + part * move[last])


def _squeeze(distance: F32, height: F32, fit: F32) -> F32:
    """Map [0, height] onto [0, fit], fit ≤ height: slope 1 at 0, monotone, flattest at the far end."""
    power = height / np.maximum(fit, 1e-3)
    return fit * (1 - np.power(np.clip(1 - distance / height, 0, 1), power))


def look_up(p: F32, q: F32, open_now: Edges, still: Edges, *, below: bool = True) -> F32:
    """Where in a still interior each pixel of an opening looks, across the slit.

    Identity where the source shows it. Where the edges now stand farther apart than in the source, the
    interior is stretched, mostly close to the edge that has moved.

    Args:
        p: px along the slit.
        q: px across it, same shape.
        open_now: edges of the target.
        still: edges of the source in the same frame, carried along rigidly.
        below: whether a lower edge that has dropped stretches the interior, too.

    Returns:
        q in the still interior, px.
    """
    upper, lower = open_now.at(p)
    still_upper, still_lower = still.at(p)
    height = np.maximum(lower - upper, 1e-2)
    dropped = np.clip(lower - still_lower, 0, 0.98 * height)
    above = np.clip(still_upper - upper, 0, 0.98 * (height - dropped))
    if not (dropped > 0).any() and not (above > 0).any():
        return q
    height = height if below else height - dropped
    inside = np.clip(q - upper, 0, height)
    kept = height - dropped if below else height
    from_top = _squeeze(inside, height, kept)
    from_bottom = _squeeze(kept - from_top, kept, kept - above)
    return np.maximum(still_upper, upper) + (kept - above) - from_bottom + (q - upper - inside)


@dataclass(frozen=True)
class Iris:
    """An iris in the target: its centre and how far it has turned away from the lids' own motion, in a
    slit's frame (p, q), and its radius; all px.
    """

    centre: tuple[np.float32, np.float32]
    turn: tuple[np.float32, np.float32]
    radius: np.float32

    @property
    def rest(self) -> tuple[np.float32, np.float32]:
        """Centre on the eyeball as the source shows it."""
        return self.centre[0] - self.turn[0], self.centre[1] - self.turn[1]


def eyeball(
    image: Image,
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    slit: Slit,
    into: Frame,
    pixels: tuple[F32, F32],
    open_now: Edges,
) -> Image:
    """The picture of an eyeball for a window round its slit.

    The eyeball moves with the corners of the eye, the iris turns on it. Parts of the iris that the lids
    covered in the source are completed by turning its visible part about its centre.

    Args:
        image: the whole picture.
        source: mesh, shape (≥478, 2), px.
        target: the same of the edited face.
        slit: of the eye.
        into: the slit's frame in the target.
        pixels: p and q of the window's pixels.
        open_now: edges of the target.

    Returns:
        Shape (rows, columns, 3).
    """
    p, q = pixels
    first, last = slit.corners
    begin, end = target[first] - source[first], target[last] - source[last]
    iris = _iris(source, target, slit, into, (begin + end) / 2)
    still = edges(carried(source, target, slit), slit, into)
    fade = _turning(p, q, iris, into.width)
    ball = p - fade * iris.turn[0], q - fade * iris.turn[1]
    upper, lower = still.at(ball[0])
    flat = look_up(p, q, open_now, still) - fade * iris.turn[1]
    flat = np.clip(flat, np.minimum(upper, ball[1]), np.maximum(lower, ball[1]))
    part = np.clip(p / np.float32(into.width), 0, 1)
    back = tuple(_along(part, begin @ axis, end @ axis) for axis in (into.along, into.across))
    seen = sample(image, into, ball[0] - back[0], flat - back[1])
    share = _hidden(ball, still, open_now.at(p), iris)
    left, top, width, height = cv2.boundingRect((share > 0).astype(np.uint8))
    if width:
        area = np.s_[top : top + height, left : left + width]
        ball, back = tuple(c[area] for c in ball), tuple(c[area] for c in back)
        seen[area] = _completed(image, into, (seen[area], share[area]), ball, back, still, iris)
    return _shaded(seen, q, open_now.at(p)[0], still.at(p)[0], iris.radius)


def _iris(
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    slit: Slit,
    into: Frame,
    lids: NDArray[np.float64],
) -> Iris:
    right = slit.name == "eye_right"
    centre = topo.IRIS_RIGHT if right else topo.IRIS_LEFT
    ring = list(topo.IRIS_RING_RIGHT if right else topo.IRIS_RING_LEFT)
    turn = target[centre] - source[centre] - lids
    radius = np.linalg.norm(source[ring] - source[centre], axis=1).mean()
    p, q = into.of(target[centre])
    return Iris(
        (np.float32(p), np.float32(q)),
        (np.float32(turn @ into.along), np.float32(turn @ into.across)),
        np.float32(max(radius, 0.5)),
    )


def _turning(p: F32, q: F32, iris: Iris, width: float) -> F32:
    """How much of the iris's turn each pixel of the eyeball takes part in: 1 on the iris, 0 at the corners."""
    away = np.hypot(p - iris.centre[0], q - iris.centre[1])
    room = np.where(p < iris.centre[0], iris.centre[0], np.float32(width) - iris.centre[0])
    room = np.maximum(room, np.float32(1.3) * iris.radius)
    return smooth((room - away) / (room - iris.radius))


def _hidden(
    ball: tuple[F32, F32], still: Edges, open_now: tuple[F32, F32], iris: Iris
) -> F32:
    """How far each pixel of the eyeball, near the iris, lay behind a lid in the source, 0–1."""
    rim = _RIM * iris.radius
    upper, lower = still.at(ball[0])
    top = np.clip(np.float32(4) * (upper - open_now[0]), 0, rim)
    bottom = np.clip(np.float32(4) * (open_now[1] - lower), 0, rim)
    behind = np.maximum(upper + top - ball[1], ball[1] - lower + bottom)
    away = np.hypot(ball[0] - iris.rest[0], ball[1] - iris.rest[1])
    return smooth(behind / rim) * smooth((np.float32(2.4) - away / iris.radius) / np.float32(0.5))


def _completed(
    image: Image,
    into: Frame,
    under: tuple[Image, F32],
    ball: tuple[F32, F32],
    back: tuple[F32, F32],
    still: Edges,
    iris: Iris,
) -> Image:
    """Fill what lids covered with pixels at the same distance from the iris's centre, on both sides of it."""
    seen, share = under
    x, y = ball[0] - iris.rest[0], ball[1] - iris.rest[1]
    away = np.hypot(x, y)
    right = smooth(np.float32(0.5) + x / (np.float32(0.8) * iris.radius))
    mixed = seen * (1 - share)[..., None]
    for side, weight in ((np.float32(-1), 1 - right), (np.float32(1), right)):
        turned_x, turned_y = side * np.abs(x), y
        for _ in range(2):
            upper, lower = still.at(turned_x + iris.rest[0])
            rim = _RIM * iris.radius
            turned_y = np.clip(y, upper + rim - iris.rest[1], lower - rim - iris.rest[1])
            turned_y = np.clip(turned_y, -away, away)
            turned_x = side * np.sqrt(np.maximum(away**2 - turned_y**2, 0))
        part = sample(image, into, turned_x + iris.rest[0] - back[0], turned_y + iris.rest[1] - back[1])
        mixed += part * (share * weight)[..., None]
    return np.clip(mixed + np.float32(0.5), 0, 255).astype(np.uint8)


def _shaded(seen: Image, q: F32, upper: F32, still: F32, radius: np.float32) -> Image:
    """The shadow of an upper lid that has risen."""
    risen = np.clip((still - upper) / (np.float32(0.3) * radius), 0, 1)
    if not (risen > 0).any():
        return seen
    shade = 1 - np.float32(0.45) * risen * np.exp(-np.maximum(q - upper, 0) / (np.float32(0.3) * radius))
    return np.asarray(np.clip(seen * shade[..., None] + np.float32(0.5), 0, 255), np.uint8)


def sample(image: Image, into: Frame, p: F32, q: F32) -> Image:
    """Pixels of a picture at points given in a frame, shape (rows, columns, 3)."""
    x = np.float32(into.origin[0]) + p * np.float32(into.along[0]) + q * np.float32(into.across[0])
    y = np.float32(into.origin[1]) + p * np.float32(into.along[1]) + q * np.float32(into.across[1])
    x, y = x.astype(np.float32), y.astype(np.float32)
    return cv2.remap(image, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _along(part: F32, first: float, last: float) -> F32:
    return np.float32(first) + part * np.float32(last - first)
