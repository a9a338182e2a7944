"""Nobody is trained on who is tested, and the logs say what was labelled."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mien.bench.suites import au, megc
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.core.errors import InputError
from mien.learn import audit
from mien.learn.microexpression.calibrate import Calibration
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.held import Held, Origin
from mien.learn.microexpression.loso import answered, loso
from mien.learn.microexpression.sources import Labelled

NAMED = CLASSES[1:]


def some(held: Held, name: str, rows: np.ndarray) -> Held:
    """A part of a set as a set of its own."""
    told = tuple(held.truths[at] for at in rows)
    origin = Origin(name, f"/{name}", "1")
    return Held(origin, held.labelled.only(rows), (name,) * len(rows), told)


def test_nobody_is_tested_who_was_trained_on(tmp_path: Path, held: Held, config: Config) -> None:
    written = loso(replace(config, steps=2), [held], tmp_path)
    folds = audit.read(tmp_path / "audit.json")
    assert [fold.name for fold in folds] == ["toy/s0", "toy/s1", "toy/s2"]
    audit.check(folds, [f"toy/s{at}" for at in range(3)])
    names = [path.name for path in written]
    assert names == ["classes.log", "three.log", "aus.log", "audit.json"]
    lines = (tmp_path / "classes.log").read_text().splitlines()
    assert lines[0] == "toy s0"
    known = int((held.labelled.classes > 0).sum())
    assert len(lines) == known + 3


def test_what_came_out_is_said(tmp_path: Path, held: Held, config: Config) -> None:
    said: list[str] = []
    loso(replace(config, steps=2), [held], tmp_path, say=said.append)
    known = int((held.labelled.classes > 0).sum())
    assert re.fullmatch(
        rf"objective-class UF1 0\.\d+ over {known} clips;"
        r" AU F1 0\.\d+ over \d+ units and 24 clips; \d+ s a fold",
        said[-1],
    )
    again: list[str] = []
    loso(replace(config, steps=2), [held], tmp_path, say=again.append)
    assert again == [said[-1].rpartition("; ")[0]]  # nothing was trained, so no time is told


def test_the_benches_read_the_logs(tmp_path: Path, held: Held, config: Config) -> None:
    loso(replace(config, steps=2), [held], tmp_path)
    proof = tmp_path / "audit.json"
    assert megc.run(tmp_path / "classes.log", NAMED, proof).figures["of"]
    assert megc.run(tmp_path / "three.log", audit=proof).figures["of"]
    assert au.run(tmp_path / "aus.log", audit=proof).figures["of"]


def test_of_several_sets_each_is_left_out_once(tmp_path: Path, held: Held, config: Config) -> None:
    n = np.arange(len(held.sets))
    parts = [some(held, name, n[n % 3 == at]) for at, name in enumerate(("red", "blue"))]
    loso(replace(config, steps=1), parts, tmp_path)
    folds = audit.read(tmp_path / "audit.json")
    assert [(fold.name, fold.train, fold.test) for fold in folds] == [
        ("red", {"blue/s1"}, {"red/s0"}),
        ("blue", {"red/s0"}, {"blue/s1"}),
    ]
    heads = [line for line in (tmp_path / "aus.log").read_text().splitlines() if "/" not in line]
    assert {"red s0", "blue s1"} <= set(heads)


def test_who_is_in_two_sets_is_left_out_of_both(tmp_path: Path, held: Held, config: Config) -> None:
    n = np.arange(len(held.sets))
    parts = [some(held, "smic-hs", n[n % 3 < 2]), some(held, "smic-vis", n[n % 3 > 0])]
    loso(replace(config, steps=1), parts, tmp_path)
    folds = audit.read(tmp_path / "audit.json")
    assert [fold.train for fold in folds] == [{"smic-vis/s2"}, {"smic-hs/s0"}]


def test_one_subject_cannot_be_left_out(tmp_path: Path, held: Held, config: Config) -> None:
    alone = some(held, "toy", np.arange(0, 24, 3))
    with pytest.raises(InputError, match="fewer than two people"):
        loso(config, [alone], tmp_path)


def test_folds_of_other_windows_are_refused(tmp_path: Path, held: Held, config: Config) -> None:
    quick = replace(config, steps=1)
    loso(quick, [held], tmp_path)
    labels = 1.0 - held.labelled.aus
    other = replace(held, labelled=replace(held.labelled, aus=labels))
    with pytest.raises(InputError, match="other windows or labels"):
        loso(quick, [other], tmp_path)


class Fixed(nn.Module):
    """Always says the same."""

    def __init__(self, units: float, emotions: dict[str, float]) -> None:
        super().__init__()
        self.units, self.emotions = units, [emotions.get(one, -9.0) for one in EMOTIONS]

    def forward(self, windows: Tensor, _: Tensor) -> tuple[Tensor, ...]:
        n = len(windows)
        aus = torch.full((n, len(UNITS)), self.units)
        classes = torch.eye(len(CLASSES))[[0]].repeat(n, 1)
        return aus, classes, torch.tensor([self.emotions]).repeat(n, 1), torch.zeros(n, 3, 32)


def of(temperature: float, threshold: float) -> Calibration:
    return Calibration((temperature, 1.0, temperature), (threshold,) * len(UNITS), 1.0, {})


def test_thresholds_are_meant_for_tempered_answers(labelled: Labelled) -> None:
    """1/(1 + e^-1) is 0.73, 1/(1 + e^-0.5) is 0.62."""
    net, own = Fixed(1.0, {}), labelled.only([0])
    assert answered(net, own, of(1.0, 0.7))[0]["aus"] != "none"
    assert answered(net, own, of(2.0, 0.7))[0]["aus"] == "none"
    assert answered(net, own, of(2.0, 0.6))[0]["aus"] != "none"


def test_the_three_classes_are_sums(labelled: Labelled) -> None:
    """Happiness is likeliest, yet less likely than sadness and fear together."""
    net = Fixed(0.0, {"happiness": 1.0, "sadness": 0.8, "fear": 0.8})
    (said,) = answered(net, labelled.only([0]), of(1.0, 0.5))
    assert (said["emotions"], said["three"]) == ("happiness", "negative")
    assert said["classes"] != "none"
    (said,) = answered(net, labelled.only([0]), of(0.05, 0.5))
    assert said["three"] == "positive"
