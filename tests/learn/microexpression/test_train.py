"""The trainer: exact, resumable, and the file it ends in."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.capture.learned.opinion import load
from mien.core.errors import InputError, ModelError
from mien.learn import audit
from mien.learn.microexpression import train as trainer
from mien.learn.microexpression.calibrate import calibrated, class_f1, f1_of
from mien.learn.microexpression.config import NETWORKS, Config
from mien.learn.microexpression.loso import loso
from mien.learn.microexpression.networks import network
from mien.learn.microexpression.run import run
from mien.learn.microexpression.sources import (
    Drawn,
    Labelled,
    Synthetic,
    read_windows,
    source_of,
    write_windows,
)
from mien.learn.microexpression.synthetic import Sample
from mien.learn.microexpression.train import batch_of, rate_at, train


class _StoppedError(Exception):
    """Somebody pressed a key."""


def weights(net: torch.nn.Module) -> torch.Tensor:
    return torch.cat([value.flatten().double() for value in net.state_dict().values()])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_answers_in_the_same_form(name: str, samples: list[Sample]) -> None:
    batch = batch_of(samples[:3])
    net = network(name).eval()
    aus, classes, emotions, times = net(batch.windows)
    assert aus.shape == batch.aus.shape
    assert classes.shape == batch.classes.shape
    assert emotions.shape == batch.emotions.shape
    assert times.shape == (3, 3, batch.windows.shape[1])


def test_ours_is_small() -> None:
    assert sum(p.numel() for p in network("cnn-gru").parameters()) < 300_000


def test_a_run_that_was_stopped_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    config = replace(config, network="cnn-gru", switches=("flip", "mixup"))
    whole = train(config, Synthetic(0), None, workers=0)

    def stop(_: str, done: int, __: int | None) -> None:
        if done == 5:
            raise _StoppedError

    monkeypatch.setattr(trainer, "_KEEP", 2)
    with pytest.raises(_StoppedError):
        train(config, Synthetic(0), tmp_path, stop, workers=0)
    again = train(config, Synthetic(0), tmp_path, workers=0)
    assert torch.equal(weights(whole), weights(again))


def test_another_configuration_does_not_go_on(tmp_path: Path, config: Config) -> None:
    train(config, Synthetic(0), tmp_path, workers=0)
    with pytest.raises(InputError, match="another configuration"):
        train(replace(config, rate=0.1), Synthetic(0), tmp_path, workers=0)


def test_a_checkpoint_that_is_none(tmp_path: Path, config: Config) -> None:
    (tmp_path / trainer.PLACE).write_bytes(b"nothing")
    with pytest.raises(InputError, match="remove it to begin anew"):
        train(config, Synthetic(0), tmp_path, workers=0)


def test_the_rate_rises_and_falls() -> None:
    config = Config(steps=100, rate=1.0)
    rates = [rate_at(step, config) for step in range(100)]
    assert max(rates) <= 1.0
    assert rates.index(max(rates)) in (9, 10)
    assert rates[-1] < 0.01


def test_training_learns_a_set_by_heart(labelled: Labelled) -> None:
    config = Config(network="sssnet", steps=60, batch=8, rate=2e-3, switches=())
    before = network("sssnet").eval()
    after = train(config, source_of(0, (), labelled), None, workers=0)
    some = batch_of([labelled[at] for at in range(len(labelled))])

    def right(net: torch.nn.Module) -> float:
        with torch.inference_mode():
            said = net(some.windows)[1].argmax(dim=1)
        return float((said == some.classes.argmax(dim=1)).double().mean())

    assert right(after) > max(right(before), 0.5)


def test_a_model_tells_its_story(tmp_path: Path, config: Config) -> None:
    said: list[str] = []
    made = run(config, tmp_path, say=said.append)
    model = load(made.model)
    assert model.story["config"]["steps"] == config.steps
    assert model.story["figures"]["ONNX differs by"] < 1e-4
    assert "synthetic" in model.story["selected on"]
    assert said[0].startswith("leak audit")
    opinion = model.opinions(np.zeros((1, 32, 4, 28, 28), np.float32))[0]
    assert sum(opinion.classes.values()) == pytest.approx(1.0, abs=1e-3)
    assert list(opinion.classes.values()) == sorted(opinion.classes.values(), reverse=True)


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "micro.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="is no model of mien"):
        load(path)


def test_oversampling_is_for_sets(tmp_path: Path, config: Config) -> None:
    with pytest.raises(InputError, match="oversample is for a set"):
        run(replace(config, switches=("oversample",)), tmp_path)


def test_windows_of_a_set_are_kept(tmp_path: Path, labelled: Labelled) -> None:
    path = tmp_path / "windows.npz"
    write_windows(labelled, path)
    again = read_windows(path)
    assert again.subjects == labelled.subjects
    assert again.names == labelled.names
    assert np.array_equal(again.windows, labelled.windows)
    assert np.array_equal(again.times, labelled.times, equal_nan=True)


def test_a_file_that_holds_no_windows(tmp_path: Path) -> None:
    path = tmp_path / "windows.npz"
    path.write_bytes(b"no windows")
    with pytest.raises(InputError, match="holds no windows"):
        read_windows(path)
    with pytest.raises(InputError, match="no such file"):
        read_windows(tmp_path / "none.npz")


def test_every_window_is_drawn_once_a_round(labelled: Labelled) -> None:
    drawn = Drawn(labelled, seed=0)
    n = len(labelled)
    for turn in range(2):
        seen = {drawn[turn * n + at].window.tobytes() for at in range(n)}
        assert len(seen) == n


def test_oversampling_evens_out(labelled: Labelled) -> None:
    drawn = Drawn(labelled, seed=0, balanced=True)
    classes = [drawn[at].klass for at in range(400)]
    counts = np.bincount(classes)
    assert counts[counts > 0].min() > 0.5 * counts.max()


def test_synthetic_windows_stand_beside_a_set(labelled: Labelled) -> None:
    source = source_of(4, ("synthetic",), labelled)
    assert np.array_equal(source[5].window, Synthetic(4)[2].window)


def test_nobody_is_tested_who_was_trained_on(
    tmp_path: Path, labelled: Labelled, config: Config
) -> None:
    written = loso(replace(config, steps=2), labelled, "toy", tmp_path)
    folds = audit.read(tmp_path / "audit.json")
    assert len(folds) == 3
    audit.check(folds, [f"toy/s{at}" for at in range(3)])
    assert [path.name for path in written][-1] == "audit.json"
    lines = (tmp_path / "classes.log").read_text().splitlines()
    assert lines[0] == "toy s0"
    known = int((labelled.classes > 0).sum())
    assert len(lines) == known + 3


def test_one_subject_cannot_be_left_out(tmp_path: Path, labelled: Labelled, config: Config) -> None:
    alone = labelled.only(np.flatnonzero(np.array(labelled.subjects) == "s1"))
    with pytest.raises(InputError, match="two subjects"):
        loso(config, alone, "toy", tmp_path)


def test_scores_by_hand() -> None:
    said = np.array([[True, False], [True, True], [False, False]])
    true = np.array([[True, False], [False, False], [True, False]])
    assert f1_of(said, true) == pytest.approx([0.5, 0.0])
    assert class_f1(np.array([0, 0, 1]), np.array([0, 1, 1])) == pytest.approx([2 / 3, 2 / 3])


def test_a_calibration_is_within_bounds(samples: list[Sample]) -> None:
    found = calibrated(network("ststnet").eval(), samples)
    assert all(0.1 <= one <= 0.9 for one in found.thresholds)
    assert all(0.3 < one < 3.1 for one in found.temperatures)
    assert 0.0 < found.sure <= 1.0
