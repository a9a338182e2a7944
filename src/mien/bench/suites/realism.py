"""Does an edited picture look like the real one? Neutral photos turned into their own smiles.

So that only the making of the picture is judged, and not which action units were read, faces are
moved to where the smile's landmarks are. Then parts of the editor are left out, one by one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology as topo
from mien.anatomy.head import brought_over
from mien.anatomy.inverse import invert
from mien.anatomy.unfold import unfolded
from mien.bench.people import Person, each, people, pixels
from mien.bench.pictures import grain, nlpd, shrunk, ssim
from mien.bench.result import Result, Row, at_least, at_most, shown
from mien.core import facs
from mien.core.expression import parse_wish, target
from mien.core.recipe import recipes
from mien.core.seams import Progress, silent
from mien.edit.mesh import Canvas, paint, prepare
from mien.edit.mesh.slit import MOUTH, SLITS, Slit
from mien.edit.points import moved
from mien.edit.portrait import Portrait, faces_of, neutral_model, portrait

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_WHOLE = frozenset(SLITS)
_EDGE = -0.08  # IOD: how far outside its contour an area goes; hair and background are no skin
_LIPS, _LASHES = 0.04, 0.06  # IOD, the same round lips and eyes
_CHANGED = 3  # grey levels by which a pixel has been edited
_AROUND = 0.04  # IOD round such pixels
_TEETH = 0.06  # IOD; lips further apart show what the mouth code makes
_LIDS = 0.12  # share of its opening by which an eye has narrowed where the lid code shows


@dataclass(frozen=True)
class _Pair:
    """One photo that shall become another of the same person.

    Attributes:
        canvas: of the one.
        goal: where the landmarks of the other lie on it, shape (478, 2), px.
        other: the other photo, brought onto the one.
        change: of the action units from one to the other, shape (len(COLUMNS),).
        iod: px.
    """

    canvas: Canvas
    goal: NDArray[np.float64]
    other: Image
    change: NDArray[np.float64]
    iod: float

    def made(self, *, shaded: bool, layers: Collection[Slit]) -> Image:
        """The edit."""
        return paint(self.canvas, self.goal, self.change if shaded else None, layers)[0]

    def apart(self, made: Image, area: Mask) -> tuple[float, float]:
        """SSIM and NLPD between an edit and the other photo."""
        seen, real = shrunk(made, self.iod), shrunk(self.other, self.iod)
        where = shrunk(area.astype(np.uint8), self.iod) > 0
        return ssim(seen, real, where), nlpd(seen, real, where)


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures of the picture.

    Args:
        data: folder with ``london/``.
        progress: told about each person.
        jobs: how many processes share the people.
    """
    everyone = people(data)
    found = []
    for figures in each(_judged, everyone, jobs):
        found.append(figures)
        progress("realism", len(found), len(everyone))
    return Result(tuple(_rows(found)))


def _judged(person: Person) -> dict[str, float]:
    """Every figure of one person; those that do not apply are left out."""
    neutral, smile = pixels(person.neutral), pixels(person.smiling)
    face = portrait(faces_of(neutral, person.name)[0], neutral_model(neutral))
    smiling = faces_of(smile, person.name)[0].points
    aus = invert(face.prepared, smiling, steps=2).aus
    change, points = aus - facs.resolve(face.aus), face.landmarks.points
    there = _pair((neutral, points), (smile, smiling), change, face.view.scale)
    back = _pair((smile, smiling), (neutral, points), -change, face.view.scale)
    figures: dict[str, float] = {}
    for name, pair in (("smile", there), ("neutral", back)):
        figures |= _left_out(name, pair)
    return figures | _sharpness(neutral, face, there.canvas)


def _pair(
    one: tuple[Image, NDArray[np.float64]],
    other: tuple[Image, NDArray[np.float64]],
    change: NDArray[np.float64],
    iod: float,
) -> _Pair:
    """Bring the other photo onto the one, by the still points of both faces."""
    (image, points), (picture, there) = one, other
    corners = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0]])
    onto = cv2.getAffineTransform(
        corners.astype(np.float32), brought_over(corners, there, points).astype(np.float32)
    )
    size = image.shape[1::-1]
    seen = cv2.warpAffine(
        picture, onto, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    goal = unfolded(points[:, :2], brought_over(there, there, points))
    return _Pair(prepare(image, points), goal, np.asarray(seen, np.uint8), change, iod)


def _left_out(name: str, pair: _Pair) -> dict[str, float]:
    """What each part of the editor adds, where it has something to do."""
    figures: dict[str, float] = {}
    everything = pair.made(shaded=True, layers=_WHOLE)

    def compare(part: str, area: Mask, *, shaded: bool, layers: Collection[Slit]) -> None:
        whole = pair.apart(everything, area)
        less = pair.apart(pair.made(shaded=shaded, layers=layers), area)
        figures[f"{name} {part} ssim"] = whole[0] - less[0]
        figures[f"{name} {part} nlpd"] = less[1] - whole[1]
        if part == "all":
            figures[f"{name} ssim"], figures[f"{name} nlpd"] = whole

    face = _area(pair, (topo.OVAL,), _EDGE)
    compare("all", face, shaded=False, layers=())
    compare("wrinkles", face, shaded=False, layers=_WHOLE)
    before, after = pair.canvas.source, pair.goal
    if max(_gap(before, 13, 14), _gap(after, 13, 14)) > _TEETH * pair.iod:
        mouth = _area(pair, (topo.MOUTH,), _LIPS)
        compare("mouth", mouth, shaded=True, layers=_WHOLE - {MOUTH})
    was, now = (_gap(p, 159, 145) + _gap(p, 386, 374) for p in (before, after))
    if now < (1 - _LIDS) * was:
        eyes = _area(pair, topo.EYES, _LASHES)
        compare("lids", eyes, shaded=True, layers={MOUTH})
    return figures


def _gap(points: NDArray[np.float64], upper: int, lower: int) -> float:
    return float(np.linalg.norm(points[lower, :2] - points[upper, :2]))


def _area(pair: _Pair, contours: Collection[tuple[int, ...]], beyond: float) -> Mask:
    """Inside of contours of the goal, and so many IOD beyond them."""
    area = np.zeros(pair.other.shape[:2], np.uint8)
    for contour in contours:
        cv2.fillPoly(area, [np.rint(pair.goal[list(contour), :2]).astype(np.int32)], (1,))
    wide = 2 * round(abs(beyond) * pair.iod) + 1
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    grown = cv2.erode(area, shape) if beyond < 0 else cv2.dilate(area, shape)
    return np.asarray(grown > 0)


def _sharpness(image: Image, face: Portrait, canvas: Canvas) -> dict[str, float]:
    """Grain of what was edited over the grain that was there, the least and the most even case."""
    ratios = []
    now = facs.resolve(face.aus)
    for name in (name for name in recipes() if name != "neutral"):
        wanted = target(face.aus, parse_wish({name: 1.0}))
        edited, _ = paint(canvas, moved(face.subject, wanted), wanted - now)
        changed = cv2.absdiff(edited, image).max(axis=2) > _CHANGED
        if changed.any():
            wide = 2 * round(_AROUND * canvas.iod) + 1
            area = cv2.dilate(changed.astype(np.uint8), np.ones((wide, wide), np.uint8)) > 0
            ratios.append(grain(edited, area, canvas.iod) / grain(image, area, canvas.iod))
    return {"softest": min(ratios), "sharpest": max(ratios)}


_PARTS = {
    "all": "all that the editor adds, against the bare warp",
    "wrinkles": "wrinkles and furrows",
    "mouth": "the mouth's inside, inside and round the lips",
    "lids": "lids, round eyes that narrow by an eighth or more",
}


def _rows(findings: list[dict[str, float]]) -> list[Row]:
    def of(name: str) -> list[float]:
        return [found[name] for found in findings if name in found]

    rows = []
    for name, what in (("smile", "neutral to own smile"), ("neutral", "smile to own neutral")):
        rows.append(shown(f"{what}: SSIM with the real photo", of(f"{name} ssim")))
        rows.append(shown(f"{what}: NLPD from the real photo", of(f"{name} nlpd")))
        for part, told in _PARTS.items():
            for metric, kind in (("ssim", "SSIM gained"), ("nlpd", "NLPD saved")):
                values = of(f"{name} {part} {metric}")
                if values:
                    rows.append(at_least(f"{what}: {kind} by {told}", 0.0, values))
    asked = "grain of edited skin over that before, {} of the twelve expressions"
    rows.append(at_least(asked.format("softest"), 0.9, of("softest")))
    rows.append(at_most(asked.format("sharpest"), 1.1, of("sharpest")))
    return rows
