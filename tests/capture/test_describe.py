"""Movement in words."""

import json
import math
from dataclasses import replace
from importlib.resources import files

import pytest

from mien.capture.describe import described, objective_class, shares
from mien.core.face import Event
from mien.core.facs import expand

TABLE = json.loads((files("mien.core") / "objective_classes.json").read_text("utf-8"))


def event(aus: dict[str, float], velocity: float = math.nan) -> Event:
    return Event("macro", 1.0, 1.42, 2.32, 0, aus, "both", "mouth", 0.9, velocity)


SMILE = {"AU06L": 1.0, "AU06R": 1.0, "AU12L": 1.6, "AU12R": 1.5}


def test_a_smile_with_the_cheeks() -> None:
    assert described(event(SMILE, 0.834)).description == (
        "lip corner puller AU12 (even), cheek raiser AU06 (even); "
        "rises in 0.42 s, falls in 0.90 s, at most 0.83 IOD/s; objective class I"
    )


@pytest.mark.parametrize(("cheeks", "word"), [({}, "no"), ({"AU06L": 0.1, "AU06R": 0.1}, "little")])
def test_a_smile_without_them(cheeks: dict[str, float], word: str) -> None:
    words = described(event({"AU12L": 1.6, "AU12R": 0.9, **cheeks})).description
    assert words.startswith(f"lip corner puller AU12 (more left), {word} cheek raiser AU06; ")
    assert "IOD/s" not in words


@pytest.mark.parametrize(
    ("left", "right", "word"),
    [(1, 1, "even"), (3, 2.1, "even"), (3, 1.5, "more left"), (3, 0.5, "left"), (0, 1, "right")],
)
def test_sides_of_a_unit(left: float, right: float, word: str) -> None:
    words = described(event({"AU02L": left, "AU02R": right})).description
    assert words.startswith(f"outer brow raiser AU02 ({word}); ")


def test_each_unit_has_its_own_side() -> None:
    words = described(event({"AU02L": 1.2, "AU04R": 1.4})).description
    assert words.startswith("brow lowerer AU04 (right), outer brow raiser AU02 (left); ")


def test_units_without_sides_have_none() -> None:
    words = described(event({"AU17": 1.0})).description
    assert words.startswith("chin raiser AU17; rises")


def test_a_movement_that_is_cut_off_has_no_such_time() -> None:
    late, early = (replace(event(SMILE), **{name: 1.42}) for name in ("onset", "offset"))
    assert "; has risen before it is seen, falls in 0.90 s; " in described(late).description
    assert "; rises in 0.42 s, is not seen to fall; " in described(early).description


@pytest.mark.parametrize(
    ("seen", "onset", "offset", "words"),
    [
        ((0.5, 2.8), 1.0, 2.32, "rises in 0.42 s, falls in 0.90 s"),
        ((0.5, 2.32), 1.0, 2.32, "rises in 0.42 s, falls in more than 0.90 s"),
        ((1.0, 2.8), 1.0, 2.32, "rises in more than 0.42 s, falls in 0.90 s"),
        ((0.5, 1.42), 1.0, 1.42, "rises in more than 0.42 s, is not seen to fall"),
        ((1.42, 2.8), 1.42, 2.32, "has risen before it is seen, falls in more than 0.90 s"),
    ],
)
def test_what_goes_on_unseen_lasts_longer(
    seen: tuple[float, float], onset: float, offset: float, words: str
) -> None:
    curve = tuple((time, 1.0) for time in seen)
    found = replace(event(SMILE), onset=onset, offset=offset, evidence=curve)
    assert f"; {words}; " in described(found).description


def test_mirrored() -> None:
    left = described(event({"AU12L": 1.6, "AU12R": 0.9})).description
    right = described(event({"AU12R": 1.6, "AU12L": 0.9})).description
    assert left.replace("left", "right") == right


def test_it_speaks_of_no_feeling() -> None:
    words = described(event(SMILE)).description
    assert not any(word in words for word in ("happ", "felt", "genuine", "fake", "posed", "true"))


def test_shares() -> None:
    found = shares({"AU12L": 2.0, "AU12R": 1.0, "AU06L": 0.5, "AU17": math.nan, "AU20L": 0.0})
    assert found == {"AU12": 1.0, "AU06": 0.25}
    assert shares({}) == {}


@pytest.mark.parametrize(
    ("name", "units"), [(n, u) for n, members in TABLE["classes"].items() for u in members]
)
def test_objective_classes(name: str, units: str) -> None:
    if {"38", "40"} & set(units.split("+")):
        return  # the nostrils, which mien does not measure
    columns = [column for unit in units.split("+") for column in expand(unit)]
    assert objective_class(event(dict.fromkeys(columns, 1.0))) == name
    assert objective_class(event({**dict.fromkeys(columns, 1.0), "AU18": 0.3})) == name


def test_everything_else_is_the_last_class() -> None:
    assert objective_class(event({"AU18": 1.0})) == "VII"
    assert objective_class(event({})) == "VII"
