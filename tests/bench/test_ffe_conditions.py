"""What the page says of how a run was made."""

from dataclasses import replace
from pathlib import Path

import pytest

from mien.bench.ffe.cases import Portrait
from mien.bench.ffe.conditions import conditions
from mien.bench.ffe.run import Verdicts
from mien.bench.ffe.witnesses import IDENTITY, Witness
from mien.judge.judge import Judge


def nothing(*_):
    raise AssertionError("nobody is asked again")


ALIKE = Witness(IDENTITY, "alike", nothing, ("mobilefacenet",))
ANN, BEA = (Judge(name, f"seal of {name}", ("happy",), nothing) for name in ("ann", "bea"))


@pytest.fixture
def one(tmp_path) -> Verdicts:
    """A portrait in three strengths; both judges have answered."""
    files = {("happy", s): tmp_path / f"{s}.jpg" for s in (0.0, 0.5, 1.0)}
    for name, content in (("source", "a"), ("0.0", "a"), ("0.5", "b"), ("1.0", "c")):
        (tmp_path / f"{name}.jpg").write_text(content)
    said = {want: {j.fingerprint: {"happy": 1.0} for j in (ANN, BEA)} for want in files}
    portrait = Portrait("eve", Path("eve.jpg"), {"happy": ""})
    return Verdicts(portrait, tmp_path / "source.jpg", files, said)


def lines(*found: Verdicts, likeness: Witness = ALIKE) -> tuple[str, ...]:
    return conditions(found, (ANN, BEA), likeness, "portraits", 1.0)


def test_where_all_is_well_there_is_no_more_to_say(one) -> None:
    assert len(lines(one)) == 3
    assert lines(one)[0].startswith("Portraits: portraits.")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("mobilefacenet",), "is MobileFaceNet's cosine; the paper's a mean of ArcFace, AdaFace,"),
        (("facenet",), "is FaceNet's cosine; the paper's"),
        (("arcface", "facenet"), "is the mean cosine of ArcFace and FaceNet; the paper's"),
        (("arcface", "adaface", "facenet"), "mean cosine of ArcFace, AdaFace, FaceNet, as in the"),
    ],
)
def test_likeness_has_the_names_of_its_recognisers(one, keys, said) -> None:
    assert said in lines(one, likeness=replace(ALIKE, keys=keys))[2]


def test_pictures_on_which_a_judge_said_nothing(one) -> None:
    one.said["happy", 0.5][ANN.fingerprint] = {}
    assert lines(one, one)[3:] == (
        "ann saw no face or gave no answer on 2 of 6 pictures; they count as wrong.",
    )


def test_edits_that_are_the_source(one) -> None:
    one.pictures["happy", 1.0].write_text("a")
    gone = replace(one, pictures={("happy", 1.0): Path("was never made.jpg")})
    assert lines(one, gone)[3:] == ("1 of 2 edits at a strength above 0 are the source itself.",)
