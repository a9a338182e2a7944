"""The learned opinion on labelled sets: rows by hand, and the logs that the benches read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from mien.bench import learned_set
from mien.bench.learned_set import run, said_of
from mien.bench.learned_set_rows import FIRM, rows_of
from mien.bench.result import Row
from mien.bench.suites import au, megc
from mien.capture.learned.labels import CLASSES, EMOTIONS
from mien.capture.learned.opinion import shipped
from mien.core.errors import InputError, ModelError
from mien.core.face import Opinion
from mien.flows.learned_set import Kept
from mien.learn.microexpression.answers import LOGS, Answer
from mien.learn.microexpression.held import Held, Origin
from mien.learn.microexpression.sources import Labelled, gathered
from mien.learn.microexpression.synthetic import sample


def kept(people: str, truths: Sequence[Mapping[str, str]], name: str = "toy") -> Kept:
    """A clip of each of these people."""
    n = range(len(people))
    labelled = gathered([sample(5, at) for at in n], list(people), [f"c{at}" for at in n])
    return Kept(Held(Origin(name, "/", "1"), labelled, (name,) * len(n), tuple(truths)), left=2)


def said(classes: str, aus: str, firm: str = "") -> Answer:
    words = {"emotions": "others", "three": "negative"}
    return {**words, "classes": classes, "aus": aus, FIRM: firm}


def found(rows: Sequence[Row]) -> dict[str, str]:
    return {row.figure: row.measured for row in rows}


def test_figures_by_hand() -> None:
    part = kept(
        "aabc",
        [
            {"classes": "I", "aus": "6+12"},
            {"classes": "I", "aus": "12"},
            {"classes": "III", "aus": "4+39"},
            {"three": "negative"},
        ],
    )
    answers = [
        said("I", "12", "I"),
        said("V", "6+12", "none"),
        said("III", "4"),
        said("VII", "1", "VII"),
    ]
    rows = rows_of([part], answers)
    told = found(rows)
    assert told["toy: clips used; left out; used, without action units"] == "4; 2; 1"
    # I: one of two found; III: right; V is called, but in no truth.
    assert told["objective-class UF1"] == f"{(2 / 3 + 1) / 2:.3f}"
    assert told["objective-class UAR"] == f"{(1 / 2 + 1) / 2:.3f}"
    assert told["abstains on the class"] == f"{1 / 3:.3f}"
    assert told["class right where it does not"] == f"{1 / 2:.3f}"
    assert told["AU F1"] == f"{(1 + 0 + 1) / 3:.3f}"
    units = {name: value for name, value in told.items() if name.endswith(": F1")}
    assert units == {"AU04: F1": "1.000", "AU06: F1": "0.000", "AU12: F1": "1.000"}
    (uf1,) = (row for row in rows if row.figure == "objective-class UF1")
    assert uf1.n == "3 clips, 2 people"
    assert uf1.interval
    assert uf1.held is None


def test_of_several_sets_each_has_figures() -> None:
    parts = [kept("a", [{"aus": "4"}], "red"), kept("a", [{"aus": "4"}], "blue")]
    told = found(rows_of(parts, [said("III", "4"), said("I", "12")]))
    assert (told["red: AU F1"], told["blue: AU F1"]) == ("1.000", "0.000")
    assert told["AU F1"] == f"{2 / 3:.3f}"
    assert not any("class" in figure for figure in told)


def test_nobody_labelled_anything() -> None:
    assert len(rows_of([kept("a", [{}])], [said("I", "1")])) == 1


class _Model:
    """Says something else of every clip, and what it was asked about."""

    story = MappingProxyType({"emotions": EMOTIONS})

    def opinions(self, windows: np.ndarray, _: np.ndarray) -> list[Opinion]:
        likely = {"none": 0.6, "III": 0.3, "I": 0.1}
        return [
            Opinion({"AU04L": 0.9, "AU17": 0.8}, likely, bool(at % 2)) for at in self._n(windows)
        ]

    def emotions(self, windows: np.ndarray, _: np.ndarray) -> np.ndarray:
        chances = {"happiness": 0.4, "sadness": 0.3, "fear": 0.3}
        return np.array([[chances.get(one, 0.0) for one in EMOTIONS] for _ in self._n(windows)])

    def _n(self, windows: np.ndarray) -> range:
        return range(len(windows))


def toy(monkeypatch: pytest.MonkeyPatch, part: Kept) -> None:
    monkeypatch.setattr(learned_set, "shipped", _Model)
    monkeypatch.setattr(learned_set, "held_of", lambda *_: [part])


def labelled(n: int) -> Labelled:
    return kept("a" * n, [{}] * n).held.labelled


def test_words_of_the_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_set, "_BATCH", 2)
    answers = said_of(_Model(), labelled(3))  # type: ignore[arg-type]
    assert [one[FIRM] for one in answers] == ["none", "", "none"]
    assert {name: answers[0][name] for name in LOGS} == {
        "classes": "III",
        "emotions": "happiness",
        "three": "negative",
        "aus": "4+17",
    }


def test_the_shipped_model_can_be_asked() -> None:
    pytest.importorskip("onnxruntime")
    answers = said_of(shipped(), labelled(3))
    assert all(one["classes"] in CLASSES[1:] for one in answers)
    assert all(one[FIRM] in ("", *CLASSES) for one in answers)


def test_the_benches_read_the_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truths = [{"classes": "III", "aus": "4", "three": "negative"}, {"aus": "none"}]
    toy(monkeypatch, kept("ab", truths))
    files = run([("toy", tmp_path)], out=tmp_path).files
    assert [file.name for file in files] == ["classes.log", "three.log", "aus.log"]
    assert megc.run(files[0], CLASSES[1:]).figures["of"]
    assert megc.run(files[1]).figures["of"]
    assert au.run(files[2]).figures["of"]


def test_nothing_is_kept_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy(monkeypatch, kept("a", [{"aus": "4"}]))
    assert not run([("toy", tmp_path)]).files
    assert not list(tmp_path.iterdir())


def test_answers_of_a_training_are_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy(monkeypatch, kept("a", [{"aus": "4"}]))
    (tmp_path / "audit.json").touch()
    with pytest.raises(InputError, match="holds the answers of a training"):
        run([("toy", tmp_path)], out=tmp_path)


def test_a_model_that_is_none_is_refused_first(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(ModelError, match="no such file"):
        run([("nowhere", tmp_path / "nowhere")], model=tmp_path / "none.onnx")
