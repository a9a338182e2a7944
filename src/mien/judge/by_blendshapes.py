"""Six categories by rules over the scores of MediaPipe's blendshape network.

    evidence of a score = (score - what most people show at rest) / its rise at full size, 0 to 1
    category            = weighted mean of the evidence for it
                          * (1 - half of the evidence against it, at most one in sum)

Rules and sizes are in ``blendshape_rules.json`` with their source; the sizes were measured on
sculpted shapes, see ``tools/fit_blendshape_rules.py``. The other six categories have no prototype
that was published in these terms.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mien.judge.blendshapes import FILE, Blendshapes
from mien.judge.judge import Image, Judge

_SIDES = ("Left", "Right")


def blendshape_judge(models: Path) -> Judge:
    """The judge that reads categories off blendshapes.

    Args:
        models: folder that holds ``face_landmarker.task``.

    Raises:
        InputError: the model is not there.
    """
    network = Blendshapes(models)

    def scores(image: Image) -> dict[str, float]:
        return categories(raw(network.scores(image)))

    content = (models / FILE).read_bytes() + json.dumps(_rules(), sort_keys=True).encode()
    seal = hashlib.sha256(content).hexdigest()[:16]
    return Judge("blendshapes", seal, tuple(_rules()["categories"]), scores)


def raw(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores without their sides: the mean of left and right."""
    sides: dict[str, list[float]] = {}
    for name, score in scores.items():
        plain = next((name.removesuffix(s) for s in _SIDES if name.endswith(s)), name)
        sides.setdefault(plain, []).append(score)
    return {name: sum(found) / len(found) for name, found in sides.items()}


def categories(scores: Mapping[str, float]) -> dict[str, float]:
    """Categories, 0 to 1 each, from scores without sides, 0 to 1 each."""
    rules = _rules()
    evidence = {
        name: min(max((scores[name] - size["rest"]) / size["full"], 0.0), 1.0)
        for name, size in rules["scale"].items()
    }
    found = {}
    for category, rule in rules["categories"].items():
        weights = rule["for"]
        speaks_for = sum(share * evidence[name] for name, share in weights.items())
        against = min(sum(evidence[name] for name in rule["against"]), 1.0)
        found[category] = speaks_for / sum(weights.values()) * (1.0 - against / 2)
    return found


@cache
def _rules() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(
        (files("mien.judge") / "blendshape_rules.json").read_text("utf-8")
    )
    return stored
