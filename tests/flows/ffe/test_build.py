"""From portraits to a set, stopped and gone on with, and scored."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from mien.core import facs
from mien.core.errors import InputError, JudgeError, NoFaceError
from mien.core.recipe import recipes
from mien.flows.edit import MESH
from mien.flows.ffe import annotate as scoring
from mien.flows.ffe import generate as stage
from mien.flows.ffe import said as hearing
from mien.flows.ffe.annotate import TOGETHER, Judging, annotate, annotate_file
from mien.flows.ffe.build import Plan, build
from mien.flows.ffe.portraits import Portrait, portraits
from mien.judge.judge import Judge
from mien.learn.ffe.check import check
from mien.learn.ffe.compose import Composition
from mien.learn.ffe.files import read_rows
from mien.learn.ffe.row import CATEGORIES
from mien.learn.ffe.truth import Annotators
from mien.media.image import load_image

PLAN = Plan(Composition(2), size=320, validation=0.0, test=0.4)


@pytest.fixture
def people(data: Path, tmp_path: Path) -> list[Portrait]:
    """Two people, a copy of one and its mirror image, one blurred, two on one, no face, damaged."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, number in (("a", "002"), ("b", "024")):
        Image.open(data / "london" / "neutral" / f"{number}.jpg").resize((450, 450)).save(
            folder / f"{name}.jpg"
        )
    first = Image.open(folder / "a.jpg")
    first.crop((10, 10, 450, 450)).save(folder / "copy.jpg", quality=60)
    first.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "flip.jpg", quality=60)
    blurred = cv2.GaussianBlur(np.array(first), (0, 0), 6)
    Image.fromarray(blurred).save(folder / "dim.jpg")
    both = np.concatenate([np.array(first), np.array(Image.open(folder / "b.jpg"))], axis=1)
    Image.fromarray(both).save(folder / "pair.jpg")
    Image.new("RGB", (64, 64), "grey").save(folder / "wall.png")
    (folder / "worn.jpg").write_bytes((folder / "a.jpg").read_bytes()[:4000])
    return portraits(folder, licence="CC BY 4.0", consent="release forms")


def times(out: Path) -> dict[str, int]:
    return {
        path.relative_to(out).as_posix(): path.stat().st_mtime_ns
        for folder in ("edits", "sources")
        for path in sorted((out / folder).rglob("*.jpg"))
    }


def test_a_set(people: list[Portrait], tmp_path: Path, faults) -> None:
    out = tmp_path / "out"
    built = build(people, out, PLAN)
    assert set(built.dropped) == {"copy", "dim", "flip", "pair", "wall", "worn"}
    assert built.dropped["copy"] == "is nearly the same picture as a"
    assert built.dropped["flip"] == "is nearly the same picture as a"
    assert "blurred" in built.dropped["dim"]
    assert "more than one person" in built.dropped["pair"]
    assert "no face" in built.dropped["wall"]
    assert "\n" not in "".join(built.dropped.values())
    dropped = [json.loads(line) for line in (out / "dropped.jsonl").read_text().splitlines()]
    assert {one["name"]: one["reason"] for one in dropped} == dict(built.dropped)

    rows = read_rows(out / "ffe.jsonl")
    assert len(rows) == built.rows == 4
    assert check(out / "ffe.jsonl").findings == ()
    assert {row.split for row in rows} == {"train", "test"}
    for line in (out / "ffe.jsonl").read_text("utf-8").splitlines():
        assert faults("ffe-row", json.loads(line)) == []
    for row in rows:
        assert (row.src.licence, row.src.consent) == ("CC BY 4.0", "release forms")
        assert (row.generator, row.seed) == ({"name": "mesh"}, 0)
        assert row.person.skin
        sizes = {load_image(out / picture.image).pixels.shape for picture in row.pictures}
        assert sizes == {(320, 320, 3)}
        for one in row.dst:
            assert abs(one.scores[one.category] - one.asked[one.category]) < 0.2
            assert one.aus
            assert set(one.aus) <= set(facs.COLUMNS)
    prompts = [json.loads(line) for line in (out / "prompts.jsonl").read_text().splitlines()]
    assert [one["name"] for one in prompts[:2]] == ["a-000-a", "a-000-b"]
    assert prompts[0]["prompt"] == rows[0].dst[0].prompt


def test_what_is_drawn_is_what_is_said(people: list[Portrait], tmp_path: Path) -> None:
    """A row's intensities, asked of the same source as absolute values, make the same picture."""
    import mien

    out = tmp_path / "out"
    build(people[:2], out, PLAN)
    target = read_rows(out / "ffe.jsonl")[0].dst[0]
    source = load_image(out / "sources" / "a.jpg").pixels
    wanted = {**dict.fromkeys(facs.COLUMNS, 0.0), **target.aus}
    again = mien.edit(source, {}, set=wanted).image
    drawn = load_image(out / target.picture.image).pixels
    far = np.abs(again.astype(int) - drawn.astype(int))
    assert far.mean() < 1.5  # JPEG
    assert far.mean() < 0.5 * np.abs(source.astype(int) - drawn.astype(int))[far.any(-1)].mean()


def test_what_is_current_stays(people: list[Portrait], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(people[:2], out, PLAN)
    before, rows = times(out), (out / "ffe.jsonl").read_bytes()
    assert len(before) == 2 + 8
    build(people[:2], out, PLAN)
    assert times(out) == before
    assert (out / "ffe.jsonl").read_bytes() == rows

    more = replace(PLAN, composition=Composition(3))
    build(people[:2], out, more)
    after = times(out)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 4

    (out / "edits" / "a" / "a-000-b.jpg").unlink()
    (out / ".ffe" / "b" / "collect.json").write_text("{")
    build(people[:2], out, more)
    changed = {name for name, at in times(out).items() if after[name] != at}
    assert changed == {"edits/a/a-000-b.jpg", "sources/b.jpg"}


@pytest.mark.parametrize(("step", "jobs"), [("collect", 1), ("generate", 1), ("generate", 2)])
def test_broken_off_it_goes_on(
    people: list[Portrait], tmp_path: Path, jobs: int, step: str
) -> None:
    def stop(now: str, done: int, total: int | None) -> None:
        if (now, done) == (step, 1):
            raise KeyboardInterrupt

    broken, whole = tmp_path / "broken", tmp_path / "whole"
    with pytest.raises(KeyboardInterrupt):
        build(people[:2], broken, PLAN, jobs=jobs, progress=stop)
    assert not (broken / "ffe.jsonl").exists()
    kept = times(broken)
    build(people[:2], broken, PLAN)
    assert {name: at for name, at in times(broken).items() if name in kept} == kept
    if jobs == 1:
        build(people[:2], whole, PLAN)
        assert (broken / "ffe.jsonl").read_bytes() == (whole / "ffe.jsonl").read_bytes()


def test_stopped_between_two_pictures(
    people: list[Portrait], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    save = stage.save_image

    def dying(path: Path, pixels: np.ndarray) -> None:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(path)
        save(path, pixels)

    monkeypatch.setattr(stage, "save_image", dying)
    with pytest.raises(KeyboardInterrupt):
        build(people[:2], tmp_path / "out", PLAN)
    kept = times(tmp_path / "out")
    monkeypatch.undo()
    build(people[:2], tmp_path / "out", PLAN)
    after = times(tmp_path / "out")
    assert len(kept) == 2 + 2
    assert {name: after[name] for name in kept} == kept
    assert not list((tmp_path / "out").rglob("*.part*"))


def test_a_damaged_edit_is_made_again(people: list[Portrait], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(people[:2], out, PLAN)
    before, file = times(out), out / "edits" / "a" / "a-001-a.jpg"
    whole = file.read_bytes()
    file.write_bytes(whole[:200])
    build(people[:2], out, PLAN)
    assert load_image(file).pixels.shape == (320, 320, 3)
    assert {name for name, at in times(out).items() if before[name] != at} == {
        "edits/a/a-001-a.jpg"
    }
    record = out / ".ffe" / "a" / "generate.json"
    known = {name: {**one} for name, one in json.loads(record.read_text()).items()}
    for one in known.values():
        del one["sha256"]  # as it was before there were hashes
    record.write_text(json.dumps(known))
    before = times(out)
    build(people[:2], out, PLAN)
    assert times(out) == before


def test_who_is_no_longer_given_is_gone(people: list[Portrait], tmp_path: Path) -> None:
    out, plan = tmp_path / "out", replace(PLAN, test=0.0)
    build(people[:2], out, plan)
    kept = {name for name in times(out) if "/a" in name}
    theirs = out / "edits" / "b" / "notes.txt"
    theirs.write_text("somebody's own")
    strange = out / "edits" / "c"
    strange.mkdir()
    (strange / "c-000-a.jpg").write_bytes(b"of no record")
    built = build(people[:1], out, plan, until="collect")
    assert built.removed == {"b": "b"}
    assert {*times(out)} == {*kept, "edits/c/c-000-a.jpg"}
    assert theirs.is_file()
    assert {row.src.identity for row in read_rows(out / "ffe.jsonl")} == {"a"}
    assert '"sources/b.jpg"' not in (out / "prompts.jsonl").read_text()
    assert not (out / ".ffe" / "b").exists()
    assert build(people[:1], out, plan).removed == {}

    other = replace(people[1], name="a")  # the name is somebody else's now
    assert build([other], out, plan, until="collect").removed == {"a": "a"}
    assert not (out / "ffe.jsonl").exists()
    assert {*times(out)} == {"sources/a.jpg", "edits/c/c-000-a.jpg"}
    with pytest.raises(InputError, match="no portraits are given"):
        build([], out, plan)
    assert (out / "sources" / "a.jpg").is_file()


def test_too_few_people_are_told_before_anything_is_made(
    people: list[Portrait], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match="2 people for 3 splits") as raised:
        build(people, out, replace(PLAN, validation=0.1))
    assert "left out: copy is nearly the same picture as a; dim is blurred" in str(raised.value)
    assert f"all 6 are in {out / 'dropped.jsonl'}" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len((out / "dropped.jsonl").read_text().splitlines()) == 6
    assert not (out / "edits").exists()


def test_what_is_left_out_is_written_whatever_goes_wrong(
    people: list[Portrait], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(image: np.ndarray) -> dict[str, float]:
        raise JudgeError("the server is down")

    judge(monkeypatch, "one", gone)
    with pytest.raises(JudgeError, match=r"one: the server is down$"):
        build(people[:3], tmp_path / "out", replace(PLAN, judging=Judging(("one",))))
    assert '"copy"' in (tmp_path / "out" / "dropped.jsonl").read_text()


def test_stages(people: list[Portrait], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert build(people[:2], out, PLAN, until="collect").rows == 0
    assert not (out / "prompts.jsonl").exists()
    assert build(people[:2], out, PLAN, until="compose").rows == 0
    assert not (out / "edits").exists()
    assert build(people[:2], out, PLAN, until="generate").annotated is None
    assert {tuple(one.scores) for row in read_rows(out / "ffe.jsonl") for one in row.dst} == {()}
    assert "run mien ffe annotate" in check(out / "ffe.jsonl").findings[0].what
    annotate_file(out / "ffe.jsonl", out / "ffe.jsonl", Judging())
    assert check(out / "ffe.jsonl").findings == ()


def test_failed_faces_are_dropped(people: list[Portrait], tmp_path: Path) -> None:
    def edits(sitting: Any, asks: Any) -> Iterator[Any]:
        for number, result in enumerate(MESH.edits(sitting, asks)):
            lost = {column: float("nan") for column in facs.COLUMNS}
            gone = tuple(replace(one, measured=lost) for one in result.edits)
            yield replace(result, edits=gone) if number == 1 else result

    backend = replace(MESH, edits=edits)
    built = build(people[:2], tmp_path / "out", replace(PLAN, backend=backend))
    why = "the face is not found again on the edit"
    assert {name: built.dropped[name] for name in ("a-000", "b-000")} == {
        "a-000": why,
        "b-000": why,
    }
    assert built.rows == 2


def test_pictures_made_elsewhere(
    people: list[Portrait], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, made = tmp_path / "out", tmp_path / "made"
    build(people[:2], out, PLAN, until="compose")
    made.mkdir()
    names = [json.loads(line) for line in (out / "prompts.jsonl").read_text().splitlines()]
    for number, one in enumerate(names):  # no two alike
        edit = Image.open(out / one["source"]).resize((640, 640))
        edit.point(lambda value, number=number: value // 2 + number).save(
            made / f"{one['name']}.png"
        )
    (made / "a-000-b.png").unlink()
    Image.new("RGB", (640, 640)).save(made / "b-001-a.png")
    Image.open(out / "sources" / "b.jpg").resize((640, 320)).save(made / "b-000-a.png")
    judge(monkeypatch, "one", lambda image: dict.fromkeys(CATEGORIES, 0.5))
    plan = replace(PLAN, pictures=made, judging=Judging(("one",)), test=0.0)
    built = build(people[:2], out, plan)
    assert built.dropped["a-000"] == "there is no a-000-b.png in the folder of pictures"
    assert "no face" in built.dropped["b-001"]
    assert "b-000" in built.dropped
    (row,) = read_rows(out / "ffe.jsonl")
    assert (row.id, row.generator["name"], row.judges) == ("a-001", "elsewhere", ("one",))
    assert row.dst[0].aus == {}
    assert load_image(out / row.dst[0].picture.image).pixels.shape == (320, 320, 3)
    assert check(out / "ffe.jsonl").findings == ()


def test_an_editor_that_knows_names(
    people: list[Portrait], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def wishes(asks: Any) -> Iterator[Any]:
        return (one.wish.expressions for one in asks)

    def edits(sitting: Any, asks: Any) -> Iterator[Any]:
        asked.extend({recipe.name: (recipe, s) for recipe, s in w.items()} for w in wishes(asks))
        return MESH.edits(sitting, asks)

    judge(monkeypatch, "one", lambda image: dict.fromkeys(CATEGORIES, 0.5))
    backend = replace(MESH, name="drawer", edits=edits, details={"steps": 8})
    plan = replace(PLAN, backend=backend, judging=Judging(("one",)))
    build(people[:2], tmp_path / "out", plan)
    rows = read_rows(tmp_path / "out" / "ffe.jsonl")
    for want, one in zip(asked, (one for row in rows for one in row.dst), strict=True):
        assert {name: strength for name, (_, strength) in want.items()} == one.asked
        assert all(recipe == recipes()[name] for name, (recipe, _) in want.items())
        assert one.aus == {}
    assert {row.generator["steps"] for row in rows} == {8}
    with pytest.raises(InputError, match="use 1"):
        build(people[:2], tmp_path / "out", plan, jobs=2)
    with pytest.raises(InputError, match="one-sided"):
        replace(plan, composition=Composition(one_sided=0.1))


def judge(monkeypatch: pytest.MonkeyPatch, name: str, scores: Any, classes=CATEGORIES) -> None:
    """Put a judge of this name in place of all, beside those that are there already."""
    known = getattr(judge, "known", {})
    if monkeypatch not in known:
        known.clear()
    known.setdefault(monkeypatch, {})[name] = Judge(name, name, classes, scores)
    judge.known = known  # type: ignore[attr-defined]
    monkeypatch.setattr(hearing, "_judge", lambda one, models: known[monkeypatch][one])


def test_judges_are_averaged_and_asked_once(
    people: list[Portrait], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, asked = tmp_path / "out", []
    build(people[:2], out, PLAN)
    rows = read_rows(out / "ffe.jsonl")

    def looks(image: np.ndarray) -> dict[str, float]:
        asked.append(image.shape)
        return dict.fromkeys(CATEGORIES, float(image.mean()) / 255)

    six = CATEGORIES[:6]
    judge(monkeypatch, "bright", looks)
    judge(monkeypatch, "half", lambda image: dict.fromkeys(six, float(image.mean()) / 510), six)
    judge(monkeypatch, "blind", lambda image: (_ for _ in ()).throw(NoFaceError("no face")))
    found = annotate(rows, out, Judging(("bright", "half", "blind")))
    assert len(asked) == 8
    assert all(a == b <= 512 for a, b, _ in asked)
    for row in found.rows:
        assert row.judges == ("bright", "half", "blind")
        for one in row.dst:
            whole = one.scores[CATEGORIES[11]]
            assert one.scores[CATEGORIES[0]] == pytest.approx(0.75 * whole, abs=1e-3)
    assert found.unsaid == ()
    assert found.unseen == ()
    assert found.agreement[TOGETHER].alpha < 0.5
    assert annotate(rows, out, Judging(("bright", "half", "blind"))).rows == found.rows
    assert len(asked) == 8

    only = annotate(rows, out, Judging(("half",)))
    assert only.unsaid == CATEGORIES[6:]
    assert only.agreement == {}
    assert {only.rows[0].dst[0].scores[name] for name in CATEGORIES[6:]} == {None}
    assert len(annotate(rows, out, Judging(("blind",))).unseen) == 8
    store = out / ".ffe" / "said.jsonl"
    store.write_bytes(store.read_bytes()[:-30] + b"")
    annotate(rows, out, Judging(("bright",)))
    assert len(asked) == 8
    assert store.read_bytes().endswith(b"\n")


def test_only_what_judges_know_is_asked_for(
    people: list[Portrait], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    six = CATEGORIES[:6]
    judge(monkeypatch, "six", lambda image: dict.fromkeys(six, 0.3), six)
    built = build(people[:2], tmp_path / "out", replace(PLAN, judging=Judging(("six",))))
    rows = read_rows(tmp_path / "out" / "ffe.jsonl")
    assert {one.category for row in rows for one in row.dst} <= set(six)
    assert built.annotated is not None
    assert built.annotated.unsaid == CATEGORIES[6:]


def test_annotators(people: list[Portrait], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(people[:2], out, PLAN)
    rows = read_rows(out / "ffe.jsonl")
    exact = annotate(rows, out, Judging(annotators=Annotators(2, 0.0)))
    assert exact.agreement[TOGETHER].alpha == pytest.approx(1.0)
    rough = annotate(rows, out, Judging(annotators=Annotators(3, 0.3)))
    assert rough.agreement[TOGETHER].alpha < 0.9
    assert rough.agreement[TOGETHER].icc > rough.agreement[TOGETHER].alpha


def test_what_pictures_have_in_common_is_no_agreement() -> None:
    """Two judges who know the mean of each category and guess within it."""
    chance = np.random.default_rng(1)
    means = np.linspace(0.0, 0.9, len(CATEGORIES))
    ratings = means + 0.05 * chance.normal(size=(200, 2, len(CATEGORIES)))
    found = scoring._agreement(ratings)
    assert abs(found[TOGETHER].icc) < 0.2
    assert abs(found[TOGETHER].alpha) < 0.1


def test_a_judge_twice() -> None:
    with pytest.raises(InputError, match="one is named twice"):
        Judging(("one", "two", "one"))


def test_children_are_left_out(people: list[Portrait], tmp_path: Path) -> None:
    young = [replace(one, person=replace(one.person, age=15.0)) for one in people[:2]]
    with pytest.raises(InputError, match="under 18"):
        build(young, tmp_path / "out", PLAN)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 10}, "size 10"),
        ({"pictures": Path()}, "--judge"),
        ({"backend": replace(MESH, name="other")}, "--judge"),
    ],
)
def test_plans_that_do_not_fit(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        replace(PLAN, **change)


def test_folders_that_do_not_fit(people: list[Portrait], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown stage"):
        build(people[:2], tmp_path / "out", PLAN, until="never")
    with pytest.raises(InputError, match="other files"):
        build(people[:2], tmp_path, PLAN)
    with pytest.raises(InputError, match="no portrait can be used"):
        build(people[-2:], tmp_path / "out", PLAN)
    with pytest.raises(InputError, match="2 people for 3 splits"):
        build(people[:2], tmp_path / "out", replace(PLAN, validation=0.1, test=0.1))
