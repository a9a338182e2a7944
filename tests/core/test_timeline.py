import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mien.core import facs
from mien.core.ease import EASES
from mien.core.errors import InputError
from mien.core.expression import parse_wish, target
from mien.core.recipe import recipes
from mien.core.timeline import Key, Micro, Timeline, key_of, target_at
from mien.core.timeline_file import load_timeline, parse_timeline, timeline_text

N = len(facs.COLUMNS)
SMILES = facs.vector({"AU12": 2.0, "AU43": 1.0, "AU61": 1.5})

codes = st.sampled_from([unit.code for unit in facs.ACTION_UNITS])
shifts = st.dictionaries(codes, st.floats(-5, 5), max_size=3)
levels = st.dictionaries(codes, st.floats(0, 5), max_size=3)
wishes = st.dictionaries(st.sampled_from(sorted(recipes())), st.floats(0, 1.5), max_size=2)
moments = st.floats(0, 3600)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    relative = draw(st.booleans())
    times = sorted(draw(st.sets(moments, max_size=4)))
    units, eases = shifts if relative else levels, st.sampled_from(sorted(EASES))
    keys = [Key(time, draw(wishes), draw(units), draw(eases)) for time in times]
    micro = [
        Micro(onset, onset + draw(st.integers(1, 260)), onset + 300 + draw(st.integers(1, 200)),
        draw(shifts)) for onset in draw(st.lists(st.integers(0, 10_000), max_size=2))
    ]  # fmt: skip
    return Timeline(tuple(keys), tuple(micro), relative)


@given(timelines())
def test_file_round_trip(timeline: Timeline) -> None:
    assert parse_timeline(timeline_text(timeline)) == timeline


@given(timelines())
def test_files_conform_to_the_schema(
    faults: Callable[[str, object], list[str]], timeline: Timeline
) -> None:
    assert faults("timeline", json.loads(timeline_text(timeline))) == []


@given(timelines(), moments)
def test_targets_are_intensities(timeline: Timeline, time: float) -> None:
    wanted = target_at(timeline, time, SMILES)
    assert wanted.shape == (N,)
    assert np.array_equal(np.clip(wanted, 0.0, 5.0), wanted)


@given(
    st.text(max_size=80) | timelines().map(timeline_text),
    st.integers(0, 200),
    st.text('{}[],:1e"n', max_size=2),
)
def test_any_text_is_read_or_refused_in_one_line(text: str, at: int, put: str) -> None:
    said = ""
    try:
        parse_timeline(text[:at] + put + text[at:])
    except InputError as error:
        said = str(error)
    assert "\n" not in said


@pytest.mark.parametrize("timeline", [
    Timeline(), Timeline((Key(0.0, {}, {}),)), Timeline((Key(1.0, {"happy": 0.0}, {"AU12": 0.0}),)),
    Timeline((Key(0.0, {}, {}), Key(2.0, {"sad": 0.0}, {})), (Micro(0, 100, 200, {"AU04": 0.0}),)),
    Timeline((Key(0.0, {}, {}),), relative=False),
    Timeline((Key(0.0, {"happy": 0.0}, {}), Key(2.0, {"sad": 0.0}, {})), relative=False),
])  # fmt: skip
def test_zero_asks_for_what_is_there(timeline: Timeline) -> None:
    for time in (0.0, 0.1, 1.5, 9.0):
        assert np.array_equal(target_at(timeline, time, SMILES), SMILES)


def test_keys_are_reached_and_the_ends_hold() -> None:
    timeline = Timeline((Key(1.0, {}, {"AU12": 1.0}), Key(2.0, {"sad": 1.0}, {})))
    first = target(SMILES, parse_wish({"AU12": 1.0}))
    last = target(SMILES, parse_wish({"sad": 1.0}))
    for time, wanted in ((0.0, first), (1.0, first), (2.0, last), (7.0, last)):
        assert target_at(timeline, time, SMILES) == pytest.approx(wanted)
    between = target_at(timeline, 1.5, SMILES)[facs.INDEX["AU12L"]]
    assert 0.0 < between < 3.0


@given(wishes, st.dictionaries(codes | st.sampled_from(facs.COLUMNS), st.floats(-5, 5), max_size=4))
def test_a_wish_means_the_same_as_on_a_photo(
    expression: dict[str, float], units: dict[str, float]
) -> None:
    wish = {**expression, **units}
    added = parse_wish(wish).additions
    assume(np.abs(added).max() <= 5.0)
    timeline = Timeline((key_of(0.0, wish),))
    assert target_at(timeline, 0.0, SMILES) == pytest.approx(target(SMILES, parse_wish(wish)))


def test_a_measurement_can_be_given_back_as_a_wish() -> None:
    wish = {"AU04": float("nan"), "AU12": 3.0, "au12l": 4.0, "sad": float("nan")}
    assert key_of(1.0, wish) == Key(1.0, {}, {"AU12L": 5.0, "AU12R": 3.0})


def test_relative_adds_to_what_the_person_does() -> None:
    timeline = Timeline((Key(0.0, {}, {"AU12L": 1.5}),))
    for does in (0.0, 1.0, 2.0):
        now = target_at(timeline, 3.0, facs.vector({"AU12": does}))
        assert now[facs.INDEX["AU12L"]] == pytest.approx(does + 1.5)
        assert now[facs.INDEX["AU12R"]] == pytest.approx(does)


def test_absolute_replaces_what_it_names_only() -> None:
    named = Timeline((Key(0.0, {}, {"AU12": 1.0}),), relative=False)
    for does in (0.0, 2.0, 4.0):
        now = target_at(named, 0.0, facs.vector({"AU12": does, "AU04": does}))
        assert now[facs.INDEX["AU12L"]] == pytest.approx(1.0)
        assert now[facs.INDEX["AU04L"]] == pytest.approx(does)
    whole = Timeline((Key(0.0, {"sad": 0.5}, {}),), relative=False)
    now = target_at(whole, 0.0, SMILES)
    assert now[facs.INDEX["AU12L"]] == 0.0
    assert now[facs.INDEX["AU15L"]] == pytest.approx(recipes()["sad"].aus["AU15"] / 2)
    assert now[facs.INDEX["AU61"]] == pytest.approx(1.5)
    assert now[facs.INDEX["AU43L"]] == pytest.approx(1.0)


@pytest.mark.parametrize("relative", [True, False])
def test_micro_adds_whatever_the_keys_say(relative: bool) -> None:
    timeline = Timeline((), (Micro(500, 600, 800, {"AU04": 2.0}),), relative)
    brow = facs.INDEX["AU04L"]
    course = [target_at(timeline, time, SMILES)[brow] for time in (0.5, 0.6, 0.8)]
    assert course == pytest.approx([0.0, 2.0, 0.0])
    assert 0.0 < target_at(timeline, 0.55, SMILES)[brow] < 2.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "is not a timeline"),
        ('{"keys": []}', "mien: is the version"),
        ('{"mien": true}', "mien: is the version"),
        ('{"mien": 1, "key": []}', "key: unknown field"),
        ('{"mien": 1, "keys": {}}', "keys: is a list"),
        ('{"mien": 1, "relative": 0}', "relative: is true or false"),
        ('{"mien": 1, "keys": [{}]}', r"keys\[0\].time: is missing"),
        ('{"mien": 1, "keys": [{"time": "1"}]}', r"keys\[0\].time: '1' is not a number"),
        ('{"mien": 1, "keys": [{"time": -1}]}', r"keys\[0\].time: -1"),
        ('{"mien": 1, "keys": [{"time": NaN}]}', r"keys\[0\].time: nan is not a number"),
        ('{"mien": 1, "keys": [{"time": 1}, {"time": 1}]}', r"keys\[1\].time: 1 s does not come"),
        ('{"mien": 1, "keys": [{"time": 0, "ease": "fast"}]}', r"keys\[0\].ease: unknown ease"),
        ('{"mien": 1, "keys": [{"time": 0, "expression": {"hapy": 1}}]}', "did you mean happy"),
        ('{"mien": 1, "keys": [{"time": 0, "expression": {"happy": 2}}]}', r"keys\[0\].expression"),
        ('{"mien": 1, "keys": [{"time": 0, "expression": {"AU12": 1}}]}', "write it under aus"),
        ('{"mien": 1, "keys": [{"time": 0, "aus": {"AU99": 1}}]}', r"keys\[0\].aus.AU99"),
        ('{"mien": 1, "keys": [{"time": 0, "aus": {"AU12": 6}}]}', r"keys\[0\].aus.AU12: 6"),
        ('{"mien": 1, "keys": [{"time": 0, "aus": {"AU12": 1, "AU12L": 1}}]}', "named twice"),
        ('{"mien": 1, "relative": false, "keys": [{"time": 0, "aus": {"AU12": -1}}]}', "sets 0 to"),
        ('{"mien": 1, "micro": [{"onset": 5, "apex": 4, "offset": 9}]}', r"micro\[0\].onset"),
        ('{"mien": 1, "micro": [{"onset": 5, "apex": 7}]}', r"micro\[0\].offset: is missing"),
        ('{"mien": 1, "micro": [5]}', r"micro\[0\]: is an object"),
        ('{"mien": 1, ', "line 1: is no JSON"),
    ],
)
def test_errors_name_file_entry_and_field(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(InputError, match=said) as raised:
        load_timeline(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    for name in ("nowhere.json", "bytes.json"):
        with pytest.raises(InputError, match="give a timeline"):
            load_timeline(tmp_path / name)
