"""What was said becomes figures: two people, twelve expressions, three strengths, by hand."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mien.bench.ffe import tell
from mien.bench.ffe.cases import TWELVE, Portrait
from mien.bench.ffe.metrics import BASIC
from mien.bench.ffe.run import Verdicts
from mien.bench.ffe.sheet import sitters
from mien.bench.ffe.tell import content
from mien.bench.ffe.witnesses import BUILD, IDENTITY, Witness
from mien.judge.judge import Judge
from mien.media.image import save_image

GRID = (0.0, 0.5, 1.0)
LIKE = 0.8
HES = 2 * 1.0 * LIKE / (1.0 + LIKE)  # of a picture that is right at strength 1
BUILT = {"nose": 0.05, "face": -0.01, "sharpness": 0.9}


def nothing(*_):
    raise AssertionError("nobody is asked again")


JUDGE = Judge("twelve", "j", TWELVE, nothing)
ALIKE = Witness(IDENTITY, "alike", nothing, ("mobilefacenet",))
BUILDS = Witness(BUILD, "build", nothing, tuple(BUILT))


def seen(category: str, strength: float, classes=TWELVE) -> dict[str, float]:
    """A judge's scores of one expression and nothing else."""
    return dict.fromkeys(classes, 0.0) | {category: strength}


def verdicts_of(name: str, wanted=TWELVE) -> Verdicts:
    """A portrait on which all is right: the score is the strength."""
    said = {
        (category, s): {
            "j": seen(category, s),
            "seven": seen(category, s, (*BASIC, "neutral")) if category in BASIC else {},
            "alike": {"mobilefacenet": LIKE},
            "build": BUILT,
        }
        for category in wanted
        for s in GRID
    }
    portrait = Portrait(name, Path(f"{name}.jpg"), dict.fromkeys(wanted, ""))
    return Verdicts(portrait, Path(f"{name}.jpg"), {}, said)


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch) -> None:
    monkeypatch.setattr(tell, "by_person", partial(tell.by_person, draws=50))


@pytest.fixture
def both() -> list[Verdicts]:
    return [verdicts_of("ann"), verdicts_of("bea")]


def told(found, judge=JUDGE, editor="mesh"):
    return content(editor, found, [judge], ALIKE, BUILDS, GRID, "portraits")


def values(found, judge=JUDGE) -> dict[str, float]:
    return {key: figure.value for key, figure in told(found, judge).judges[0].figures.items()}


def say(one: Verdicts, category: str, who: str, said, strengths=GRID) -> None:
    """Put other words into a mouth."""
    for s in strengths:
        one.said[category, s][who] = said(s) if callable(said) else said


def test_all_is_right(both) -> None:
    assert values(both) == pytest.approx(
        {"mscr": 0, "acc6": 1, "acc12": 1, "cls6": 1, "cls12": 1, "hes": HES, "id": LIKE}
    )
    whole = told(both)
    judge = whole.judges[0]
    assert {key: figure.n for key, figure in judge.figures.items()} == {
        "mscr": 24, "acc6": 12, "acc12": 24, "cls6": 12, "cls12": 24, "hes": 24, "id": 24,
    }  # fmt: skip
    assert {key: figure.value for key, figure in judge.pooled.items()} == pytest.approx(
        {"cls6": 1, "cls12": 1}
    )
    np.testing.assert_allclose(judge.confusion, np.eye(12, 13))
    assert whole.portraits == 2
    assert [row.expression for row in whole.structure] == list(TWELVE)
    row = whole.structure[0]
    assert [row.nose.value, row.face.value, row.sharpness.value] == pytest.approx(
        [0.05, -0.01, 0.9]
    )
    assert set(whole.identity) == set(judge.scores) == set(TWELVE)
    assert whole.identity["shy"].shape == (2, 3)


def test_one_look_alike_mistaken(both) -> None:
    say(both[1], "fear", "j", lambda s: seen("surprised", s))
    figures = values(both)
    assert figures["acc6"] == pytest.approx(11 / 12)
    assert figures["acc12"] == pytest.approx(23 / 24)
    assert figures["mscr"] == pytest.approx(((0.5 + 0) / 2 + 0) / 2)
    assert figures["cls6"] == pytest.approx(11 / 12)  # a course that stays at 0 counts 0
    assert figures["hes"] == pytest.approx(23 / 24 * HES)
    assert figures["id"] == pytest.approx(LIKE)
    figure = told(both).judges[0].figures["acc6"]
    assert (figure.low, figure.high) == pytest.approx((5 / 6, 1.0))  # bea alone, ann alone


def test_a_mistake_at_another_strength_changes_no_class(both) -> None:
    say(both[0], "happy", "j", seen("sad", 1.0), strengths=(0.5,))
    figures = values(both)
    assert (figures["acc6"], figures["hes"]) == pytest.approx((1.0, HES))
    assert figures["cls6"] < 1.0


def test_a_picture_without_an_answer_is_wrong_and_scores_nothing(both) -> None:
    say(both[0], "happy", "j", {})
    figures = told(both).judges[0].figures
    assert (figures["acc6"].value, figures["acc6"].n) == pytest.approx((11 / 12, 12))
    assert (figures["cls6"].value, figures["cls6"].n) == pytest.approx((11 / 12, 12))
    assert (figures["hes"].value, figures["hes"].n) == pytest.approx((23 / 24 * HES, 24))
    assert figures["id"].value == pytest.approx(LIKE)
    assert told(both).judges[0].confusion[0, -1] == 0.5


def test_a_portrait_without_a_face_counts_as_wrong(both) -> None:
    for said in both[0].said.values():
        said.clear()
    figures = told(both).judges[0].figures
    assert figures["acc12"].value == pytest.approx(0.5)
    assert figures["mscr"].value == 0.0
    assert figures["hes"].value == pytest.approx(HES / 2)
    assert figures["id"].value == pytest.approx(LIKE / 2)
    alone = told(both[:1]).judges[0].figures
    assert {alone[key].value for key in ("acc12", "cls6", "hes", "id")} == {0.0}


def test_what_a_judge_cannot_tell_it_has_no_figure_of(both) -> None:
    seven = Judge("seven", "seven", (*BASIC, "neutral"), nothing)
    judge = told(both, seven).judges[0]
    assert set(judge.figures) == {"mscr", "acc6", "cls6", "hes", "id"}
    assert judge.figures["hes"].n == 12
    assert set(judge.scores) == set(BASIC)
    assert judge.confusion.shape == (7, 8)
    assert np.isnan(judge.confusion[6]).all()  # nobody was asked for a face at rest
    four = replace(seven, classes=("happy", "sad", "fear", "surprised"))
    assert values(both, four) == pytest.approx({"mscr": 0, "hes": HES, "id": LIKE})


def test_a_list_need_not_ask_everyone_for_everything() -> None:
    found = [verdicts_of("ann", ("happy", "shy")), verdicts_of("bea", ("happy",))]
    judge = told(found).judges[0]
    assert set(judge.figures) == {"hes", "id"}
    assert judge.figures["hes"].n == 3
    assert [judge.scores[name].shape for name in ("happy", "shy")] == [(2, 3), (1, 3)]


def test_likeness_counts_in_hes(both) -> None:
    say(both[0], "happy", "alike", {"mobilefacenet": -0.2})
    assert values(both)["hes"] == pytest.approx(23 / 24 * HES)  # another person: 0
    assert values(both)["id"] == pytest.approx((23 * LIKE - 0.2) / 24)


def test_likeness_is_the_mean_of_the_recognisers(both) -> None:
    three = replace(ALIKE, keys=("arcface", "adaface", "facenet"))
    for one in both:
        for name in TWELVE:
            say(one, name, "alike", {"arcface": 0.9, "adaface": 0.6, "facenet": 0.3})
    say(both[0], "happy", "alike", {})  # a face that is lost is nobody
    figures = content("mesh", both, [JUDGE], three, BUILDS, GRID, "portraits").judges[0].figures
    assert figures["id"].value == pytest.approx(23 / 24 * 0.6)


def test_a_relative_is_marked(both) -> None:
    kin = replace(JUDGE, kin="mesh")
    assert told(both, kin).judges[0].kin
    assert told(both, kin, editor="mesh:a=1").judges[0].kin
    assert not told(both, kin, editor="another").judges[0].kin
    assert not told(both).judges[0].kin


def test_the_sheet_shows_what_is_there(tmp_path) -> None:
    found = []
    for number in range(8):
        source, edit = tmp_path / f"{number}.jpg", tmp_path / f"{number}-sad.jpg"
        save_image(source, np.full((400, 400, 3), number * 30, np.uint8))
        if number:
            save_image(edit, np.zeros((400, 400, 3), np.uint8))
        pictures = {("sad", 1.0): edit, ("sad", 0.5): tmp_path / "another strength"}
        found.append(replace(verdicts_of(str(number)), source=source, pictures=pictures))
    found.append(replace(verdicts_of("nobody"), source=tmp_path / "missing.jpg"))
    sheet = sitters(found, 1.0)
    assert [one.name for one in sheet] == ["0", "1", "2", "4", "5", "6"]
    assert sheet[0].edited == {}
    assert all(set(one.edited) == {"sad"} for one in sheet[1:])
