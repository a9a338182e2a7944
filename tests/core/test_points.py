"""The points file: what it may hold, and what is said where it may not."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.core.points import NAMES, REQUIRED, check_points, load_points, parse_points, points_text

FACE = {
    "right_eye_outer": (100.0, 100.0),
    "right_eye_inner": (150.0, 102.0),
    "left_eye_inner": (200.0, 102.0),
    "left_eye_outer": (250.0, 100.0),
    "mouth_right": (145.0, 220.0),
    "mouth_left": (205.0, 220.0),
    "lip_top": (175.0, 215.0),
    "lip_bottom": (175.0, 215.0),
    "nose_tip": (175.0, 170.0),
    "chin": (175.0, 270.0),
}


def schema() -> dict[str, object]:
    stored = (files("mien.core") / "schemas" / "points.schema.json").read_text()
    return dict(json.loads(stored))


@given(
    st.dictionaries(
        st.sampled_from(sorted(set(FACE) - set(REQUIRED))),
        st.tuples(*2 * [st.floats(-0.4, 0.4)]),
        min_size=2,
    )
)
def test_a_file_that_is_written_is_read_back(moves: dict[str, tuple[float, float]]) -> None:
    kept = {name: FACE[name] for name in REQUIRED}
    placed = {name: (FACE[name][0] + x, FACE[name][1] + y) for name, (x, y) in moves.items()}
    assert parse_points(points_text({**kept, **placed})) == {**kept, **placed}


def one_line(text: str) -> bool:
    """Whether a text is points, or refused in one line."""
    try:
        parse_points(text)
    except InputError as error:
        said = str(error)
        return bool(said) and "\n" not in said
    return True


@given(st.text(max_size=60))
def test_any_text_is_points_or_one_clear_line(text: str) -> None:
    assert one_line(text)


@given(st.dictionaries(st.sampled_from([*NAMES, "chinn", "mien"]), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3), max_leaves=4)))  # fmt: skip
def test_any_json_is_points_or_one_clear_line(stored: dict[str, object]) -> None:
    assert one_line(json.dumps({"mien": 1, **stored}))


def test_the_schema_names_what_the_parser_takes() -> None:
    properties = schema()["properties"]
    assert isinstance(properties, dict)
    assert set(properties) - {"mien", "$schema"} == set(NAMES)
    assert set(schema()["required"]) == {"mien", *REQUIRED}  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"chin": None, "nose_tip": None, "lip_top": None}, "8"),
        ({"mouth_left": None}, "mouth_left: is missing"),
        ({"chin": (500.0, 10.0)}, "outside the picture"),
        ({"chin": (175.0, 90.0)}, "chin are exchanged"),
        ({"mouth_right": (205.0, 220.0), "mouth_left": (145.0, 220.0)}, "mouth_right"),
        ({"chinn": (1.0, 1.0)}, "did you mean chin?"),
        ({"left_eye_inner": (250.0, 100.0), "left_eye_outer": (200.0, 102.0)}, "left_eye_inner"),
        ({"mouth_right": (145.0, 103.0), "mouth_left": (205.0, 103.0)}, "below the eyes"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, tuple[float, float] | None], says: str) -> None:
    points = {n: p for n, p in {**FACE, **change}.items() if p is not None}
    with pytest.raises(InputError, match=says):
        check_points(points, (400, 400))


def test_a_mirrored_face_is_told_from_an_upright_one() -> None:
    mirrored = {name: (400 - x, y) for name, (x, y) in FACE.items()}
    with pytest.raises(InputError, match="left and right are exchanged"):
        check_points(mirrored)


def test_a_face_on_its_head_is_one() -> None:
    turned = {name: (400 - x, 400 - y) for name, (x, y) in FACE.items()}
    assert check_points(turned) == turned


def test_a_file_that_is_not_there(tmp_path: object) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_points(f"{tmp_path}/nowhere.json")
