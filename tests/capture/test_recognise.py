"""Names by prototypes: what must hold whatever the table says."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.capture.recognise import named, probabilities
from mien.core.face import Event
from mien.core.facs import COLUMNS, REGION, expand
from mien.core.recipe import recipes
from mien.guard.policy import may_infer

TABLE = json.loads((files("mien.capture") / "prototypes.json").read_text("utf-8"))["categories"]
YES = may_infer("research")
AUS = st.dictionaries(
    st.sampled_from([c for c in COLUMNS if REGION[c] != "gaze"]), st.floats(0.01, 5.0), max_size=8
)


def aus_of(formula: str, peak: float = 1.0, side: str = "L") -> dict[str, float]:
    """The peaks of a formula of the table; the first where there are alternatives."""
    found = {}
    for part in formula.split("+"):
        unit = part.split("|")[0]
        names = [f"AU{unit[1:]}{side}"] if unit.startswith("U") else expand(unit)
        found |= dict.fromkeys((column for name in names for column in expand(name)), peak)
    return found


def event(aus: Mapping[str, float]) -> Event:
    return Event("micro", 1.0, 1.1, 1.3, 0, dict(aus), "both", "mouth", 0.9)


def mirrored(aus: Mapping[str, float]) -> dict[str, float]:
    swap = {"L": "R", "R": "L"}
    return {
        column[:-1] + swap[column[-1]] if column[-1] in swap else column: peak
        for column, peak in aus.items()
    }


def formulas(kind: str) -> Iterable[tuple[str, str]]:
    return [(entry["name"], formula) for entry in TABLE for formula in entry[kind]]


@pytest.mark.parametrize(("name", "formula"), formulas("prototypes"))
def test_each_prototype_names_its_own_category_first(name: str, formula: str) -> None:
    names = named(event(aus_of(formula)), YES).names
    assert names[0][0] == name
    assert names[0][1] > 0.3


@pytest.mark.parametrize(("name", "formula"), formulas("variants"))
def test_each_variant_names_its_own_category(name: str, formula: str) -> None:
    names = dict(named(event(aus_of(formula)), YES).names)
    assert names[name] > 0.2  # 1+2+5 is a variant of surprise and of fear: both are named


@pytest.mark.parametrize(("name", "formula"), formulas("prototypes"))
def test_an_unrelated_unit_lowers_it(name: str, formula: str) -> None:
    aus = aus_of(formula)
    alone = probabilities(aus)[name]
    for unrelated in ("AU18", "AU28", "AU13"):
        assert probabilities({**aus, **aus_of(unrelated[2:])})[name] < alone


@pytest.mark.parametrize(
    ("whole", "part", "name"),
    [("9+17", "17", "disgust"), ("6+12", "6", "happy"), ("1+4+15", "1+4", "sad")],
)
def test_a_part_is_named_less_surely(whole: str, part: str, name: str) -> None:
    assert 0.1 < probabilities(aus_of(part))[name] < probabilities(aus_of(whole))[name]


def test_what_fits_several_names_them_all() -> None:
    names = dict(named(event(aus_of("4")), YES).names)
    assert {"angry", "sad", "fear"} <= set(names)
    assert max(names.values()) < 0.5
    assert sum(names.values()) < 0.7


@given(AUS)
def test_probabilities(aus: dict[str, float]) -> None:
    found = probabilities(aus)
    assert all(0.0 <= p <= 1.0 for p in found.values())
    assert sum(found.values()) <= 1.0 + 1e-9
    assert probabilities(mirrored(aus)) == pytest.approx(found)


@given(AUS, st.floats(0.1, 1.0))
def test_size_does_not_matter(aus: dict[str, float], factor: float) -> None:
    smaller = {column: factor * peak for column, peak in aus.items()}
    assert probabilities(smaller) == pytest.approx(probabilities(aus), rel=1e-6)


@given(AUS)
def test_no_step_where_a_trace_appears(aus: dict[str, float]) -> None:
    more = {"AU17": 1e-9, **aus}
    if aus:
        assert probabilities(more) == pytest.approx(probabilities(aus), abs=1e-6)


@pytest.mark.parametrize("code", ["AU12", "AU14"])
@pytest.mark.parametrize("side", ["L", "R"])
def test_one_corner_alone(code: str, side: str) -> None:
    names = named(event({f"{code}{side}": 0.4}), YES).names
    assert names[0][0] == "contempt"
    assert "contempt" not in dict(named(event(aus_of(code[2:])), YES).names)


def test_from_even_to_one_sided_without_a_step() -> None:
    weaker = [0.01 * i for i in range(101)]
    contempt = [probabilities({"AU12L": 1.0, "AU12R": w})["contempt"] for w in weaker]
    assert contempt == sorted(contempt, reverse=True)
    assert max(a - b for a, b in pairwise(contempt)) < 0.05


def test_nothing_moves() -> None:
    assert sum(probabilities({}).values()) == 0.0
    assert named(event({}), YES).names == ()


@pytest.mark.parametrize("context", [None, "workplace", "education"])
def test_nameless_where_it_is_not_asked_or_not_allowed(context: str | None) -> None:
    before = named(event(aus_of("6+12")), YES)
    assert before.names
    assert named(before, may_infer(context)).names == ()


def test_only_the_names_change() -> None:
    before = event(aus_of("6+12"))
    after = named(before, YES)
    assert after.aus == before.aus
    assert (after.onset, after.confidence) == (before.onset, before.confidence)


def test_categories_are_those_that_can_be_written() -> None:
    assert {entry["name"] for entry in TABLE} <= set(recipes())
