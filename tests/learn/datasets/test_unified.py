"""One's own clips, the unified table, objective classes and rules."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.core.au_string import parse
from mien.core.errors import InputError
from mien.learn.datasets.objective import objective_class
from mien.learn.datasets.rules import Rule, correct, rules
from mien.learn.datasets.schema import Clip, Entry
from mien.learn.datasets.stats import published
from mien.learn.datasets.table import DATASETS, load
from mien.learn.datasets.unified import write


def own(folder: Path, *lines: str) -> Path:
    (folder / "clips.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_own_clips(tmp_path: Path, pictures) -> None:
    pictures(tmp_path / "anna/c1", "f{:04d}.png", range(10))
    pictures(tmp_path / "c2", "{}.png", range(5, 30))
    own(
        tmp_path,
        "subject,clip,fps,onset,apex,offset,emotion_raw,aus,event_type",
        "anna,c1,120,0,4,9,Happy,6+L12B,",
        "bert,c2,29.97,5,,29,,,macro",
    )
    loaded = load("folder", tmp_path)
    assert loaded.findings == ()
    one, two = loaded.clips
    assert (one.emotion, one.fps, one.event_type, one.first_index) == ("happiness", 120, "micro", 0)
    assert one.frame_template.format(3) == "f0003.png"
    assert [unit.name for unit in one.aus or ()] == ["AU06", "AU12L"]
    assert (two.apex, two.aus, two.event_type, two.fps) == (None, None, "macro", 29.97)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["subject,clip,fps,onset"], "column offset is missing: add it"),
        (["subject,clip,onset,offset,onset,fps"], "column onset is there twice"),
        (["subject,clip,fps,onset,offset,aus,au_raw"], "aus and au_raw say the same"),
        (["subject,clip,fps,onset,offset,apx"], "unknown column 'apx': did you mean apex"),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path: Path, lines: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        load("folder", own(tmp_path, *lines))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a,c,0,1,2,,", "row 2: fps: '0': write frames per second"),
        ("a,c,nan,1,2,,", "row 2: fps: 'nan'"),
        ("a,c,5,1,2,,", "too few for micro"),
        ("a,c,100,-1,2,,", "must not fall"),
        ("a,c,100,1,2,mini,", "write micro or macro"),
        ("a,c,100,1,2,,f.png", "where the number is"),
        ("a,c,100,1,2,,f{x}.png", "where the number is"),
        ("a,,100,1,2,,", "clip: is empty"),
    ],
)
def test_a_row_that_cannot_be(tmp_path: Path, line: str, says: str) -> None:
    own(tmp_path, "subject,clip,fps,onset,offset,event_type,frame_template", line)
    (finding,) = load("folder", tmp_path, labels_only=True).findings
    assert says in f"{finding.where}: {finding.what}"


@pytest.mark.parametrize(
    ("usual", "other"),
    [("1", "01"), ("ben", "Ben"), ("s1", "S001"), ("zo\u00eb", "zoe\u0308")],
)
def test_one_subject_in_two_spellings(tmp_path: Path, usual: str, other: str) -> None:
    lines = (f"{usual},a,100,1,2", f"{other},b,100,1,2", f"{usual},c,100,1,2", "10,a,100,1,2")
    own(tmp_path, "subject,clip,fps,onset,offset", *lines)
    (finding,) = load("folder", tmp_path, labels_only=True).findings
    assert (finding.kind, finding.where) == ("error", f"clips.csv row 3 ({other} b)")
    assert finding.what == f"subject {other} is {usual} elsewhere: write one and the same"


@pytest.mark.parametrize(
    ("cell", "flag"),
    [
        ("hapiness,12", "unknown emotion 'hapiness': did you mean happiness?"),
        ("joy,12", "unknown emotion 'joy'"),
        ("fear,12+AU99", "AU cell: AU99: no such unit"),
        ("fear,L3", "AU cell: AU03L: no such unit"),
    ],
)
def test_slips_are_noted(tmp_path: Path, cell: str, flag: str) -> None:
    own(tmp_path, "subject,clip,fps,onset,apex,offset,emotion,aus", f"a,c,100,1,2,3,{cell}")
    loaded = load("folder", tmp_path, labels_only=True)
    assert loaded.findings == ()
    assert loaded.clips[0].flags == (flag,)


def test_what_sets_write_is_no_slip(tmp_path: Path) -> None:
    known = {word for name in DATASETS for word in published(name).get("emotion", ())}
    rows = [
        f"a,{word},100,1,2,3,{word},4+M58+AD38+R12B+45" for word in {*known, "Happy", ""} - {""}
    ]
    own(tmp_path, "subject,clip,fps,onset,apex,offset,emotion,aus", *rows, "a,z,100,1,2,3,,?")
    assert not any(clip.flags for clip in load("folder", tmp_path, labels_only=True).clips)


def test_errors_are_in_the_order_of_rows(tmp_path: Path, pictures) -> None:
    pictures(tmp_path / "a/c1", "{}.png", range(10))
    rows = ["a,c1,100,0,9", "a,c2,100,0,9", "a,c3,x,0,9", "a,c1,100,0,9", "a,c5,100,9,0"] * 3
    own(tmp_path, "subject,clip,fps,onset,offset", *rows)
    places = [int(one.where.split()[2]) for one in load("folder", tmp_path).findings]
    assert places == sorted(places)
    assert set(places) == set(range(2, 17)) - {2}


def test_semicolons_of_a_spreadsheet(tmp_path: Path) -> None:
    own(tmp_path, "subject;clip;fps;onset;offset;aus", "anna;c1;120;0;9;4,L12")
    (clip,) = load("folder", tmp_path, labels_only=True).clips
    assert (clip.subject, clip.fps, clip.au_raw) == ("anna", 120.0, "4,L12")


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    onset, rise, fall = draw(st.tuples(*[st.integers(0, 10**7)] * 3))
    au_raw = draw(st.sampled_from(["", "?", "4", "R12+L4B", "(6 or 12)", "soft focus"]))
    return Clip(
        dataset=draw(words),
        subject=draw(words),
        clip=draw(words),
        video=draw(words),
        event_type=draw(st.sampled_from(["micro", "macro"])),
        fps=draw(st.floats(0.1, 10_000)),
        onset=onset,
        apex=draw(st.none() | st.just(onset + rise)),
        offset=onset + rise + fall,
        au_raw=au_raw,
        aus=parse(au_raw).units,
        emotion_raw="Happy",
        emotion=draw(st.sampled_from(["happiness", "positive"])),
        objective_class=draw(st.sampled_from(["", "I", "VII"])),
        frame_dir="a/b",
        frame_template=draw(st.sampled_from(["{}.jpg", "img_{:05d}.png"])),
        first_index=draw(st.integers(0, 10**7)),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(clips(), min_size=1, max_size=3))
def test_what_is_written_is_read(tmp_path: Path, made: list[Clip]) -> None:
    path = tmp_path / "clips.csv"
    write(made, path)
    again = load("folder", path, labels_only=True, as_distributed=True).clips
    assert [replace(clip, flags=()) for clip in again] == made


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("12", "I"), ("R12B", "I"), ("6+12", "I"), ("1+2", "II"), ("25", "II"), ("4", "III"),
        ("4+7", "III"), ("9", "IV"), ("4+L9", "IV"), ("15", "V"), ("1+2+4", "VI"), ("20", "VI"),
        ("14", "VII"), ("12+17", "VII"), ("(6 or 12)", "I"), ("(6 or 12)+15", ""),
        ("ref(4)+12", "I"), ("0", ""), ("", ""), ("?", ""),
    ],
)  # fmt: skip
def test_objective_class(cell: str, name: str) -> None:
    assert objective_class(parse(cell).units) == name


def test_rules_are_about_sets_and_fields_that_exist() -> None:
    for rule in rules():
        assert rule.dataset in DATASETS
        assert rule.why
        assert rule.drop != bool(rule.set)
        assert (rule.index is None) == (rule.rows is None) == (rule.when is not None)
        assert set(rule.set or {}) <= {"onset", "apex", "offset"}
    places = [(rule.dataset, rule.index) for rule in rules() if rule.index is not None]
    assert len(places) == len(set(places))


def test_a_rule_that_changes_nothing_says_nothing() -> None:
    clip = Clip("x", "a", "c", "c", "micro", 100.0, 1, 2, 0, "", None, "", "", "", "", "{}", 1)
    entry = Entry(clip, "x.csv", 2, 0, 1, ("a",))
    rule = Rule("x", "why", when={"offset": 0}, set={"offset": "apex"})
    (fixed,), (finding,) = correct([entry], [rule])
    assert (fixed.clip.offset, finding.kind) == (2, "fixed")
    assert correct([fixed], [rule]) == ([fixed], [])
    unknown = replace(entry, clip=replace(clip, apex=None))
    assert correct([unknown], [rule]) == ([unknown], [])
