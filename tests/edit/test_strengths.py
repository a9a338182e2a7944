"""Curves of strength: there and back, on disk and in numbers."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError, MienError
from mien.edit.strengths import (
    Curve,
    Strengths,
    load_strengths,
    parse_strengths,
    save_strengths,
    strengths_text,
)

STEPS = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=8)
RISES = st.lists(st.floats(0.0, 0.5), min_size=8, max_size=8)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    steps = draw(STEPS)
    strengths = (0.0, *np.cumsum(steps).tolist())
    measured = (0.0, *np.cumsum(draw(RISES)[: len(steps)]).tolist())
    return Curve(strengths, measured, draw(st.sampled_from(strengths)))


@given(curves(), st.floats(0.0, 1.0))
def test_what_is_asked_is_drawn(curve: Curve, part: float) -> None:
    asked = part * curve.reach
    strength = curve.strength(asked)
    assert 0.0 <= strength <= curve.limit + 1e-9
    assert np.interp(strength, curve.strengths, curve.measured) == pytest.approx(asked, abs=1e-6)


@given(curves(), st.lists(st.floats(0.0, 1.0), min_size=2, max_size=5))
def test_more_is_never_drawn_weaker(curve: Curve, parts: list[float]) -> None:
    strengths = [curve.strength(part * curve.reach) for part in sorted(parts)]
    assert all(a <= b + 1e-9 for a, b in pairwise(strengths))


def test_zero_stays_zero() -> None:
    assert Curve((0.0, 1.0, 2.0), (0.0, 0.0, 1.0), 2.0).strength(0.0) == 0.0


@given(st.dictionaries(st.sampled_from(["happy", "sad"]), curves()), st.integers(1, 99))
def test_there_and_back(found: dict[str, Curve], people: int) -> None:
    strengths = Strengths(found, {"name": "pixelsmile", "lora_scale": 2.0}, people)
    again = parse_strengths(strengths_text(strengths))
    assert again == strengths
    assert again.curves == found
    assert again.digest == strengths.digest


@given(st.text(max_size=60))
def test_any_text_gives_one_line(text: str) -> None:
    with pytest.raises(MienError) as error:
        parse_strengths(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"people": 0}, "people: "),
        ({"curves": []}, "curves, made_with"),
        ({"curves": {"happy": 1}}, "curves.happy: is an object"),
        ({"curves": {"happy": {"strengths": [0], "measured": [0], "limit": 0}}}, "two or more"),
        (
            {"curves": {"happy": {"strengths": [0, 1], "measured": [0, -1], "limit": 0}}},
            "curves.happy.measured: does not fall",
        ),
        (
            {"curves": {"happy": {"strengths": [0, 1], "measured": [0, 1], "limit": 2}}},
            "curves.happy.limit",
        ),
        ({"curve": {}}, "did you mean curves"),
    ],
)
def test_a_file_that_is_none(change: dict[str, object], said: str, tmp_path) -> None:
    curve = {"strengths": [0, 1], "measured": [0, 0.5], "limit": 1}
    whole = {"mien": 1, "made_with": {}, "people": 3, "curves": {"happy": curve}}
    path = tmp_path / "curves.json"
    path.write_text(json.dumps(whole), "utf-8")
    assert load_strengths(path).curves["happy"].reach == 0.5
    path.write_text(json.dumps({**whole, **change}), "utf-8")
    with pytest.raises(InputError, match=said):
        load_strengths(path)


def test_on_disk(tmp_path, faults) -> None:
    one = Strengths({"happy": Curve((0.0, 1.0), (0.0, 0.5), 1.0)}, {"name": "mesh"}, 3)
    save_strengths(tmp_path / "curves.json", one)
    assert load_strengths(tmp_path / "curves.json") == one
    assert faults("curves", json.loads(strengths_text(one))) == []
