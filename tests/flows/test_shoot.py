"""One shoot, many variants."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import mien
from mien.core.errors import InputError, MediaError
from mien.core.recipe import Recipe
from mien.flows.edit import MESH, STRAIGHT
from mien.flows.edit_file import edit_file
from mien.flows.shoot import Shoot, photo, photos_in, shoot
from mien.flows.shoot.photo import TILE, tile
from mien.flows.shoot.plan import read_record, tasks_of, variants_of
from mien.flows.shoot.sheet import Row, write_sheet
from mien.media.image import load_image

MINE = Recipe("mine", {"AU12": 2.0})
WISHES = {"mine": {MINE: 1.0}, "sad": {"sad": 0.8}}


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    """Two small photos of people, one that is damaged, one without a face, and a note."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, number in (("a.jpg", "002"), ("b.png", "024")):
        picture = Image.open(data / "london" / "neutral" / f"{number}.jpg")
        picture.resize((450, 450)).save(folder / name)
    (folder / "broken.jpg").write_bytes((folder / "a.jpg").read_bytes()[:5000])
    Image.new("RGB", (64, 64), "grey").save(folder / "grey.png")
    (folder / "notes.txt").write_text("nothing to edit")
    return folder


def files(out: Path) -> dict[str, int]:
    """What a user sees in a folder, and when it was written."""
    return {
        path.relative_to(out).as_posix(): path.stat().st_mtime_ns
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".shoot" not in path.parts
    }


def run(folder: Path, out: Path, wishes=WISHES, **options) -> Shoot:
    return shoot(photos_in(folder), out, wishes, **options)


def test_every_photo_in_every_way(folder: Path, tmp_path: Path, faults) -> None:
    out = tmp_path / "out"
    made = run(folder, out)
    pictures = {"mine/a.jpg", "mine/b.png", "sad/a.jpg", "sad/b.png"}
    assert set(files(out)) == {*pictures, "report.json", "sheet.jpg"}
    assert {path.relative_to(out).as_posix() for path in made.written} == pictures
    assert made.kept == ()
    assert {path.name for path in made.failed} == {"broken.jpg", "grey.png"}
    assert "no face found" in made.failed[folder / "grey.png"]
    for name, wish in WISHES.items():
        alone = mien.edit(folder / "b.png", wish)
        assert np.array_equal(load_image(out / name / "b.png").pixels, alone.image)
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert faults("report", report) == []
    assert {entry["file"] for entry in report["edits"]} == pictures
    assert [entry["source"] for entry in report["failed"]] == ["broken.jpg", "grey.png"]
    assert report["edits"][0]["asked"]["AU12L"] == 2.0


def test_report_of_one_photo_has_the_form_too(folder: Path, tmp_path: Path, faults) -> None:
    report = tmp_path / "report.json"
    edit_file(folder / "a.jpg", tmp_path / "a.png", {MINE: 0.5}, report=report)
    assert faults("report", json.loads(report.read_text("utf-8"))) == []


def test_what_is_current_stays(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(folder, out)
    before = files(out)
    again = run(folder, out)
    assert files(out) == before
    assert again.written == ()
    assert len(again.kept) == 4

    changed = {**WISHES, "mine": {Recipe("mine", {"AU12": 2.5}): 1.0}}
    assert {path.parent.name for path in run(folder, out, changed).written} == {"mine"}
    (out / "sad" / "a.jpg").unlink()
    assert run(folder, out, changed).written == (out / "sad" / "a.jpg",)
    os.utime(folder / "b.png", ns=(0, 0))
    assert {path.name for path in run(folder, out, changed).written} == {"b.png"}
    (out / ".shoot" / "a.jpg" / "record.json").write_text("{")
    assert {path.name for path in run(folder, out, changed).written} == {"a.jpg"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_broken_off_it_goes_on(folder: Path, tmp_path: Path, jobs: int) -> None:
    out = tmp_path / "out"

    def stop(step: str, done: int, total: int | None) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(folder, out, jobs=jobs, progress=stop)
    assert {"mine/a.jpg", "sad/a.jpg"} <= set(files(out))
    assert "report.json" not in files(out)
    (out / "mine" / f".{'0' * 12}.part.jpg").write_bytes(b"killed while writing")
    made = run(folder, out)
    assert out / "mine" / "a.jpg" in made.kept
    assert len(made.written) + len(made.kept) == 4
    assert not list(out.rglob(".*.part*"))


def test_a_photo_is_understood_once(folder: Path, tmp_path: Path, monkeypatch) -> None:
    looked = []
    find = photo.sitting
    monkeypatch.setattr(photo, "sitting", lambda *a, **k: looked.append(a) or find(*a, **k))
    shoot([folder / "a.jpg"], tmp_path / "out", WISHES, strengths=[0.5, 1.0])
    assert len(looked) == 1
    assert {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()} == {
        ".shoot", "mine-0.50", "mine-1.00", "sad-0.50", "sad-1.00",
    }  # fmt: skip


def test_everybody_on_a_photo(data: Path, tmp_path: Path, faults) -> None:
    group = data / "images" / "multi_face.jpg"
    made = shoot([group], tmp_path / "out", {"sad": {"sad": 1.0}}, face="all")
    report = json.loads(made.report.read_text("utf-8"))
    assert faults("report", report) == []
    faces = [entry["face"] for entry in report["edits"]]
    assert faces == list(range(len(faces)))
    assert len(faces) > 1
    assert {entry["file"] for entry in report["edits"]} == {"sad/multi_face.jpg"}


def test_absolute_targets_and_strengths(folder: Path, tmp_path: Path) -> None:
    made = shoot(
        [folder / "a.jpg"], tmp_path / "out", {"set": {}}, set={"AU12": 3}, strengths=[0, 1]
    )
    zero, full = (entry["asked"] for entry in json.loads(made.report.read_text("utf-8"))["edits"])
    assert full["AU12L"] == 3.0
    assert zero["AU12L"] < 1.0


def test_equal_names_and_formats_that_are_only_read(tmp_path: Path) -> None:
    photos = [tmp_path / "in" / name for name in ("x.jpg", "X.PNG", "x.gif", "y.heic")]
    tasks = tasks_of(photos, tmp_path / "out", (), 0, None)
    assert [task.name for task in tasks] == ["x.jpg", "X-2.PNG", "x-3.png", "y.png"]


def test_photos_are_told_by_their_endings(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "._a.png", "clip.mp4", "b.xmp", "c.heic"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    assert [path.name for path in photos_in(tmp_path)] == ["a.png", "b.JPG", "c.heic"]
    with pytest.raises(InputError, match="holds no photos"):
        photos_in(tmp_path / "folder.jpg")


def test_other_peoples_folders_are_left_alone(tmp_path: Path) -> None:
    photos = [tmp_path / "in" / "a.jpg"]
    photos[0].parent.mkdir()
    photos[0].touch()
    full, file = tmp_path / "full", tmp_path / "file"
    full.mkdir()
    (full / "letter.txt").touch()
    file.touch()
    for out, message in (
        (photos[0].parent, "is where the photos are"),
        (full, "holds other files"),
        (file, "is a file"),
        (tmp_path / "out.jpg", "give the name of a folder"),
    ):
        with pytest.raises(MediaError, match=message):
            shoot(photos, out, WISHES)
    with pytest.raises(InputError, match="at least one process"):
        shoot(photos, tmp_path / "out", WISHES, jobs=0)
    for strengths, message in (([1.6], "strengths lie between"), ([1.5], "a strength lies")):
        with pytest.raises(InputError, match=message):
            shoot(photos, tmp_path / "out", {"mine": {MINE: 1.2}}, strengths=strengths)
    assert not (tmp_path / "out").exists()


def test_the_key_tells_what_a_picture_depends_on(tmp_path: Path) -> None:
    one, other = tmp_path / "a.jpg", tmp_path / "b.jpg"
    one.write_bytes(b"1")
    other.write_bytes(b"2")

    def key(
        photo=one, wish=MINE, fixed=None, strength=1.0, face=0, neutral=None, turn=STRAIGHT
    ) -> str:
        variants = variants_of({"v": {wish: strength}}, fixed, None, turn)
        (task,) = tasks_of([photo], tmp_path / "out", variants, face, neutral)
        return task.key(task.variants[0])

    renamed = Recipe("other name, same face", {"AU12R": 2.0, "AU12L": 2.0}, None, "me")
    assert key() == key(wish=renamed)
    different = [
        key(), key(other), key(wish=Recipe("mine", {"AU12": 2.1})), key(fixed={"AU25": 0.0}),
        key(wish=Recipe("mine", {"AU12": 2.0}, 0)), key(strength=0.9), key(face=1),
        key(face=(1.0, 2.0)), key(face="all"), key(neutral=other), key(turn=(1, 0, 0)),
    ]  # fmt: skip
    assert len({*different}) == len(different)


def test_a_record_that_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path) == {}
    for text in ("", "[]", '{"pictures": 3}'):
        (tmp_path / "record.json").write_text(text)
        assert read_record(tmp_path) == {}


def test_sheet_has_pages_and_forgets_old_ones(tmp_path: Path) -> None:
    red = tmp_path / "red.jpg"
    Image.new("RGB", (TILE, TILE), "red").save(red)
    rows = [Row(f"{n} {'long ' * 30}", [red, tmp_path / "missing.jpg"]) for n in range(25)]
    names = [page.name for page in write_sheet(tmp_path, ["original", "mine"], rows)]
    assert names == ["sheet.jpg", "sheet-2.jpg", "sheet-3.jpg"]
    with Image.open(tmp_path / "sheet.jpg") as page:
        width, _ = page.size
        first, second = (page.getpixel((x * width // 4, 40 + TILE // 2)) for x in (1, 3))
    assert first[0] > first[1] + 150
    assert max(second) - min(second) < 10
    assert write_sheet(tmp_path, ["original", "mine"], rows[:5]) == [tmp_path / "sheet.jpg"]
    assert not list(tmp_path.glob("sheet-*"))


@given(st.lists(st.floats(-300, 700), min_size=4, max_size=4))
def test_a_tile_is_a_tile_wherever_the_face_is(corners: list[float]) -> None:
    x0, x1 = sorted(corners[:2])
    y0, y1 = sorted(corners[2:])
    picture = np.full((200, 300, 3), 7, dtype=np.uint8)
    shown = tile(picture, (x0, y0, x1, y1))
    assert shown.shape == (TILE, TILE, 3)
    assert (shown == 7).all()


@pytest.mark.parametrize(
    "name", ["report.json", "original", "../escape", "con", ".shoot", "Sheet.jpg"]
)
def test_names_that_no_folder_can_have(folder: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a folder"):
        shoot([folder / "a.jpg"], tmp_path / "out", {name: {"AU12": 1.0}})
    assert not (tmp_path / "out").exists()


def test_a_photo_alone_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        shoot([tmp_path / "missing.jpg"], tmp_path / "out", {"a": {"AU12": 1.0}})
    assert not (tmp_path / "out").exists()


def test_a_photo_that_kills_fails_alone(folder: Path, tmp_path: Path, monkeypatch) -> None:
    def each(work, items, jobs, *, engine, lost):
        yield from (
            (task, lost(task, "gone") if i == 0 else work(task)) for i, task in enumerate(items)
        )

    monkeypatch.setattr("mien.flows.shoot.run.each", each)
    made = run(folder, tmp_path / "out", {"sad": {"sad": 1.0}})
    assert made.failed[folder / "a.jpg"] == f"{folder / 'a.jpg'}: gone"
    assert [path.name for path in made.written] == ["b.png"]


@pytest.mark.parametrize("options", [{"jobs": 2}, {"engine": "ray"}])
def test_a_model_draws_in_this_process(folder: Path, tmp_path: Path, options) -> None:
    with pytest.raises(InputError, match="one process of this machine draws with mesh"):
        run(folder, tmp_path / "out", backend=replace(MESH), **options)
