"""Drawings: do the placed points go where they should, do lines and flat colours stay?

Seven drawings are mien's own, shipped with their points: SVG, and PNG made of it. Four more are
read from the measuring data where they are there; only their points are shipped. To see where a
point of the picture has gone, small dots are painted over the placed points and looked for in the
edited picture, without any landmarks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.bench.people import each
from mien.bench.result import Result, Row, counted
from mien.bench.strokes import flat_share, line_width, palette
from mien.core.expression import parse_wish, target
from mien.core.points import Points, load_points
from mien.core.recipe import recipes
from mien.core.seams import Progress, silent
from mien.edit.mesh import Canvas, folded, is_flat, paint, prepare
from mien.edit.points import moved
from mien.edit.portrait import Portrait, drawn_portrait
from mien.landmark.placed import MESH_POINTS, placed
from mien.media.image import load_image

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

NAMES = ("anime_girl", "cel_man", "chibi", "comic_ink", "flat_woman", "laughing", "three_quarter")
_FROM_DATA = ("cartoon_man", "drawn_woman", "ink_man", "painted_woman")
_LINED = frozenset(NAMES) - {"flat_woman"}  # the others have no outlines
_UNITS = ({"AU12": 3.0}, {"AU26": 3.0}, {"AU43": 3.0}, {"AU01": 3.0})
_DOT = 0.014  # IOD, standard deviation of a dot
_SEEN = 0.5  # share of a dot that must be left for its place to count: lids cover pupils
_APART = 8.0  # standard deviations between dots of one colour
_WIDEST = 0.06  # IOD, of a line
_SIDE = 0.4  # IOD past the midline, beyond which a one-sided edit changes nothing ...
_SIDE_LEVELS = 8  # ... by more than this, of 255


@dataclass(frozen=True)
class _Drawing:
    """A drawing in front of the bench.

    Attributes:
        name: of its files.
        image: RGB.
        points: placed on it.
        face: as understood.
        canvas: ready for edits.
    """

    name: str
    image: Image
    points: Points
    face: Portrait
    canvas: Canvas


@dataclass(frozen=True)
class _Found:
    """Figures of one drawing."""

    misses: tuple[float, ...]
    folds: int
    widths: tuple[float, ...]
    lost: tuple[float, ...]
    still: bool
    outside: bool
    one_sided: bool


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures of drawings.

    Args:
        data: folder with ``drawings/``; without it mien's own drawings are measured alone.
        progress: told about each drawing.
        jobs: how many processes share the drawings.
    """
    names = [*NAMES, *(n for n in _FROM_DATA if _picture(data, n).is_file())]
    found = []
    for one in each(partial(_measured, data), names, jobs):
        found.append(one)
        progress("drawings", len(found), len(names))
    return Result(tuple(_rows(names, found)))


def _picture(data: Path, name: str) -> Path:
    return data / "drawings" / f"{name}.png"


def _drawing(data: Path, name: str) -> _Drawing:
    with as_file(files("mien.bench") / "drawings") as own:
        path = own / f"{name}.png" if name in NAMES else _picture(data, name)
        image, points = load_image(path).pixels, load_points(own / f"{name}.json")
    mesh = placed(points, (image.shape[1], image.shape[0]))
    face = drawn_portrait(mesh)
    canvas = prepare(image, mesh.points, flat=is_flat(image, mesh.points))
    return _Drawing(name, image, points, face, canvas)


def _measured(data: Path, name: str) -> _Found:
    drawing = _drawing(data, name)
    canvas, before = drawing.canvas, drawing.face.landmarks.points
    wishes = [{n: 1.0} for n in recipes() if n != "neutral"] + list(_UNITS)
    misses: list[float] = []
    widths: list[float] = []
    lost: list[float] = []
    folds, outside = 0, True
    area = canvas.mask > 0.5
    colours = palette(drawing.image, area)
    flat = flat_share(drawing.image, area, colours) if canvas.ink is not None else 0.0
    for wish in wishes:
        to = _moved(drawing, wish)
        edited, mask = paint(canvas, to)
        folds += folded(before, to)
        outside &= bool((edited == drawing.image)[mask == 0].all())
        misses += _misses(drawing, to, edited)
        if canvas.ink is not None:
            new = np.array([canvas.ink.cavity, canvas.ink.tongue, canvas.ink.line])
            known = np.concatenate([colours, np.rint(new).astype(np.int16)])
            lost.append(flat - flat_share(edited, area, known))
        if canvas.ink is not None and name in _LINED:
            widest = _WIDEST * canvas.iod
            after, was = (
                line_width(each, area, canvas.ink.line, widest) for each in (edited, drawing.image)
            )
            widths.append(after / was)
    still, _ = paint(canvas, _moved(drawing, {"happy": 0.0}))
    return _Found(
        tuple(misses),
        folds,
        tuple(widths),
        tuple(lost),
        bool(np.array_equal(still, drawing.image)),
        outside,
        _one_sided(drawing),
    )


def _moved(drawing: _Drawing, wish: Mapping[str, float]) -> Array:
    return moved(drawing.face.subject, target(drawing.face.aus, parse_wish(wish)))


def _misses(drawing: _Drawing, to: Array, edited: Image) -> list[float]:
    """How far dots on the placed points end from where those should, IOD."""
    iod, before = drawing.canvas.iod, drawing.face.landmarks.points
    size = _DOT * iod
    missed = []
    for dots in _rounds(_places(drawing), _APART * size):
        marked = drawing.image.astype(np.float32)
        signs = []
        for channel, (_, place) in dots:
            window = _window(marked.shape, place, 4 * size)
            dot = np.exp(-((_distances(window, place) / size) ** 2) / 2)
            x, y = np.clip(np.rint(place).astype(int), 0, np.array(marked.shape[1::-1]) - 1)
            sign = -1.0 if marked[y, x, channel] > 127 else 1.0
            marked[(*window, channel)] += 100 * sign * dot
            signs.append(sign)
        picture = np.clip(marked, 0, 255).astype(np.uint8)
        seen, _ = paint(replace(drawing.canvas, image=picture), to)
        was = picture.astype(np.float32) - drawing.image
        now = seen.astype(np.float32) - edited
        for (channel, (vertices, place)), sign in zip(dots, signs, strict=True):
            step = (to - before)[list(vertices), :2].mean(axis=0)
            start, full = _centre(sign * was[..., channel], place, 4 * size)
            end, left = _centre(sign * now[..., channel], place + step, 4 * size)
            if left > _SEEN * full > 0:
                missed.append(float(np.linalg.norm(end - start - step)) / iod)
    return missed


def _places(drawing: _Drawing) -> list[tuple[tuple[int, ...], Array]]:
    """Mesh points of each placed point, and where its dot goes: off the slits, on the skin."""
    points, iod = drawing.points, drawing.canvas.iod
    mesh = drawing.face.landmarks.xy
    mouth = (np.array(points["mouth_left"]) + points["mouth_right"]) / 2
    found = []
    for name, place in points.items():
        vertices = MESH_POINTS[name]
        if name == "mouth_middle":
            continue  # a slit runs through it
        if name in ("lip_top", "lip_bottom"):
            inner = 13 if name == "lip_top" else 14
            near = min((vertices[0], inner), key=lambda i: np.hypot(*(mesh[i] - place)))
            vertices = (near,)
        away = np.zeros(2)
        if "eye" in name:
            side = name.split("_", maxsplit=1)[0]
            corners = [np.array(points[f"{side}_eye_{end}"]) for end in ("outer", "inner")]
            away = np.array(place) - np.mean(corners, axis=0)
        elif name.startswith(("lip", "opening", "mouth")):
            away = np.array(place) - mouth
            if np.hypot(*away) < 0.1 * iod:
                away = np.array([0.0, 1.0 if name.endswith("bottom") else -1.0])
        off = 1.8 * _DOT * iod * away / (np.hypot(*away) + 1e-9)
        found.append((vertices, np.array(place) + off))
    return found


def _rounds(
    places: list[tuple[tuple[int, ...], Array]], apart: float
) -> Iterator[list[tuple[int, tuple[tuple[int, ...], Array]]]]:
    """Dots to be painted at once, each in a colour channel: those of one channel lie apart."""
    rest = places
    while rest:
        chosen: list[tuple[int, tuple[tuple[int, ...], Array]]] = []
        later = []
        for one in rest:
            free = [
                channel
                for channel in range(3)
                if all(np.hypot(*(one[1] - o[1])) > apart for c, o in chosen if c == channel)
            ]
            if free:
                chosen.append((free[0], one))
            else:
                later.append(one)
        yield chosen
        rest = later


def _window(shape: tuple[int, ...], place: Array, reach: float) -> tuple[slice, slice]:
    """Rows and columns round a place, inside the picture."""
    low = np.clip(np.floor(place - reach).astype(int), 0, None)
    high = np.clip(np.ceil(place + reach).astype(int) + 1, 1, shape[1::-1])
    low = np.minimum(low, high - 1)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _distances(window: tuple[slice, slice], place: Array) -> Array:
    y, x = np.mgrid[window]
    return np.asarray(np.hypot(x - place[0], y - place[1]))


def _centre(change: NDArray[np.float32], place: Array, reach: float) -> tuple[Array, float]:
    """Centre of mass of what has changed near a place, px, and the mass."""
    window = _window(change.shape, place, reach)
    y, x = np.mgrid[window]
    near = np.clip(change[window] - 4, 0, None)
    mass = np.where(_distances(window, place) < reach, near, 0)
    total = float(mass.sum())
    if total == 0:
        return place, 0.0
    return np.array([(mass * x).sum(), (mass * y).sum()]) / total, total


def _one_sided(drawing: _Drawing) -> bool:
    """Whether a left-sided smile leaves the right side of the face alone."""
    edited, _ = paint(drawing.canvas, _moved(drawing, {"AU12L": 4.0}))
    y, x = np.mgrid[: edited.shape[0], : edited.shape[1]]
    head = drawing.face.view.rotation[:2, 0] * [1.0, -1.0]
    across = (x - drawing.face.view.pose.x) * head[0] + (y - drawing.face.view.pose.y) * head[1]
    off = np.abs(edited.astype(np.int16) - drawing.image).max(axis=2)
    changed = off > _SIDE_LEVELS
    return not bool(changed[across < -_SIDE * drawing.canvas.iod].any())


def _rows(names: list[str], found: list[_Found]) -> list[Row]:
    misses = np.concatenate([one.misses for one in found])
    widths = np.concatenate([one.widths for one in found])
    lost = np.concatenate([one.lost for one in found])
    n = len(found)
    edits = f"{len(names) * (len(recipes()) - 1 + len(_UNITS))} edits of {n} drawings"
    points = f"{len(misses)} points, {n} drawings"
    median, high = float(np.median(misses)), float(np.percentile(misses, 95))
    middle, worst = float(np.median(widths)), np.percentile(widths, [2.5, 97.5])
    worst_lost = float(np.percentile(lost, 95))
    spread = f"95 % in {worst[0]:.2f} to {worst[1]:.2f}"
    folds = sum(one.folds for one in found)
    miss = "placed points off from where the action units take them, IOD"
    width = "width of lines, after against before"
    return [
        Row(f"{miss}, median", "≤ 0.03", f"{median:.4f}", points, "", median <= 0.03),
        Row(f"{miss}, 95th percentile", "≤ 0.03", f"{high:.4f}", points, "", high <= 0.03),
        Row("triangles that fold", "0", f"{folds}", edits, "", folds == 0),
        Row(
            width,
            "0.85 to 1.15",
            f"{middle:.3f}",
            f"{len(widths)} edits",
            spread,
            bool(worst[0] >= 0.85 and worst[1] <= 1.15),
        ),
        Row(
            "area of flat colours lost, 95th percentile of edits",
            "≤ 0.01",
            f"{worst_lost:.4f}",
            f"{len(lost)} edits",
            "",
            worst_lost <= 0.01,
        ),
        counted("zero edit returns the drawing", sum(o.still for o in found), n, n, "drawings"),
        counted("nothing changed outside", sum(o.outside for o in found), n, n, "drawings"),
        counted(
            "AU12L = 4 leaves the right side", sum(o.one_sided for o in found), n, n, "drawings"
        ),
    ]
