"""What lies behind a slit and does not move with the skin: the eyeball, an open mouth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.mesh.pixels import F32, Image, box_of, look, smooth, to_image
from mien.edit.mesh.slit import Edges, Frame, Slit, edges

Pair = tuple[F32, F32]
# Centre and ring of the iris behind each slit.
IRIS = {
    "eye_right": [topo.IRIS_RIGHT, *topo.IRIS_RING_RIGHT],
    "eye_left": [topo.IRIS_LEFT, *topo.IRIS_RING_LEFT],
}
_RIM = np.float32(0.3)  # iris radii: the strip along a lid that its shadow and lashes spoil


def carried(
    source: NDArray[np.float64], target: NDArray[np.float64], slit: Slit
) -> NDArray[np.float64]:
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
    """Map [0, height] onto [0, fit], fit ≤ height: monotone, slope 1 at 0, flat at the end."""
    power = height / np.maximum(fit, 1e-3)
    return np.asarray(fit * (1 - np.power(np.clip(1 - distance / height, 0, 1), power)))


def look_up(q: F32, open_now: Pair, still: Pair, *, below: bool = True) -> F32:
    """Where in a still interior each pixel of an opening looks, across the slit.

    Identity where the source shows it. Where the edges now stand farther apart than in the source,
    the interior is stretched, mostly close to the edge that has moved.

    Args:
        q: px across the slit.
        open_now: upper and lower edge of the target at each pixel.
        still: those of the source in the same frame, carried along rigidly.
        below: whether a lower edge that has dropped stretches the interior, too.

    Returns:
        q in the still interior, px.
    """
    (upper, lower), (still_upper, still_lower) = open_now, still
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
    start = np.maximum(still_upper, upper) + (kept - above)
    return np.asarray(start - from_bottom + (q - upper - inside), np.float32)


@dataclass(frozen=True)
class Iris:
    """An iris in the target, in a slit's frame (p, q), px.

    Attributes:
        centre: of the iris.
        turn: how far it has moved beyond what the corners of the eye have.
        radius: of the iris.
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
    pixels: Pair,
    open_now: Edges,
) -> Image:
    """The picture of an eyeball for a window round its slit.

    The eyeball moves with the corners of the eye, the iris turns on it. Parts of the iris that the
    lids covered in the source are completed by turning its visible part about its centre.

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
    open_pair, still_pair = open_now.at(p), still.at(p)
    upper, lower = still.at(ball[0]) if fade.any() else still_pair
    flat = look_up(q, open_pair, still_pair) - fade * iris.turn[1]
    flat = np.clip(flat, np.minimum(upper, ball[1]), np.maximum(lower, ball[1]))
    part = np.clip(p / np.float32(into.width), 0, 1)
    back = (
        _along(part, begin @ into.along, end @ into.along),
        _along(part, begin @ into.across, end @ into.across),
    )
    seen = sample(image, into, ball[0] - back[0], flat - back[1])
    share = _hidden(ball, (upper, lower), open_pair, iris)
    box = box_of(share > 0)
    if box:
        area = np.s_[box[1] : box[3], box[0] : box[2]]
        ball, back = (ball[0][area], ball[1][area]), (back[0][area], back[1][area])
        seen[area] = _completed(image, into, (seen[area], share[area]), ball, back, still, iris)
    return _shaded(seen, q, open_pair, still_pair, iris.radius)


def _iris(
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    slit: Slit,
    into: Frame,
    lids: NDArray[np.float64],
) -> Iris:
    centre, *ring = IRIS[slit.name]
    turn = target[centre] - source[centre] - lids
    radius = np.linalg.norm(source[ring] - source[centre], axis=1).mean()
    p, q = into.of(target[centre])
    return Iris(
        (np.float32(p), np.float32(q)),
        (np.float32(turn @ into.along), np.float32(turn @ into.across)),
        np.float32(max(radius, 0.5)),
    )


def _turning(p: F32, q: F32, iris: Iris, width: float) -> F32:
    """How far each pixel of the eyeball turns with the iris: 1 on it, 0 at the corners."""
    if max(abs(iris.turn[0]), abs(iris.turn[1])) < 0.01:
        return np.zeros_like(p)
    away = np.hypot(p - iris.centre[0], q - iris.centre[1])
    room = np.where(p < iris.centre[0], iris.centre[0], np.float32(width) - iris.centre[0])
    room = np.maximum(room, np.float32(1.3) * iris.radius)
    return smooth((room - away) / (room - iris.radius))


def _hidden(ball: Pair, still: Pair, open_now: Pair, iris: Iris) -> F32:
    """How far each pixel of the eyeball, near the iris, lay behind a lid in the source, 0–1."""
    rim = _RIM * iris.radius
    upper, lower = still
    top = np.clip(np.float32(4) * (upper - open_now[0]), 0, rim)
    bottom = np.clip(np.float32(4) * (open_now[1] - lower), 0, rim)
    behind = np.maximum(upper + top - ball[1], ball[1] - lower + bottom)
    away = np.hypot(ball[0] - iris.rest[0], ball[1] - iris.rest[1])
    return smooth(behind / rim) * smooth((np.float32(2.4) - away / iris.radius) / np.float32(0.5))


def _completed(
    image: Image,
    into: Frame,
    under: tuple[Image, F32],
    ball: Pair,
    back: Pair,
    still: Edges,
    iris: Iris,
) -> Image:
    """Fill what lids covered with pixels as far from the iris's centre, of both its sides."""
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
        part = sample(
            image, into, turned_x + iris.rest[0] - back[0], turned_y + iris.rest[1] - back[1]
        )
        mixed += part * (share * weight)[..., None]
    return to_image(mixed)


def _shaded(seen: Image, q: F32, open_now: Pair, still: Pair, radius: np.float32) -> Image:
    """The shadow of an upper lid that has risen, and that of lashes over an eye nearly shut."""
    upper, lower = open_now
    risen = np.clip((still[0] - upper) / (np.float32(0.3) * radius), 0, 1)
    gap, full = lower - upper, np.minimum(still[1] - still[0], np.float32(0.9) * radius)
    shut = smooth(1 - gap / np.maximum(full, 1))
    if not (risen > 0).any() and not (shut > 0).any():
        return seen
    shade = 1 - np.float32(0.45) * risen * np.exp(
        -np.maximum(q - upper, 0) / (np.float32(0.3) * radius)
    )
    shade *= 1 - np.float32(0.6) * shut
    return to_image(seen * shade[..., None])


def sample(image: Image, into: Frame, p: F32, q: F32) -> Image:
    """Pixels of a picture at points given in a frame, shape (rows, columns, 3)."""
    x = np.float32(into.origin[0]) + p * np.float32(into.along[0]) + q * np.float32(into.across[0])
    y = np.float32(into.origin[1]) + p * np.float32(into.along[1]) + q * np.float32(into.across[1])
    return look(image, x, y)


def _along(part: F32, first: float, last: float) -> F32:
    return np.float32(first) + part * np.float32(last - first)
