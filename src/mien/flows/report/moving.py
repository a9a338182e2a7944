"""Where a face moves between rest and apex: the strip, the marked region, the preview."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.capture.magnify import (
    Movement,
    best_alpha,
    brought_back,
    magnified,
    movement,
)
from mien.flows.report.shots import Shots
from mien.flows.report.steady import DENSITY, SIDE, skin_of

Image = NDArray[np.uint8]
F32 = NDArray[np.float32]
Compared = Callable[[Image, Image], Movement]

_EDGE = 0.35  # share of the largest movement from which skin counts as moving
_SEEN = 0.10  # IOD that a magnified movement shall have
_ROOM = 0.25  # IOD round the moving region in the enlarged pictures
_LEAST = 1.1  # IOD, side of the enlarged pictures
_SMALL = 0.12  # IOD; a head that moved further from its smoothed place turned, or was mistaken
_ISLAND = 0.02  # IOD², least area that a line is drawn round
_RIM = 0.08  # IOD; so near to the edge of the face hair and background move along
_OUTLINE, _SHADOW = (64, 224, 255), (0, 0, 0)


@dataclass(frozen=True, eq=False)
class Moving:
    """What the pictures of an event show.

    Attributes:
        strip: moment to picture, the head's own motion taken off; shape (384, 384, 3) each.
        marked: the apex, colour where the skin moved, a line round where the event's action units
            move it; shape (384, 384, 3).
        largest: px of the clip, the largest movement, as the 99.9th percentile over the face.
        noise: px of the clip; what moves less is noise.
        close: rest and apex, enlarged round the movement, shape (384, 384, 3).
        zoom: how many px of the enlarged pictures a px of the clip has.
        preview: seconds and picture, magnified; empty where none was asked for, or where the
            movement is large as it is.
        alpha: of the preview.
    """

    strip: dict[str, Image]
    marked: Image
    largest: float
    noise: float
    close: tuple[Image, Image]
    zoom: float
    preview: tuple[tuple[float, Image], ...]
    alpha: int


def moving(shots: Shots, aus: dict[str, float]) -> Moving | None:
    """Compare an event's pictures; None where there is none of the rest to compare with.

    Args:
        shots: of the event.
        aus: AU column to peak.
    """
    if (rest := shots.moments.get("rest")) is None:
        return None
    skin = skin_of(shots.yaw, shots.pitch)
    area = skin.area
    compared = partial(movement, still=skin.still, depth=skin.depth)
    since = {name: compared(rest, p) for name, p in shots.moments.items() if name != "rest"}
    strip = {"rest": rest}
    strip |= {name: _steadied(shots.moments[name], moved, area) for name, moved in since.items()}
    noise = _noise(shots, compared, area)
    seen = _inner(area)
    size = since["apex"].size * seen
    largest = float(np.percentile(size[seen > 0], 99.9))
    named = skin.moved_by(aus)
    region = (named >= _EDGE * float(named.max())).astype(np.uint8)
    box = _box(region if region.any() else area.astype(np.uint8))
    alpha = best_alpha(since["apex"], seen, _SEEN * DENSITY)
    per_px = shots.place.scale / DENSITY
    return Moving(
        strip=strip,
        marked=_marked(strip["apex"], size, (noise, largest), region),
        largest=largest * per_px,
        noise=noise * per_px,
        close=(_enlarged(rest, box), _enlarged(strip["apex"], box)),
        zoom=SIDE / (box[2] - box[0]) / per_px,
        preview=tuple(_preview(shots, compared, area, alpha, noise)) if alpha > 1 else (),
        alpha=alpha,
    )


def _steadied(picture: Image, moved: Movement, area: F32) -> Image:
    """A picture without what the head did; as it is where that was more than a small motion."""
    way = np.hypot(moved.head[..., 0], moved.head[..., 1])[area > 0]
    return brought_back(picture, moved) if way.max() < _SMALL * DENSITY else picture


def _noise(shots: Shots, compared: Compared, area: F32) -> float:
    """Movement seen between two halves of the rest, px of the picture: its 95th percentile."""
    if not shots.halves:
        return 0.0
    size = compared(*shots.halves).size[area > 0]
    return float(np.percentile(size, 95) / np.sqrt(2.0))


def _preview(
    shots: Shots, compared: Compared, area: F32, alpha: int, noise: float
) -> Iterator[tuple[float, Image]]:
    inside = _faded(area)[..., None]
    for time, picture in shots.course:
        moved = compared(shots.moments["rest"], picture)
        held = Movement(moved.head, moved.flow * inside)
        yield time, magnified(brought_back(picture, moved), held, alpha, noise)


def _faded(area: F32) -> F32:
    """1 on the face, eyes and mouth too, and less and less round it."""
    hull = cv2.convexHull(np.argwhere(area > 0)[:, ::-1].astype(np.int32))
    whole = cv2.fillConvexPoly(np.zeros_like(area), hull, (1.0,))
    return np.asarray(cv2.GaussianBlur(whole, (0, 0), 0.1 * DENSITY), np.float32)


def _inner(area: F32) -> F32:
    """The skin without its rim."""
    reach = 2 * round(_RIM * DENSITY) + 1
    ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    holes = cv2.morphologyEx(area, cv2.MORPH_CLOSE, ball)  # eyes and mouth have no rim
    return np.asarray(np.minimum(cv2.erode(holes, ball), area), np.float32)


def _marked(
    apex: Image, size: F32, limits: tuple[float, float], region: NDArray[np.uint8]
) -> Image:
    """Colour for movement over the noise, on a grey and darker face; a line round a region."""
    noise, largest = limits
    share = np.clip((size - noise) / max(largest - noise, 1e-6), 0.0, 1.0)
    grey = cv2.cvtColor(cv2.cvtColor(apex, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    cover = (0.85 * np.sqrt(share))[..., None]
    picture = np.asarray((1.0 - cover) * 0.75 * grey + cover * _heat(share), np.uint8).copy()
    lines, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    lines = [line for line in lines if cv2.contourArea(line) >= _ISLAND * DENSITY**2]
    for colour, width in ((_SHADOW, 4), (_OUTLINE, 2)):
        cv2.polylines(picture, lines, True, colour, width, cv2.LINE_AA)
    return picture


def _heat(share: F32) -> Image:
    """Colours, RGB, for shares from 0 to 1: dark, red, yellow, white, as of hot iron."""
    levels = np.asarray(255.0 * share, np.uint8)
    return np.asarray(
        cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB), np.uint8
    )


def _box(region: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """A square round a region with some room, inside the picture: left, top, right, bottom."""
    left, top, width, height = cv2.boundingRect(region)
    side = max(max(width, height) + 2 * _ROOM * DENSITY, _LEAST * DENSITY)
    side = min(round(side), SIDE)
    x = min(max(round(left + width / 2 - side / 2), 0), SIDE - side)
    y = min(max(round(top + height / 2 - side / 2), 0), SIDE - side)
    return x, y, x + side, y + side


def _enlarged(picture: Image, box: tuple[int, int, int, int]) -> Image:
    left, top, right, bottom = box
    part = picture[top:bottom, left:right]
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
