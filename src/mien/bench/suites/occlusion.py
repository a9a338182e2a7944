"""Does what covers a face stay where it is, and does the face behind it still move?

Truth is drawn: the same person bare and with a thing on. The bare photo is edited and the thing
drawn onto the result: so the edited photo with the thing should look.
"""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.topology import OVAL
from mien.bench.people import Person, each, people, pixels
from mien.bench.props import GLASSES, put_earrings, put_fringe, put_glasses
from mien.bench.result import Result, Row, at_least, at_most, shown
from mien.core.expression import parse_wish, target
from mien.core.recipe import recipes
from mien.core.seams import Progress, silent
from mien.edit.mesh import paint, prepare
from mien.edit.points import moved
from mien.edit.portrait import Portrait, faces_of, neutral_model, portrait
from mien.judge.blendshapes import Blendshapes
from mien.landmark.cover.occlusion import occluders
from mien.landmark.detect import detect
from mien.media.video import frames

Image = NDArray[np.uint8]
Mask = NDArray[np.float32]
Points = NDArray[np.float64]

THINGS = (*GLASSES, "fringe", "earrings")
_FOREHEAD = (105, 69, 108, 151, 337, 299, 334, 296, 336, 9, 107, 66)
_EVERY = 2  # each second person
_JUDGED = {"happy": "mouthSmile", "surprised": "jawOpen"}
_CLIP = "WolfgangLanger_Pexels.mp4"
# Outlines of the hand in frames of the clip, px, traced by eye.
_HANDS = {
    112: (316, 360, 315, 332, 330, 302, 343, 263, 363, 241, 396, 200, 409, 178, 422, 174, 431, 184,
    437, 198, 429, 225, 409, 274, 404, 296, 396, 324, 404, 315, 426, 291, 440, 261, 453, 248, 459,
    255, 451, 280, 437, 307, 429, 335, 418, 360),
    168: (300, 360, 300, 320, 314, 271, 330, 216, 338, 202, 346, 206, 347, 219, 360, 194, 369, 184,
    378, 187, 382, 200, 391, 198, 400, 206, 400, 224, 391, 266, 381, 309, 377, 342, 385, 309, 402,
    285, 426, 257, 438, 257, 437, 268, 424, 298, 407, 331, 401, 360),
    216: (305, 360, 310, 315, 324, 265, 346, 208, 360, 201, 365, 208, 360, 233, 379, 200, 387, 187,
    398, 191, 401, 204, 409, 204, 420, 211, 420, 227, 407, 276, 396, 331, 420, 301, 451, 279, 463,
    273, 468, 282, 456, 301, 437, 329, 423, 360),
}  # fmt: skip


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures of the occlusion mask and of what is held.

    Args:
        data: folder with ``london/`` and ``clips/`` and, beside it, ``models/``; see docs/bench.md.
        progress: told about each person.
        jobs: how many processes share the people.
    """
    chosen = list(enumerate(people(data)[::_EVERY]))
    found: dict[str, list[float]] = {}
    for done, figures in enumerate(each(partial(_person, data), chosen, jobs)):
        for name, value in figures.items():
            found.setdefault(name, []).append(value)
        progress("occlusion", done + 1, len(chosen))
    return Result((*_mask_rows(found, data), *_held_rows(found)))


def put(image: Image, points: Points, thing: str, seed: int) -> tuple[Image, Mask]:
    """A photo with one of :data:`THINGS` on; see :mod:`mien.bench.props`."""
    if thing == "fringe":
        return put_fringe(image, points, seed)
    return (
        put_earrings(image, points)
        if thing == "earrings"
        else put_glasses(image, points, GLASSES[thing])
    )


@cache
def _judge(data: Path) -> Blendshapes:
    return Blendshapes(data.parent / "models")


def _person(data: Path, one: tuple[int, Person]) -> dict[str, float]:
    """Every figure of one person; the number chooses what they wear."""
    number, person = one
    judge = _judge(data)
    image, smile = pixels(person.neutral), pixels(person.smiling)
    face = portrait(faces_of(image, person.name)[0], neutral_model(image))
    points = face.landmarks.points
    bare = occluders(image, points)
    figures = {
        "bare": _false_share(bare, points),
        "bare smiling": _false_share(*_of_photo(smile)),
        "bare forehead": 100 * float((bare[_forehead(points, bare.shape)] > 0.5).mean()),
    }
    for thing in THINGS:
        covered, cover = put(image, points, thing, number)
        truth, seen = (
            (cover > 0.5) & (bare < 0.5),
            (occluders(covered, points) > 0.5) & (bare < 0.5),
        )
        if truth.sum() > 50:
            figures[f"recall {thing}"] = float((truth & seen).sum() / truth.sum())
            figures[f"overlap {thing}"] = float((truth & seen).sum() / (truth | seen).sum())
    glasses = list(GLASSES)[number % len(GLASSES)]
    for thing in (glasses, "fringe"):
        figures |= _edits(_Scene(image, face, thing, number), judge)
    return figures


def _of_photo(image: Image) -> tuple[Mask, Points]:
    points = detect(image)[0].points
    return occluders(image, points), points


def _inside(points: Points, shape: tuple[int, ...], margin: float) -> NDArray[np.bool_]:
    """The face's oval below its brows, a margin (IOD) away from its border."""
    area = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(points[list(OVAL), :2]).astype(np.int32)], (1,))
    area[: int(points[[105, 334], 1].mean())] = 0
    iod = float(np.linalg.norm(points[468, :2] - points[473, :2]))
    return np.asarray(cv2.distanceTransform(area, cv2.DIST_L2, 3) > margin * iod)


def _forehead(points: Points, shape: tuple[int, ...]) -> Mask:
    """The forehead over the brows, far below anybody's hair."""
    area = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(points[list(_FOREHEAD), :2]).astype(np.int32)], (1,))
    return np.asarray(area > 0)


def _false_share(found: Mask, points: Points) -> float:
    """Per cent of a bare face below the brows that is taken for something else."""
    return 100 * float((found[_inside(points, found.shape, 0.05)] > 0.5).mean())


@dataclass(frozen=True)
class _Scene:
    """A person with a thing on."""

    image: Image
    face: Portrait
    thing: str
    seed: int


def _edits(scene: _Scene, judge: Blendshapes) -> dict[str, float]:
    """The twelve expressions with a thing on, against the same edits of the bare face."""
    points = scene.face.landmarks.points
    covered, cover = put(scene.image, points, scene.thing, scene.seed)
    mask = occluders(covered, points)
    bare, held, free = (
        prepare(scene.image, points, held=occluders(scene.image, points)),
        prepare(covered, points, held=mask),
        prepare(covered, points),
    )
    inside = _inside(points, cover.shape, 0.0) & (cover == 0)
    added = covered.astype(np.int16) - scene.image  # beside the thing: its shadow
    same, motion, error, plain = [], [], [], []
    rises = {}
    for name in (name for name in recipes() if name != "neutral"):
        goal = moved(scene.face.subject, target(scene.face.aus, parse_wish({name: 1.0})))
        ideal = paint(bare, goal)[0]
        edited, without = paint(held, goal)[0], paint(free, goal)[0]
        if name in _JUDGED and scene.thing != "sunglasses":
            rises[name] = (_score(judge, edited, name) - _score(judge, covered, name)) / max(
                _score(judge, ideal, name) - _score(judge, scene.image, name), 0.05
            )
        expected = np.clip(ideal + added, 0, 255)
        same.append(float((edited == covered).all(axis=-1)[cover > 0.5].mean()))
        motion.append(_motion(covered, edited, cover))
        error.append(_off(edited[inside], expected[inside]))
        plain.append(_off(without[inside], expected[inside]))
    kind = "fringe" if scene.thing == "fringe" else "glasses"
    return {
        f"same {kind}": 100 * float(np.mean(same)),
        f"motion {kind}": max(motion),
        f"error {kind}": float(np.mean(error)),
        f"plain {kind}": float(np.mean(plain)),
        **{f"rise {name} {kind}": value for name, value in rises.items()},
    }


def _off(seen: Image, expected: NDArray[np.int16]) -> float:
    """Per cent of pixels, shape (n, 3), off by more than 40 levels: bent frames, second copies."""
    return 100 * float((np.abs(seen - expected) > 40).any(axis=-1).mean())


def _score(judge: Blendshapes, image: Image, name: str) -> float:
    scores = judge.scores(image)
    return float(np.mean([value for key, value in scores.items() if key.startswith(_JUDGED[name])]))


def _motion(before: Image, after: Image, cover: Mask, count: int = 24) -> float:
    """How far a thing has moved, px: 24 patches of it matched within 6 px, their 90th centile."""
    solid = (cover > 0.5).astype(np.uint8)
    rows_, columns = np.nonzero(solid)
    far = []
    for pick in np.linspace(0, len(rows_) - 1, count).astype(int):
        y, x = int(rows_[pick]), int(columns[pick])
        if not (24 < y < len(solid) - 24 and 24 < x < solid.shape[1] - 24):
            continue
        inner, outer = (np.s_[y - n : y + n + 1, x - n : x + n + 1] for n in (14, 20))
        weight = np.repeat(solid[inner][..., None], 3, axis=2).astype(np.float32)
        seen = cv2.matchTemplate(
            after[outer].astype(np.float32),
            before[inner].astype(np.float32),
            cv2.TM_SQDIFF,
            mask=weight,
        )
        best = np.array(np.unravel_index(int(seen.argmin()), seen.shape))
        far.append(float(np.linalg.norm(best - 6)) if seen[6, 6] > seen.min() + 1 else 0.0)
    return float(np.quantile(far, 0.9)) if far else 0.0


def _hands_found(data: Path) -> tuple[list[float], list[float]]:
    """Share found of the hands traced in the clip, and intersection over union near them."""
    found, overlaps = [], []
    for number, frame in enumerate(frames(data / "clips" / _CLIP)):
        if number not in _HANDS:
            continue
        points = detect(frame.pixels)[0].points
        truth = np.zeros(frame.pixels.shape[:2], np.uint8)
        cv2.fillPoly(truth, [np.array(_HANDS[number], np.int32).reshape(-1, 2)], (1,))
        inside = _inside(points, truth.shape, 0.05)
        near = cv2.dilate(truth, np.ones((31, 31), np.uint8)) > 0
        hand = (truth > 0) & inside
        seen = (occluders(frame.pixels, points) > 0.5) & inside & near
        found.append(float((hand & seen).sum() / hand.sum()))
        overlaps.append(float((hand & seen).sum() / (hand | seen).sum()))
    return found, overlaps


def _mask_rows(found: dict[str, list[float]], data: Path) -> list[Row]:
    bare = "bare face below the brows taken for something else, per cent"
    listed = [
        at_most(f"{bare}, neutral", 0.5, found["bare"]),
        at_most(f"{bare}, smiling", 0.5, found["bare smiling"]),
        at_most(
            "bare forehead over the brows taken for something else, per cent",
            0.5,
            found["bare forehead"],
        ),
    ]
    for thing in THINGS:
        listed.append(at_least(f"{thing}: share found", 0.9, found[f"recall {thing}"]))
        listed.append(shown(f"{thing}: intersection over union", found[f"overlap {thing}"]))
    hands, overlaps = _hands_found(data)
    listed.append(at_least("hand, traced: share found", 0.9, hands, "frames"))
    return [*listed, shown("hand, traced: intersection over union", overlaps, "frames")]


def _held_rows(found: dict[str, list[float]]) -> list[Row]:
    listed = []
    for kind in ("glasses", "fringe"):
        listed += [
            at_least(
                f"{kind}: pixels unchanged, per cent, 12 expressions", 95, found[f"same {kind}"]
            ),
            at_most(f"{kind}: motion in 12 expressions, px", 0.3, found[f"motion {kind}"]),
            shown(
                f"{kind}: pixels beside it off by more than 40 levels, per cent",
                found[f"error {kind}"],
            ),
            shown(f"{kind}: the same when nothing is held", found[f"plain {kind}"]),
        ]
        for name, score in _JUDGED.items():
            figure = f"{kind}: rise of {score} when {name}, share of the bare face's"
            listed.append(at_least(figure, 0.8, found[f"rise {name} {kind}"]))
    return listed
