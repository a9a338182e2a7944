"""Edits are made and judged once, whatever stops the run, and whoever looks at them next."""

import json
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien.bench.ffe import pictures
from mien.bench.ffe import run as runner
from mien.bench.ffe.cases import Portrait, portraits
from mien.bench.ffe.editors import Editor, editor_named
from mien.bench.ffe.run import STORE, Job, verdicts
from mien.bench.ffe.witnesses import IDENTITY, Witness
from mien.bench.suites import ffe
from mien.core.errors import InputError, JudgeError, NoFaceError
from mien.edit.portrait import faces_of
from mien.edit.strengths import load_strengths
from mien.judge.judge import Judge, NoAnswerError
from mien.media.image import load_image, save_image

GRID = (0.0, 0.5, 1.0)
EACH = 2 * len(GRID)  # pictures of a portrait: happy and sad at three strengths
ASKED = EACH - 1  # at strength 0 the two are one picture


class Judges:
    """Judges of any name that call every face happy; what they were shown, in order.

    Attributes:
        shown: name of the judge, once for each picture.
        stops: number of the picture before which somebody is not to be asked, and why.
    """

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.stops: dict[int, BaseException] = {}

    def named(self, name: str, models) -> Judge:
        def scores(image):
            assert image.shape[0] == image.shape[1] <= pictures.SIDE
            if error := self.stops.pop(len(self.shown), None):
                raise error
            self.shown.append(name)
            return {"happy": 0.5, "sad": 0.1}

        return Judge(name, f"seal of {name}", ("happy", "sad"), scores)


@pytest.fixture
def judges(monkeypatch) -> Judges:
    """Judges who need no model, likeness included."""
    found = Judges()
    alike = Witness(IDENTITY, "alike", lambda *_: {"mobilefacenet": 0.9}, ("mobilefacenet",))
    for module in (runner, ffe):
        monkeypatch.setattr(module, "judge_named", found.named)
    monkeypatch.setattr(runner, "likeness", lambda models: alike)
    return found


@pytest.fixture(scope="session")
def small(data):
    """Two real portraits and their owners' smiles, 320 px high."""
    found = []
    for photo in sorted((data / "london" / "neutral").glob("*.jpg"))[:2]:
        both = (photo, photo.parents[1] / "smiling" / photo.name)
        images = (load_image(one).pixels for one in both)
        found.append([cv2.resize(i, None, fx=0.237, fy=0.237, interpolation=3) for i in images])
    return found


@pytest.fixture
def place(small, tmp_path):
    """A folder with a list of two portraits, and one with edits made elsewhere."""
    rows = []
    for name, (neutral, smile) in zip(("ann", "bea"), small, strict=True):
        save_image(tmp_path / "portraits" / f"{name}.png", neutral)
        for category in ("happy", "sad"):
            rows.append({"image": f"{name}.png", "category": category})
            for strength, shade in (("0.5", 0), ("1", 9)):
                darker = smile - np.minimum(smile, shade + len(rows))  # no two are the same
                save_image(tmp_path / "made" / name / category / f"{strength}.jpg", darker)
    text = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "portraits" / "rows.jsonl").write_text(text)
    return tmp_path


def job_of(place, *judges: str) -> Job:
    return Job(str(place / "made"), judges or ("one",), GRID, place / "models", place / "out")


def done(job: Job, place):
    return list(verdicts(job, portraits(place / "portraits"), 1))


def lines(place) -> list[str]:
    return (place / "out" / STORE).read_text().splitlines()


def edited(place, monkeypatch) -> list[str]:
    """The names of the portraits that are edited from now on."""
    names: list[str] = []

    def named(name: str) -> Editor:
        editor = editor_named(name)

        def edits(portrait, *rest):
            names.append(portrait)
            return editor.edits(portrait, *rest)

        return replace(editor, edits=edits)

    monkeypatch.setattr(runner, "_editor", named)
    return names


def test_what_was_made_and_said_is_kept(place, judges, monkeypatch) -> None:
    names = edited(place, monkeypatch)
    found = done(job_of(place), place)
    assert [one.portrait.name for one in found] == names == ["ann", "bea"]
    assert judges.shown == ["one"] * 2 * ASKED
    for one in found:
        assert one.source.is_file()
        assert len(one.pictures) == len(one.said) == EACH
        assert all(path.is_file() for path in one.pictures.values())
        still, smile = (load_image(one.pictures["happy", s]).pixels for s in (0.0, 1.0))
        np.testing.assert_array_equal(still, load_image(one.source).pixels)
        assert np.abs(smile.astype(float) - still).mean() > 2
        said = one.said["sad", 1.0]
        assert said["seal of one"] == {"happy": 0.5, "sad": 0.1}
        assert said["alike"] == {"mobilefacenet": 0.9}
        assert one.said["sad", 0.0]["build"]["nose"] == pytest.approx(0.0)
        assert said["build"]["nose"] > 0.02  # a smile widens the nose
    assert len(lines(place)) == 2 * EACH * 3


def test_a_second_run_asks_nobody(place, judges, monkeypatch) -> None:
    first = done(job_of(place), place)
    names, before = edited(place, monkeypatch), lines(place)
    again = done(job_of(place), place)
    assert names == []
    assert len(judges.shown) == 2 * ASKED
    assert lines(place) == before
    assert [one.said for one in again] == [one.said for one in first]


def test_another_judge_looks_at_the_same_pictures(place, judges, monkeypatch) -> None:
    done(job_of(place), place)
    names = edited(place, monkeypatch)
    found = done(job_of(place, "other", "one"), place)
    assert names == []
    assert judges.shown[2 * ASKED :] == ["other"] * 2 * ASKED
    assert set(found[0].said["happy", 1.0]) == {"seal of one", "seal of other", "alike", "build"}


def test_other_edits_are_judged_anew(place, judges, small) -> None:
    done(job_of(place), place)
    save_image(place / "made" / "bea" / "happy" / "1.jpg", small[1][0])
    found = done(job_of(place), place)
    assert len(judges.shown) == 4 * ASKED  # the fingerprint is the whole folder's
    bea = found[1]
    still, now = (load_image(p).pixels for p in (bea.source, bea.pictures["happy", 1.0]))
    assert np.abs(still.astype(float) - now).mean() < 2


def test_a_run_stopped_in_the_middle_of_a_line_goes_on(place, judges) -> None:
    first = done(job_of(place), place)
    store = place / "out" / STORE
    whole = store.read_text()
    cut = len(lines(place)) - 4
    store.write_text("\n".join(lines(place)[:cut]) + "\n" + lines(place)[cut][:30])
    again = done(job_of(place), place)
    assert [one.said for one in again] == [one.said for one in first]
    assert sorted(lines(place)) == sorted(whole.splitlines())
    assert len(judges.shown) < 2 * ASKED + 4


@pytest.mark.parametrize("error", [KeyboardInterrupt(), JudgeError("busy: try again later")])
def test_whatever_stops_it_nothing_said_is_lost(place, judges, error) -> None:
    judges.stops[ASKED + 1] = error
    with pytest.raises(type(error)) as caught:
        done(job_of(place), place)
    if isinstance(error, JudgeError):
        assert str(caught.value) == "one: busy: try again later"
    assert len(lines(place)) == (EACH + 2) * 3
    found = done(job_of(place), place)
    assert len(judges.shown) == 2 * ASKED
    assert len(found) == 2


def test_a_picture_that_a_judge_declines_is_kept_as_no_answer(place, judges) -> None:
    judges.stops[2] = NoAnswerError("the model gives no answer: SAFETY")
    found = done(job_of(place), place)
    silent = [by for one in found for by in one.said.values() if by["seal of one"] == {}]
    assert len(silent) == 1
    assert silent[0]["alike"]
    assert len(judges.shown) == 2 * ASKED - 1
    again = done(job_of(place), place)
    assert len(judges.shown) == 2 * ASKED - 1  # it is not asked about it again
    assert [one.said for one in again] == [one.said for one in found]


def test_what_an_editor_says_is_passed_on(place, judges, monkeypatch, capsys) -> None:
    def edits(portrait, image, face, wanted, say):
        for category, strength in wanted:
            say(f"{portrait}: {category} {strength:g} is drawn small")
            yield np.roll(image, int(4 * strength), axis=1)

    monkeypatch.setattr(runner, "_editor", lambda name: Editor(name, "seal", edits))
    done(job_of(place), place)
    wants = [f"{category} {strength:g}" for category in ("happy", "sad") for strength in GRID]
    said = [f"mien: {name}: {want} is drawn small" for name in ("ann", "bea") for want in wants]
    assert capsys.readouterr().err.splitlines() == said


def test_a_portrait_without_a_face_is_wrong_and_stops_nothing(place, judges) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    save_image(place / "portraits" / "ann.png", noise)
    found = done(job_of(place), place)
    assert all(said == {} for who in found[0].said.values() for said in who.values())
    assert len(judges.shown) == ASKED
    again = done(job_of(place), place)
    assert len(judges.shown) == ASKED
    assert [one.said for one in again] == [one.said for one in found]


def test_so_is_one_whose_face_the_editor_cannot_edit(place, judges, monkeypatch) -> None:
    def edits(portrait, image, face, wanted, say):
        if portrait == "ann":
            raise NoFaceError("turned aside")
        yield from (image for _ in wanted)

    monkeypatch.setattr(runner, "_editor", lambda name: Editor(name, "seal", edits))
    rows = ffe.run(
        place / "portraits", editor=str(place / "made"), judges=("one",), strengths=GRID,
        out=place / "out",
    ).rows  # fmt: skip
    assert rows
    assert len(judges.shown) == 1  # whatever is asked for, it gives back the portrait
    page = (place / "out" / ffe.PAGE).read_text()
    assert "4 of 4 edits at a strength above 0 are the source itself." in page
    assert "one saw no face or gave no answer on 6 of 12 pictures" in page


def test_answers_that_mien_did_not_write(place, judges) -> None:
    store = place / "out" / STORE
    store.parent.mkdir()
    good = json.dumps({"picture": "a", "by": "b", "said": {}})
    for bad in ("{", "[]", '{"case": 1}', '{"picture": [], "by": "b", "said": {}}', "\xff"):
        store.write_bytes(f"{good}\n{bad}\n".encode("latin-1"))
        with pytest.raises(InputError, match=r"said\.jsonl:2: is damaged"):
            done(job_of(place), place)


def test_the_face_in_the_box_is_the_one(small, tmp_path) -> None:
    image = np.hstack([small[0][0], small[1][0]])
    middle = image.shape[1] / 2
    for left, box in ((0.0, (5.0, 5.0, middle, 250.0)), (middle, (middle, 5.0, 2 * middle, 250.0))):
        face = pictures.face_of(image, Portrait("both", tmp_path / "both.png", {}, box))
        assert left < face.box[0] < face.box[2] < left + middle
    largest = pictures.face_of(image, Portrait("both", tmp_path / "both.png", {}))
    assert largest.box == faces_of(image, "both")[0].box
    with pytest.raises(NoFaceError, match=r"both\.png: no face found in the box"):
        pictures.face_of(image, Portrait("both", tmp_path / "both.png", {}, (0.0, 0.0, 9.0, 9.0)))


def test_the_suite_writes_its_page(place, judges) -> None:
    told = []
    given = {"editor": str(place / "made"), "strengths": GRID, "out": place / "out"}
    rows = ffe.run(
        place / "portraits", lambda *step: told.append(step), judges=("one", "one"), **given
    ).rows
    assert told == [("portraits", 1, 2), ("portraits", 2, 2)]
    assert len(judges.shown) == 2 * ASKED  # nobody is asked twice
    happy, sad = (2 * score * 0.9 / (score + 0.9) for score in (0.5, 0.1))
    assert {row.figure: row.measured for row in rows} == {
        "HES by one": f"{(happy + sad) / 2:.4f}",
        "ID Sim by one": "0.9000",
    }
    assert all(row.held is None for row in rows)
    page = (place / "out" / ffe.PAGE).read_text()
    assert page.count("data:image/jpeg") == 2 * 3  # two people: source, happy, sad
    assert "What a strength draws" not in page


def test_the_reader_calibrates_the_strengths(place, judges) -> None:
    given = {"editor": str(place / "made"), "judges": ("one", "reader"), "out": place / "out"}
    files = ffe.run(place / "portraits", **given, strengths=GRID).files
    assert files == (place / "out" / "index.html", place / "out" / "curves.json")
    # The mesh is only compared with by the reader; the other judge is not sent its pictures.
    assert judges.shown == ["one", "reader"] * (2 * ASKED)
    drawn = load_strengths(files[1])
    assert set(drawn.curves) == {"happy", "sad"}
    assert drawn.people == 2
    assert drawn.made_with == {"name": "made"}
    smile, sad = drawn.curves["happy"], drawn.curves["sad"]  # every picture shows a real smile
    assert 0.5 < smile.measured[1] == pytest.approx(smile.measured[2], abs=0.05)
    assert smile.limit == 0.5  # there is no more of it at 1
    assert sad.reach < smile.reach
    page = files[0].read_text()
    assert "What a strength draws" in page
    assert "measured at strength 1<" in page


def test_without_strength_0_there_is_nothing_to_measure_from(place, judges) -> None:
    for edit in [*(place / "made").rglob("1.jpg")]:
        shutil.copy(edit, edit.with_name("1.5.jpg"))
    given = {"editor": str(place / "made"), "judges": ("reader",), "out": place / "out"}
    files = ffe.run(place / "portraits", **given, strengths=(0.5, 1.0, 1.5)).files
    assert files == (place / "out" / "index.html",)


def test_what_cannot_be_run_is_said_before_anything_is_done(place, judges) -> None:
    given = {"editor": str(place / "made"), "judges": ("one",), "out": place / "out"}
    for grid in ((0.0, 1.0), (0.0, 0.5, 0.7), (1.0, 0.5, 0.0), (-1.0, 0, 1.0), (0.0, 1.0, np.nan)):
        with pytest.raises(InputError, match=r"--strengths .*: give three or more, rising from 0"):
            ffe.run(place / "portraits", **given, strengths=grid)
    for editor, most in (("mesh", "1.5"), ("pixelsmile:steps=9", "3"), (str(place / "made"), "3")):
        with pytest.raises(InputError, match=rf"--strengths 0,1,3.5: .* goes up to {most}$"):
            ffe.run(place / "portraits", **given | {"editor": editor}, strengths=(0, 1, 3.5))
    (place / "portraits" / "rows.jsonl").write_text('{"image": "ann.png", "category": "shy"}')
    with pytest.raises(InputError, match="judge one: tells none of shy"):
        ffe.run(place / "portraits", **given)
    assert not (place / "out").exists()


def test_the_mesh_before_a_judge_that_is_no_relative(place, data) -> None:
    models = data.parent / "models"
    if not (models / "mobilefacenet.onnx").is_file():
        pytest.skip("no judges' models beside the photos")
    job = Job("mesh", ("blendshapes",), GRID, models, place / "out")
    (one,) = verdicts(job, portraits(place / "portraits", 1), 1)
    judge, alike, _ = runner.witnesses(job)
    happy = [one.said["happy", s][judge.fingerprint]["happy"] for s in GRID]
    assert happy[0] < happy[1] < happy[2]
    assert one.said["sad", 0.0][alike.fingerprint]["mobilefacenet"] == pytest.approx(1.0, abs=1e-6)
    assert 0.5 < one.said["sad", 1.0][alike.fingerprint]["mobilefacenet"] < 1.0
