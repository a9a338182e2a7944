"""The eyeball, as a photo shows it: it moves with the corners of the eye, the iris turns on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.edit.mesh.interior import Pair, look_up, sample
from mien.edit.mesh.pixels import F32, Crisp, Image, box_of, smooth, to_image
from mien.edit.mesh.slit import Edges, Frame, Slit, edges

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
    image: Image | Crisp,
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
    if isinstance(image, Crisp):
        return seen
    share = _hidden(ball, (upper, lower), open_pair, iris)
    box = box_of(share > 0)
    if box:
        area = np.s_[box[1] : box[3], box[0] : box[2]]
        ball, back = (ball[0][area], ball[1][area]), (back[0][area], back[1][area])
        under = seen[area], share[area]
        made = _completed(image, into, under, ball, back, still, iris)
        dim = _rimmed(q[area], (open_pair[0][area], open_pair[1][area]), iris.radius)
        seen[area] = to_image(made * (1 - share[area] * (1 - dim))[..., None])
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
    down = iris.turn[1]  # a lid that the eyeball turns away from uncovers its strip, too
    top = np.clip(np.float32(4) * np.maximum(upper - open_now[0], down), 0, rim)
    bottom = np.clip(np.float32(4) * np.maximum(open_now[1] - lower, -down), 0, rim)
    behind = np.maximum(upper + top - ball[1], ball[1] - lower + bottom)
    away = np.hypot(ball[0] - iris.rest[0], ball[1] - iris.rest[1])
    return smooth(behind / rim) * smooth((np.float32(2.4) - away / iris.radius) / np.float32(0.5))


def _completed(
    image: Image | Crisp,
    into: Frame,
    under: tuple[Image, F32],
    ball: Pair,
    back: Pair,
    still: Edges,
    iris: Iris,
) -> Image:
    """Fill what lids covered: the iris by turning its visible part, the rest with its whites."""
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
        white = _white(
            image, into, (float(back[0].mean()), float(back[1].mean())), still, iris, side
        )
        plain = smooth((away / iris.radius - np.float32(1.0)) / np.float32(0.15))[..., None]
        mixed += (part + plain * (white - part)) * (share * weight)[..., None]
    return to_image(mixed)


def _white(
    image: Image | Crisp,
    into: Frame,
    back: tuple[float, float],
    still: Edges,
    iris: Iris,
    side: np.float32,
) -> F32:
    """Colour of the white of the eye on one side (−1, 1) of the iris, shape (3,)."""
    away = side * np.linspace(1.2, 1.6, 5, dtype=np.float32) * iris.radius
    p = np.clip(iris.rest[0] + away, 0.16 * into.width, 0.84 * into.width)[None]
    upper, lower = still.at(p)
    q = upper + np.array([[0.4], [0.5], [0.6]], np.float32) * (lower - upper)
    found = sample(
        image, into, np.repeat(p, 3, axis=0) - np.float32(back[0]), q - np.float32(back[1])
    )
    return np.asarray(np.median(found.reshape(-1, 3), axis=0), np.float32)


def _rimmed(q: F32, open_now: Pair, radius: np.float32) -> F32:
    """What lids leave of the light on an eyeball: less under the upper one than at the lower."""
    above, below = (np.maximum(q - open_now[0], 0), np.maximum(open_now[1] - q, 0))
    upper = np.float32(0.5) * np.exp(-above / (np.float32(0.22) * radius))
    lower = np.float32(0.25) * np.exp(-below / (np.float32(0.15) * radius))
    return np.asarray((1 - upper) * (1 - lower), np.float32)


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


def _along(part: F32, first: float, last: float) -> F32:
    return np.float32(first) + part * np.float32(last - first)
