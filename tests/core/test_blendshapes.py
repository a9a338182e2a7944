"""Blendshapes and action units are two names of one thing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.anatomy import fit
from mien.anatomy.fields import fields_of, table
from mien.anatomy.template import template
from mien.core.blendshapes import (
    ANCHOR,
    ARKIT,
    GAZE,
    MEDIAPIPE,
    columns_without_shape,
    gaze,
    sources,
    weights,
)
from mien.core.facs import COLUMNS, INDEX, jaw_travel, mirrored, vector

NO_UNIT = {"cheekPuff", "jawForward", "mouthClose", "mouthLeft", "mouthRight", "mouthShrugUpper",
           "tongueOut"}  # fmt: skip


def named(**aus: float) -> dict[str, float]:
    found = weights(vector(aus)[None])[0]
    return {name: found[i] for i, name in enumerate(ARKIT) if found[i] != 0}


def test_names_and_places() -> None:
    assert len(set(ARKIT)) == len(set(MEDIAPIPE)) == 52
    places = {"_neutral": 0, "browDownLeft": 1, "eyeBlinkLeft": 9, "eyeBlinkRight": 10,
              "jawOpen": 25, "mouthSmileLeft": 44, "noseSneerRight": 51}  # fmt: skip
    assert {name: MEDIAPIPE.index(name) for name in places} == places
    assert set(ARKIT) - set(sources()) == NO_UNIT
    lost = {name[:4] for name in columns_without_shape()}
    assert lost == {"AU11", "AU13", "AU23", "AU25"}


@pytest.mark.parametrize(
    ("aus", "shapes"),
    [
        ({"AU12L": 5}, {"mouthSmileLeft": 1}),
        ({"AU12R": 2.5}, {"mouthSmileRight": 0.5}),
        ({"AU01L": 5}, {"browInnerUp": 0.5}),
        ({"AU01": 5}, {"browInnerUp": 1}),
        ({"AU04L": 2.5}, {"browDownLeft": 0.9}),
        ({"AU04": 5}, {"browDownLeft": 1, "browDownRight": 1}),
        ({"AU26": 5}, {"jawOpen": 0.5}),
        ({"AU27": 5}, {"jawOpen": 1}),
        ({"AU30L": 5}, {"jawLeft": 1}),
        ({"AU61": 5}, {"eyeLookOutLeft": 1, "eyeLookInRight": 1}),
        ({"AU64": 1}, {"eyeLookDownLeft": 0.2, "eyeLookDownRight": 0.2}),
        ({"AU28": 5}, {"mouthRollLower": 1, "mouthRollUpper": 1}),
        ({"AU25": 5, "AU13": 5}, {}),
    ],
)
def test_pairs(aus: dict[str, float], shapes: dict[str, float]) -> None:
    assert named(**aus) == pytest.approx(shapes)


@pytest.mark.parametrize("column", COLUMNS)
def test_the_mirrored_face_has_the_mirrored_shapes(column: str) -> None:
    swap = {"Left": "Right", "Right": "Left"}
    flipped = {
        next((n.removesuffix(s) + swap[s] for s in swap if n.endswith(s)), n): w
        for n, w in named(**{column: 3}).items()
    }
    assert named(**{mirrored(column): 3}) == pytest.approx(flipped)


@given(st.lists(st.floats(0, 2.7), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_units_come_back(values: list[float]) -> None:
    aus = np.array([values])
    aus[0, INDEX["AU01R"]] = aus[0, INDEX["AU01L"]]  # one shape for both
    found = weights(aus)[0]
    for name, columns in sources().items():
        if name == "jawOpen":
            continue
        anchor = ANCHOR.get(columns[0][:4], 1.0)
        assert found[ARKIT.index(name)] * 5 / anchor == pytest.approx(aus[0, INDEX[columns[0]]])
    jaw = jaw_travel(*(aus[:, INDEX[name]] for name in ("AU26", "AU27")))
    assert found[ARKIT.index("jawOpen")] == pytest.approx(jaw[0])


def test_what_was_not_read() -> None:
    aus = np.zeros((1, len(COLUMNS)))
    aus[0, [INDEX["AU12L"], INDEX["AU01L"]]] = np.nan
    aus[0, INDEX["AU01R"]] = 5
    found = weights(aus)[0]
    assert np.flatnonzero(np.isnan(found)).tolist() == [ARKIT.index("mouthSmileLeft")]
    assert found[ARKIT.index("browInnerUp")] == 1


def test_gaze() -> None:
    assert gaze(vector({"AU61": 2.5, "AU64": 5})[None]).tolist() == [[GAZE / 2, -GAZE]]
    assert any(f"{GAZE:g} degrees" in row.source for row in table() if row.site == "iris")


def test_one_size_with_the_fit() -> None:
    assert ANCHOR == fit.ANCHOR


def test_the_sculpted_shapes_lie_on_the_same_side(data: Path) -> None:
    stored = np.load(data.parent / "peers" / "ict_on_mediapipe.npz")
    shapes = dict(zip(stored["names"].tolist(), stored["displacement"] * (1, -1, 1), strict=True))
    fields = fields_of(template())
    swap = {"L": "R", "R": "L"}
    for name, columns in sources().items():
        side = next((s[0] for s in ("Left", "Right") if name.endswith(s)), "")
        if not side or name.startswith(("jaw", "eyeLook", "mouthPress")):
            continue
        stem = name.removesuffix("Left").removesuffix("Right")
        ours = fields[INDEX[columns[0]]][:468].ravel()
        like = {s: ours @ shapes[f"{stem}_{s}"][:468].ravel() for s in "LR"}
        assert like[side] > like[swap[side]], name
