"""Measure what MediaPipe's blendshape network says at rest and at each shape's full size.

    python tools/fit_blendshape_rules.py            print it, write nothing
    python tools/fit_blendshape_rules.py --write    also put it into blendshape_rules.json

Needs the development data: $MIEN_TEST_DATA (default ../shared/data) with ``london/`` and, beside
it, ``models/`` and ``peers/ict_on_mediapipe.npz``. Neutral photos are warped, plainly, by the
sculpted shape that bears a score's own name: neither mien's action units nor its recipes have a say
in what the judge will call a lot.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np

from mien.anatomy.fields import reflect
from mien.anatomy.unfold import unfolded
from mien.bench.people import people, pixels, sculpted_shapes
from mien.edit.mesh import paint, prepare
from mien.edit.portrait import faces_of, neutral_model, portrait
from mien.judge.blendshapes import Blendshapes
from mien.judge.by_blendshapes import raw

EVERY = 3  # each third person
FILE = Path("src/mien/judge/blendshape_rules.json")
# Which action unit's sculpted shape bears the name of a score.
SHAPE_OF = {
    "browInnerUp": "AU01", "browOuterUp": "AU02", "browDown": "AU04", "eyeSquint": "AU07",
    "jawOpen": "AU27", "mouthFrown": "AU15", "mouthPress": "AU24", "mouthShrugLower": "AU17",
    "mouthSmile": "AU12", "mouthStretch": "AU20", "mouthUpperUp": "AU10",
}  # fmt: skip
SIDELESS = ("AU17", "AU24", "AU27")
AT_REST = 0.75  # share of people who show no more at rest: faces differ, brows above all
LEAST = 0.05  # what moves less says nothing, and must not be divided by


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    data = Path(os.environ.get("MIEN_TEST_DATA", "../shared/data"))
    judge, shapes = Blendshapes(data.parent / "models"), sculpted_shapes(data)
    rest, full = [], []
    for person in people(data)[::EVERY]:
        image = pixels(person.neutral)
        face = portrait(faces_of(image, person.name)[0], neutral_model(image))
        points = face.landmarks.points[:, :2]
        canvas, still = prepare(image, face.landmarks.points), face.model.neutral
        rest.append(raw(judge.scores(image)))
        row = {}
        for name, unit in SHAPE_OF.items():
            moved = shapes[unit].displacement
            moved = moved if unit in SIDELESS else moved + reflect(moved)
            shift = face.view.to_picture(still + moved) - face.view.to_picture(still)
            warped, _ = paint(canvas, unfolded(points, points + shift[:, :2]))
            row[name] = raw(judge.scores(warped))[name] - rest[-1][name]
        full.append(row)
    scale = {
        name: {
            "rest": round(float(np.quantile([one[name] for one in rest], AT_REST)), 3),
            "full": max(round(float(np.median([one[name] for one in full])), 3), LEAST),
        }
        for name in SHAPE_OF
    }
    print(json.dumps(scale, indent=1))
    if write:
        rules = json.loads(FILE.read_text("utf-8"))
        rules["scale"] = scale
        FILE.write_text(text_of(rules), "utf-8")


def text_of(rules: dict[str, object]) -> str:
    """One rule, or one size, on a line."""
    parts = []
    for key, value in rules.items():
        if isinstance(value, dict):
            lines = (f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in value.items())
            parts.append(f" {json.dumps(key)}: {{\n" + ",\n".join(lines) + "\n }")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
