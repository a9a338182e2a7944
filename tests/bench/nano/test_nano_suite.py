"""The whole benchmark in tiny: stopped, gone on with, and nobody trained on who is tested."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file

from mien.bench import people as photographed
from mien.bench.nano import material, runs, tested
from mien.bench.nano.likeness import photos, stand_in
from mien.bench.nano.material import Scale
from mien.bench.nano.people import dealt
from mien.bench.suites import pixelsmile_nano as suite
from mien.core.errors import InputError, MissingExtraError
from mien.learn.ffe.files import read_rows
from mien.learn.pixelsmile import small_judge, stand_ins
from mien.learn.pixelsmile.examples import gathered
from mien.learn.pixelsmile.run import WEIGHTS

pytestmark = pytest.mark.slow

SCALE = Scale(children=3, watched=0, pairs=2, judged=2)
WANTED = runs.Wanted(("full", "one-hot"), seeds=2, steps=2)
ASKED = {"wanted": WANTED, "scale": SCALE}


@pytest.fixture(scope="module")
def _hasty() -> Iterator[None]:
    """Four people, and networks that need know nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (suite, material):
            patch.setattr(module, "people", lambda data: photographed.people(data)[:4])
        patch.setattr(stand_ins, "_STEPS", 5)
        patch.setattr(small_judge.learned, "__defaults__", (small_judge.silent, 5))
        yield


@pytest.fixture(scope="module")
def done(data: Path, tmp_path_factory: pytest.TempPathFactory, _hasty: None) -> SimpleNamespace:
    """A benchmark that was stopped after its first training, and gone on with."""
    out = tmp_path_factory.mktemp("nano")

    def stop(step: str, number: int, total: int | None) -> None:
        if step == "one-hot-0: train":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        suite.run(data, stop, out=out, **ASKED)
    first = (out / "runs" / "full-0" / WEIGHTS["nano"]).stat().st_mtime_ns
    result = suite.run(data, out=out, **ASKED)
    sheet = np.asarray(Image.open(*result.files))  # other tests ask for fewer variants
    return SimpleNamespace(out=out, first=first, result=result, data=data, sheet=sheet)


def test_every_figure_is_there(done: SimpleNamespace) -> None:
    names = [row.figure for row in done.result.rows]
    assert len({*names}) == len(names)
    for who in ("mesh (ceiling)", "source (floor)", "full", "one-hot"):
        assert sum(name.startswith(f"{who}: ") for name in names) == 7
    assert sum("full − one-hot" in name for name in names) == 7
    assert [row.figure for row in done.result.rows if row.asked] == ["CLS-12: full − one-hot"]
    assert sum(name.startswith("judge-32: ") for name in names) == 6
    found = {row.figure: row.measured for row in done.result.rows}
    assert found["source (floor): CLS-12"] == "0.0000"
    assert found["source (floor): ID Sim"] == "1.0000"


def test_nobody_who_is_tested_is_trained_on(done: SimpleNamespace) -> None:
    everyone = photographed.people(done.data)[:4]
    parts = dealt(everyone)
    ours, theirs = ({one.name for one in part} for part in (parts.train, parts.test))
    rows = [
        *read_rows(done.out / "set" / "ffe.jsonl"),
        *read_rows(done.out / "set" / "judge" / "ffe.jsonl"),
    ]
    identities = {row.src.identity for row in rows}
    assert len(identities) == len(ours) + SCALE.children
    parents = {name for one in identities for name in (one.split("-")[:2] if "-" in one else [one])}
    assert parents == ours
    shown = {row.src.identity for row in read_rows(done.out / "set" / "test" / "ffe.jsonl")}
    assert shown == theirs
    assert not parents & shown


def test_the_judge_learns_from_other_edits(done: SimpleNamespace) -> None:
    def wishes(path: Path) -> set[tuple[object, ...]]:
        return {
            (row.src.identity, *sorted(one.aus.items()))
            for row in read_rows(path)
            for one in row.dst
        }

    trained = wishes(done.out / "set" / "ffe.jsonl")
    assert trained
    assert not trained & wishes(done.out / "set" / "judge" / "ffe.jsonl")


def test_truth_is_exact_where_the_judge_is_measured(done: SimpleNamespace) -> None:
    for row in read_rows(done.out / "set" / "test" / "ffe.jsonl"):
        for one in row.dst:
            assert one.scores[one.category] == pytest.approx(one.asked[one.category], abs=1e-4)
    noisy = read_rows(done.out / "set" / "ffe.jsonl")
    off = [one.scores[one.category] - one.asked[one.category] for row in noisy for one in row.dst]
    assert 0.005 < np.std(off) < 0.1


def test_what_was_done_stays(done: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = done.out / "runs" / "full-0" / WEIGHTS["nano"]
    assert weights.stat().st_mtime_ns == done.first

    def again(*_: object, **__: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(runs, "run", again)
    monkeypatch.setattr(small_judge, "learned", again)
    monkeypatch.setattr(material, "mixed", again)
    kept = {path: path.stat().st_mtime_ns for path in done.out.rglob("*.npz")}
    result = suite.run(done.data, out=done.out, **ASKED)
    assert result.rows == done.result.rows
    assert {path: path.stat().st_mtime_ns for path in done.out.rglob("*.npz")} == kept
    # A part of the table is told from what is there.
    few = suite.run(
        done.data, out=done.out, **{**ASKED, "wanted": replace(WANTED, variants=("full",), seeds=1)}
    )
    assert not any("−" in row.figure for row in few.rows)


def test_stopped_or_not_the_weights_are_the_same(done: SimpleNamespace, tmp_path: Path) -> None:
    again = tmp_path / "one-hot-0"
    rows = done.out / "set" / "ffe.jsonl"
    whole = runs.trained(runs.Run("one-hot", 0, 2, rows, again), "unknown")
    one, other = load_file(whole), load_file(done.out / "runs" / "one-hot-0" / WEIGHTS["nano"])
    assert all(bool((one[name] == other[name]).all()) for name in one)
    assert not all(
        bool((one[name] == value).all())
        for name, value in load_file(done.out / "runs" / "full-0" / WEIGHTS["nano"]).items()
    )


def test_other_steps_are_refused(done: SimpleNamespace) -> None:
    with pytest.raises(InputError, match="another configuration"):
        suite.run(done.data, out=done.out, **{**ASKED, "wanted": replace(WANTED, steps=3)})


def test_a_set_is_of_one_choice_of_people(
    done: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "people", lambda data: photographed.people(data)[1:5])
    with pytest.raises(InputError, match="of other photos"):
        suite.run(done.data, out=done.out, **ASKED)
    with pytest.raises(InputError, match="of other photos"):
        suite.run(done.data, out=done.out, **{**ASKED, "scale": replace(SCALE, pairs=3)})
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="something else"):
        suite.run(done.data, out=tmp_path, **ASKED)


def test_squares_are_those_of_training(done: SimpleNamespace) -> None:
    """Whoever is tested is shown to the model as the people it was trained on were."""
    seen = tested.read(sorted((done.out / "set" / "tested").glob("*.npz")))
    rows = gathered(done.out / "set" / "test" / "ffe.jsonl")
    assert seen.names == tuple(sorted({row.row.src.identity for row in rows}))
    assert np.array_equal(seen.sources[0], rows[0].squares[0])
    assert seen.mesh.shape == (1, 12, 5, 32, 32, 3)
    assert all(np.array_equal(one, seen.sources[0]) for one in seen.mesh[0, :, 0])  # strength 0
    change = np.abs(seen.mesh[0].astype(int) - seen.sources[0]).mean(axis=(2, 3, 4))
    assert (np.diff(change, axis=1) > 0).all()  # more strength, more change
    eyes = seen.points[0, [33, 263], :2]
    assert ((eyes > 4) & (eyes < 28)).all()
    assert eyes[0, 0] < 16 < eyes[1, 0]


def test_the_sheet(done: SimpleNamespace) -> None:
    pixels = done.sheet
    assert pixels.shape == (16 + 12 * 64, 76 + 64 + 3 * (5 * 64 + 6), 3)
    source = tested.read(sorted((done.out / "set" / "tested").glob("*.npz"))).sources[0]
    assert np.array_equal(pixels[16:80:2, 76:140:2], source)


def test_who_stands_in_knows_persons(done: SimpleNamespace, tmp_path: Path) -> None:
    found = photos(photographed.people(done.data)[:2], tmp_path / "photos.npz")
    likeness = stand_in(gathered(done.out / "set" / "ffe.jsonl"))
    vectors = likeness.embed(found.squares[:, 0], found.points[:, 0])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0)
    assert likeness.name == "persons-cnn, seed 5"


def test_each_variant_changes_one_thing() -> None:
    base = runs.Run("full", 0, 7, Path(), Path())
    assert base.config.steps == 7
    for variant in runs.VARIANTS:
        other = replace(base, variant=variant).config
        apart = [
            one.name
            for one in fields(other)
            if getattr(other, one.name) != getattr(base.config, one.name)
        ]
        assert len(apart) == (variant != "full")
    assert runs.STANDARD == ("full", "no-contrast", "not-symmetric", "no-identity", "one-hot")


def test_a_seed_is_complete_before_the_next_begins() -> None:
    found = runs.runs(runs.Wanted(("full", "one-hot"), 2), Path(), Path("out"))
    assert [one.name for one in found] == ["full-0", "one-hot-0", "full-1", "one-hot-1"]
    assert found[3].config.seed == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"variants": ("ful",)},
        {"variants": ("full", "full")},
        {"variants": ()},
        {"seeds": 0},
        {"steps": 0},
        {"model": "qwen"},
    ],
)
def test_what_cannot_be_asked(asked: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"--{next(iter(asked))}"):
        runs.Wanted(**asked)


def test_mini_is_judged_as_nano_is(done: SimpleNamespace) -> None:
    """The same benchmark with pictures of 64 px, from the same set."""
    wanted = replace(WANTED, variants=("full",), seeds=1, model="mini")
    result = suite.run(done.data, out=done.out, wanted=wanted, scale=SCALE)
    assert [one.name for one in result.files] == ["sheet-mini.png"]
    with np.load(done.out / "runs-mini" / "full-0" / "made.npz") as stored:
        assert stored["pictures"].shape == (1, 12, 5, 64, 64, 3)
    seen = tested.read(sorted((done.out / "set" / "tested").glob("*.npz")))
    large = tested.sources(done.out / "set" / "test" / "ffe.jsonl", seen.names, 64)
    off = np.abs(tested.reduced(large).astype(int) - seen.sources)
    assert off.mean() < 2.0  # the same squares, made small in one step or in two


def test_what_trains_is_looked_for_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str, extra: str) -> None:
        raise MissingExtraError(f"this needs {module}: pip install 'mien[{extra}]'")

    monkeypatch.setattr(suite, "require", missing)
    with pytest.raises(MissingExtraError, match=r"mien\[train\]"):
        suite.run(tmp_path, out=tmp_path / "out")
