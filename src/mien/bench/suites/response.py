"""Does the editor do what it is asked, and nothing else? Independent judges say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy import topology
from mien.anatomy.head import brought_over
from mien.anatomy.inverse import invert
from mien.anatomy.model import displacement
from mien.anatomy.topology import N_SKIN
from mien.anatomy.unfold import unfolded
from mien.bench.people import Person, each, people, pixels
from mien.bench.result import Result, Row, at_least, counted, shown
from mien.core import facs
from mien.core.expression import MAX_STRENGTH, Wish, target
from mien.core.recipe import recipes
from mien.core.seams import Progress, silent
from mien.edit.mesh import Canvas, folded, paint, prepare
from mien.edit.points import moved
from mien.edit.portrait import Portrait, faces_of, neutral_model, portrait
from mien.flows.edit import ask, edited
from mien.flows.sitters import sitting
from mien.judge.blendshapes import Blendshapes
from mien.judge.identity import Identity
from mien.landmark.cover.occlusion import occluders
from mien.landmark.detect import detect, refine

Image = NDArray[np.uint8]

# Units moved together, what the judge calls it, floor of the correlation, floor of the effect at 5.
_JUDGED = (
    ("AU01+02", ("AU01", "AU02"), ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"), 0.95,
    None), ("AU04", ("AU04",), ("browDownLeft", "browDownRight"), 0.95, 0.4), ("AU12", ("AU12",),
    ("mouthSmileLeft", "mouthSmileRight"), 0.95, 0.6), ("AU18", ("AU18",), ("mouthPucker",), 0.95,
    None), ("AU43", ("AU43",), ("eyeBlinkLeft", "eyeBlinkRight"), 0.95, None), ("AU26", ("AU26",),
    ("jawOpen",), 0.90, 0.3),
)  # fmt: skip
_SIDED = (
    ("AU12", "mouthSmile"),
    ("AU04", "browDown"),
    ("AU43", "eyeBlink"),
)
_STEPS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
_STRENGTHS = (0.5, 1.0, MAX_STRENGTH)
_AXES = ("yaw", "pitch", "roll")
_JAW = 0.3  # rise of the judge's jawOpen at which identity is compared
_SMILES_FROM = 0.2  # rise of the judge's mouthSmile


@dataclass(frozen=True)
class _Sitter:
    """A person in front of the bench: photo, face, canvas, judges."""

    person: Person
    image: Image
    face: Portrait
    canvas: Canvas
    judge: Blendshapes
    identity: Identity

    @cached_property
    def wide_canvas(self) -> Canvas:
        """Made ready for turns of the head."""
        return prepare(self.image, self.face.landmarks.points, wide=True)

    def shows(self, aus: Mapping[str, float]) -> Image:
        """The photo with these action units set on the face as it is."""
        wanted = target(self.face.aus, Wish({}, np.zeros(len(facs.COLUMNS))), aus)
        return self.drawn(wanted)

    def drawn(self, wanted: NDArray[np.float64], turn: Sequence[float] = (0.0, 0.0, 0.0)) -> Image:
        """The photo with these intensities, shape (len(COLUMNS),), and the head turned."""
        canvas = self.wide_canvas if any(turn) else self.canvas
        change = wanted - facs.resolve(self.face.aus)
        return paint(canvas, moved(self.face.subject, wanted, turn), change)[0]

    def score(self, image: Image, names: tuple[str, ...]) -> float:
        """Mean of some scores of the judge."""
        scores = self.judge.scores(image)
        return float(np.mean([scores[name] for name in names]))


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures of the editor.

    Args:
        data: folder with ``london/`` and, beside it, ``models/``; see docs/bench.md.
        progress: told about each person.
        jobs: how many processes share the people.
    """
    everyone = people(data)
    findings = []
    for found in each(partial(_judged, data), everyone, jobs):
        findings.append(found)
        progress("people", len(findings), len(everyone))
    return Result(tuple(_rows(findings)))


_judges: dict[Path, tuple[Blendshapes, Identity]] = {}


def _judged(data: Path, person: Person) -> dict[str, float]:
    """Every figure of one person."""
    if data not in _judges:
        _judges[data] = Blendshapes(data.parent / "models"), Identity(data.parent / "models")
    image = pixels(person.neutral)
    face = portrait(faces_of(image, person.name)[0], neutral_model(image))
    points = face.landmarks.points
    canvas = prepare(image, points, held=occluders(image, points))
    sitter = _Sitter(person, image, face, canvas, *_judges[data])
    figures = {**_response(sitter), **_sides(sitter), **_smile(sitter), **_promises(sitter)}
    return {**figures, **_jaw(sitter), **_turns(sitter)}


def _response(sitter: _Sitter) -> dict[str, float]:
    """How the judge's scores follow the intensity."""
    figures = {}
    for name, units, scores, _, _ in _JUDGED:
        heard = [sitter.score(sitter.shows(dict.fromkeys(units, step)), scores) for step in _STEPS]
        figures[f"r {name}"] = float(np.corrcoef(_STEPS, heard)[0, 1]) if np.ptp(heard) else 0.0
        figures[f"effect {name}"] = heard[-1] - heard[0]
    return figures


def _jaw(sitter: _Sitter) -> dict[str, float]:
    """Lips parted and jaw dropped until the judge sees it as far as asked: who is it then?"""
    steps = np.linspace(0.0, 5.0, 6)
    heard = [
        sitter.score(sitter.shows({"AU26": step, "AU25": step}), ("jawOpen",)) for step in steps
    ]
    matched = float(np.interp(_JAW, np.maximum.accumulate(heard), steps))
    opened = sitter.shows({"AU26": matched, "AU25": matched})
    me = sitter.identity.embed(sitter.image, sitter.face.landmarks)
    after = refine(opened, sitter.face.landmarks.points) or sitter.face.landmarks
    return {"jaw": heard[-1], "jaw identity": float(me @ sitter.identity.embed(opened, after))}


def _turns(sitter: _Sitter) -> dict[str, float]:
    """How far the head is read to have turned, per degree asked."""
    figures = {}
    now, pose = facs.resolve(sitter.face.aus), sitter.face.view.pose
    for axis, name in enumerate(_AXES):
        read = []
        for angle in (-10.0, 10.0):
            turn = [0.0, 0.0, 0.0]
            turn[axis] = angle
            seen = refine(sitter.drawn(now, turn), sitter.face.landmarks.points)
            assert seen is not None
            after = invert(sitter.face.prepared, seen.points, steps=2).view.pose
            read.append((getattr(after, name) - getattr(pose, name)) / angle)
        figures[name] = float(np.mean(read))
    return figures


def _sides(sitter: _Sitter) -> dict[str, float]:
    """A one-sided edit against one half of a two-sided edit beside an untouched half.

    Whatever the judge makes of the other side then counts on both. The larger of the differences
    on the two sides, as a share of what the two-sided edit does to the active side.
    """
    figures = {}
    column = int(sitter.face.view.origin[0])
    for unit, score in _SIDED:
        both, one = sitter.shows({unit: 5.0}), sitter.shows({f"{unit}L": 5.0})
        composite = sitter.image.copy()
        composite[:, column:] = both[:, column:]
        heard = [sitter.judge.scores(each) for each in (sitter.image, both, composite, one)]
        left, right = ([scores[f"{score}{side}"] for scores in heard] for side in ("Left", "Right"))
        rise = max(left[1] - left[0], 0.05)
        figures[f"side {unit}"] = max(abs(left[3] - left[2]), abs(right[3] - right[2])) / rise
    return figures


def _smile(sitter: _Sitter) -> dict[str, float]:
    """The person's own smile: is it reached, and is the person still the same?"""
    smile = pixels(sitter.person.smiling)
    smile_face = detect(smile)[0]
    names = ("mouthSmileLeft", "mouthSmileRight")
    real_effect = sitter.score(smile, names)
    steps = np.linspace(0.0, 5.0, 6)
    heard = [sitter.score(sitter.shows({"AU12": step, "AU06": step / 2}), names) for step in steps]
    matched = float(np.interp(real_effect, np.maximum.accumulate(heard), steps))
    smiled = sitter.shows({"AU12": matched, "AU06": matched / 2})
    me = sitter.identity.embed(sitter.image, sitter.face.landmarks)
    real = float(me @ sitter.identity.embed(smile, smile_face))
    after = refine(smiled, sitter.face.landmarks.points)
    kept = float(me @ sitter.identity.embed(smiled, after or sitter.face.landmarks))

    found = invert(sitter.face.prepared, smile_face.points, steps=2)
    before = sitter.face.landmarks.points
    goal = brought_over(smile_face.points, smile_face.points, before)
    posed = found.view.to_picture(
        sitter.face.model.neutral + displacement(sitter.face.model, found.aus)
    )
    turned = brought_over(posed, smile_face.points, before)
    return {
        "rise": real_effect - heard[0],
        "identity": kept - real,
        "identity kept": kept,
        "identity real": real,
        "own smile": _approach(sitter, moved(sitter.face.subject, found.aus), goal, free=True),
        "true warp": _approach(sitter, goal, goal, free=True),
        "own smile turned": _approach(sitter, turned, goal, free=False),
        "true warp turned": _approach(sitter, goal, goal, free=False),
    }


def _approach(
    sitter: _Sitter, to: NDArray[np.float64], goal: NDArray[np.float64], *, free: bool
) -> float:
    """By what share a warp to some points brings the landmarks nearer to the goal, RMS.

    Args:
        sitter: the person.
        to: where the points are moved, shape (478, 2 or 3), px.
        goal: where the landmarks should come to lie, shape (478, 2), px.
        free: leave out of both distances what a turn of the head would do (depth into x and y).
    """
    before = sitter.face.landmarks
    after = refine(paint(sitter.canvas, unfolded(before.xy, to[:, :2]))[0], before.points)
    if after is None:
        return 0.0
    left, whole = (after.xy - goal)[:N_SKIN], (before.xy - goal)[:N_SKIN]
    if free:
        left, whole = _without_turn(left, before.points), _without_turn(whole, before.points)
    return 1.0 - float(np.linalg.norm(left) / np.linalg.norm(whole))


def _without_turn(change: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Differences in x and y, shape (468, 2), px, without their part along the depth."""
    depth = points[:N_SKIN, 2] - points[list(topology.STILL), 2].mean()
    return np.asarray(change - np.outer(depth, depth @ change) / (depth @ depth))


def _promises(sitter: _Sitter) -> dict[str, float]:
    """Zero edits, pixels outside the mask, folds."""
    smile = pixels(sitter.person.smiling)
    zero = all(
        np.array_equal(edited(sitting(image, sitter.person.name), ask({})).image, image)
        for image in (sitter.image, smile)
    )
    outside, folds = 0, 0
    for recipe in recipes().values():
        for strength in _STRENGTHS:
            wanted = target(sitter.face.aus, Wish({recipe: strength}, np.zeros(len(facs.COLUMNS))))
            points = moved(sitter.face.subject, wanted)
            folds += folded(sitter.face.landmarks.points, points)
        drawn, mask = paint(sitter.canvas, points, wanted - facs.resolve(sitter.face.aus))
        outside += int((drawn != sitter.image)[mask == 0].sum())
    return {"zero": float(zero), "outside": float(outside), "folds": float(folds)}


def _rows(findings: list[dict[str, float]]) -> list[Row]:
    def of(name: str) -> list[float]:
        return [found[name] for found in findings]

    rows = []
    for name, _, scores, floor, effect in _JUDGED:
        what = scores[0].removesuffix("Left").replace("browInnerUp", "browInnerUp, browOuterUp")
        rows.append(
            at_least(
                f"Pearson r of {name} = 0 to 5 with the judge's {what}", floor, of(f"r {name}")
            )
        )
        figure = f"rise of {what} at {name} = 5"
        values = of(f"effect {name}")
        rows.append(shown(figure, values) if effect is None else at_least(figure, effect, values))
    for unit, score in _SIDED:
        figure = f"{unit}L = 5 against half and half, {score} off by, share of the two-sided rise"
        rows.append(shown(figure, of(f"side {unit}")))
    n = len(findings)
    return [
        *rows,
        at_least(
            "identity at matched smile, cosine minus that of the real smile",
            -0.02,
            [f["identity"] for f in findings if f["rise"] >= _SMILES_FROM],
            "smiles",
        ),
        shown("identity, cosine of the edited smile", of("identity kept")),
        shown("identity, cosine of the real smile", of("identity real")),
        at_least(
            "own smile from its AUs, landmark distance removed, head turn left out of account",
            0.65,
            of("own smile"),
        ),
        shown("the same by the true displacement", of("true warp")),
        shown("own smile from its AUs and its head turn", of("own smile turned")),
        shown("the same by the true displacement", of("true warp turned")),
        at_least("rise of jawOpen at AU25 = AU26 = 5, lips closed before", 0.3, of("jaw")),
        shown("identity at jawOpen = 0.3, cosine", of("jaw identity")),
        *(shown(f"{axis} read per degree asked, at ±10°", of(axis)) for axis in _AXES),
        counted(
            "zero edit returns the input, neutral and smiling, the face at rest not known",
            int(sum(of("zero"))),
            n,
            n,
        ),
        counted("nothing changed outside the mask", sum(v == 0 for v in of("outside")), n, n),
        counted(
            f"no folded triangle up to strength {MAX_STRENGTH}",
            sum(v == 0 for v in of("folds")),
            n,
            n,
        ),
    ]
