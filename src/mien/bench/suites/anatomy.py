"""Is the face model right, forward and backward?"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import fields_of, table
from mien.anatomy.fit import Shape
from mien.anatomy.head import View, neutral_in_head, rotation_of
from mien.anatomy.inverse import Prepared, invert, prepare
from mien.anatomy.model import FaceModel, displacement, face_model
from mien.anatomy.topology import N_SKIN
from mien.bench.people import Person, people, pixels, sculpted_shapes, smile_pairs
from mien.bench.refit import left_over
from mien.bench.result import Result, Row, counted, interval
from mien.core.facs import COLUMNS, INDEX, MAX_INTENSITY, resolve
from mien.core.seams import Progress, silent
from mien.judge.blendshapes import Blendshapes
from mien.landmark.detect import detect

_CORNER_UNITS = ("AU12", "AU13", "AU14", "AU15", "AU20")
_SMILES_FROM, _NO_SMILE_BELOW = 0.2, 0.05  # rise of the judge's mouthSmile
_STILL_LOOKS = 4  # distorted copies of each photo


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures of the face model.

    Args:
        data: folder with ``london/``, see docs/bench.md.
        progress: told about each step.
        jobs: not used; the suite takes about two minutes.
    """
    del jobs
    everyone = people(data)
    shapes = sculpted_shapes(data)
    rows = [*_smiles(data, shapes, progress), *_cosines(shapes), _lids(shapes["AU43"])]
    heads = []
    for done, person in enumerate(everyone):
        progress("neutral faces", done, len(everyone))
        heads.append(_head(person))
    rows += _readings(data, everyone, heads, progress)
    rows += _still(everyone, heads, progress)
    rows += [_round_trip(heads, yaw, limit) for yaw, limit in ((0.0, 0.15), (30.0, 0.3))]
    return Result(tuple(rows))


def _head(person: Person) -> Prepared:
    mesh, _ = neutral_in_head(detect(pixels(person.neutral))[0].points)
    return prepare(face_model(mesh))


def _smiles(data: Path, shapes: dict[str, Shape], progress: Progress) -> list[Row]:
    """Real smiles explained by fields that were fitted to other people."""
    progress("real smiles", 0, None)
    figures = left_over(table(), shapes, smile_pairs(data))
    rows = []
    for column, name, floor in ((0, "AU06, 10, 12, 25, 26 by side", 0.88), (1, "all AUs", 0.94)):

        def share(part: NDArray[np.float64], column: int = column) -> float:
            return 1.0 - float(part[:, column].sum() / part[:, 2].sum())

        low, high = interval(figures, share)
        rows.append(
            Row(
                f"real smiles explained, {name}, 5 folds by person",
                f"≥ {floor}",
                f"{share(figures):.3f}",
                f"{len(figures)} people",
                f"{low:.3f} to {high:.3f}",
                share(figures) >= floor,
            )
        )
    return rows


def _cosines(shapes: dict[str, Shape]) -> list[Row]:
    """Likeness of each field to the paired sculpted shape; lids and gaze are judged otherwise."""
    found = {}
    for au, shape in shapes.items():
        if au in ("AU43", "AU63", "AU64"):
            continue
        column = au if au in INDEX else f"{au}L"
        ours = fields_of(shape.neutral)[INDEX[column], :N_SKIN]
        theirs = shape.displacement[:N_SKIN]
        found[column] = float((ours * theirs).sum() / np.linalg.norm(ours) / np.linalg.norm(theirs))
    mean, worst = float(np.mean(list(found.values()))), min(found, key=lambda name: found[name])
    n = f"{len(found)} AUs"
    return [
        Row("cosine with the ICT shape, mean", "≥ 0.85", f"{mean:.3f}", n, "", mean >= 0.85),
        Row(
            f"cosine with the ICT shape, least ({worst})",
            "≥ 0.6",
            f"{found[worst]:.3f}",
            n,
            "",
            found[worst] >= 0.6,
        ),
    ]


def _lids(blink: Shape) -> Row:
    """How far the lids of the sculpted head stay apart at AU43 = 5, in openings."""
    closed = blink.neutral + fields_of(blink.neutral)[INDEX["AU43L"]]
    pair = (386, 374)
    opening = float(np.linalg.norm(blink.neutral[pair[0]] - blink.neutral[pair[1]]))
    left = float(np.linalg.norm(closed[pair[0]] - closed[pair[1]])) / opening
    return Row("lid opening left at AU43 = 5", "≤ 0.05", f"{left:.3f}", "1 head", "", left <= 0.05)


def _readings(
    data: Path, everyone: list[Person], heads: list[Prepared], progress: Progress
) -> list[Row]:
    """AU12 on real smiles, against MediaPipe's own opinion of whether there is a smile."""
    judge = Blendshapes(data.parent / "models")
    strongest = smiles = 0
    quiet, unsmiling = 0, 0
    for done, (person, head) in enumerate(zip(everyone, heads, strict=True)):
        progress("real smiles read", done, len(everyone))
        rise = _smile(judge, person.smiling) - _smile(judge, person.neutral)
        aus = invert(head, detect(pixels(person.smiling))[0].points).aus
        corner = {au: (aus[INDEX[au + "L"]] + aus[INDEX[au + "R"]]) / 2 for au in _CORNER_UNITS}
        if rise >= _SMILES_FROM:
            smiles += 1
            strongest += max(corner, key=lambda au: corner[au]) == "AU12"
        if rise < _NO_SMILE_BELOW:
            unsmiling += 1
            quiet += corner["AU12"] < 1.0
    wanted = round(smiles * 41 / 43)
    return [
        counted("AU12 is the strongest corner AU of a smile", strongest, wanted, smiles, "smiles"),
        counted("AU12 below 1 where there is no smile", quiet, unsmiling, unsmiling, "faces"),
    ]


def _smile(judge: Blendshapes, photo: Path) -> float:
    scores = judge.scores(pixels(photo))
    return (scores["mouthSmileLeft"] + scores["mouthSmileRight"]) / 2


def _still(everyone: list[Person], heads: list[Prepared], progress: Progress) -> list[Row]:
    """One neutral photo against itself, moved, turned, scaled, compressed, lit otherwise."""
    rng = np.random.default_rng(0)
    readings = np.zeros((len(everyone), _STILL_LOOKS, len(COLUMNS)))
    for i, (person, head) in enumerate(zip(everyone, heads, strict=True)):
        progress("still faces", i, len(everyone))
        image = pixels(person.neutral)
        for look in range(_STILL_LOOKS):
            readings[i, look] = invert(head, detect(distorted(image, rng))[0].points).aus
    worst = np.percentile(readings, 95, axis=(0, 1))
    column = int(np.argmax(worst))
    low, high = interval(readings, lambda part: np.percentile(part, 95, axis=(0, 1)).max())
    n = f"{len(everyone)} people x {_STILL_LOOKS}"
    everything = float(np.percentile(readings, 95))
    return [
        Row(
            f"a still face read again, worst AU ({COLUMNS[column]}), 95th percentile",
            "≤ 0.5",
            f"{worst[column]:.2f}",
            n,
            f"{low:.2f} to {high:.2f}",
            bool(worst[column] <= 0.5),
        ),
        Row(
            "a still face read again, all AUs, 95th percentile",
            "",
            f"{everything:.2f}",
            n,
            "",
            None,
        ),
    ]


def distorted(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Within 3 degrees of roll, 10 % of scale, 10 px of shift, 20 % of light; JPEG 85."""
    height, width = image.shape[:2]
    middle, roll, scale = (width / 2, height / 2), rng.uniform(-3, 3), rng.uniform(0.9, 1.1)
    turn = np.asarray(cv2.getRotationMatrix2D(middle, roll, scale), dtype=np.float64)
    turn[:, 2] += rng.uniform(-10, 10, 2)
    moved = cv2.warpAffine(
        image, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    lit = np.clip(moved * rng.uniform(0.8, 1.2), 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", lit[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1], dtype=np.uint8)


def _round_trip(heads: list[Prepared], yaw: float, limit: float) -> Row:
    """Random AUs put on each head, seen at a yaw, and read back; error on the active ones."""
    rng = np.random.default_rng(1)
    by_person = []
    for head in heads:
        model = FaceModel(head.neutral, fields_of(head.neutral))
        errors: list[float] = []
        for _ in range(10):
            aus = np.zeros(len(COLUMNS))
            aus[rng.choice(len(COLUMNS), 3, replace=False)] = rng.uniform(0.5, MAX_INTENSITY, 3)
            aus = resolve(aus)
            angles = yaw * rng.choice([-1, 1]), *rng.uniform(-10, 10, 2)
            view = View(rotation_of(*angles), 200.0, np.array([500.0, -500.0, 0.0]))
            read = invert(head, view.to_picture(model.neutral + displacement(model, aus))).aus
            errors += np.abs(read - aus)[aus > 0].tolist()
        by_person.append(np.percentile(errors, 95))
    values = np.array(by_person)
    low, high = interval(values)
    middle = float(np.median(values))
    return Row(
        f"round trip AUs to mesh to AUs at {yaw:.0f}° yaw, error on active AUs, 95th percentile",
        f"≤ {limit}",
        f"{middle:.3f}",
        f"{len(heads)} people x 10",
        f"{low:.3f} to {high:.3f}",
        middle <= limit,
    )
