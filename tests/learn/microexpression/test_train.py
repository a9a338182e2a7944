"""The trainer: exact, resumable, and the file it ends in."""

import os
import signal
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.capture.learned.labels import EMOTIONS
from mien.capture.learned.opinion import load, shipped
from mien.core.errors import InputError, ModelError
from mien.core.facs import COLUMNS
from mien.learn.microexpression import checkpoint, networks
from mien.learn.microexpression import train as trainer
from mien.learn.microexpression.batches import batch_of
from mien.learn.microexpression.calibrate import calibrated, class_f1, f1_of
from mien.learn.microexpression.config import NETWORKS, Config
from mien.learn.microexpression.export import _SCORED
from mien.learn.microexpression.losses import Batch
from mien.learn.microexpression.networks import network
from mien.learn.microexpression.run import run
from mien.learn.microexpression.sources import Labelled, Synthetic, gathered, source_of
from mien.learn.microexpression.synthetic import Sample
from mien.learn.microexpression.train import rate_at, train


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


def test_a_key_pressed_within_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    config = replace(config, switches=("flip", "mixup"))
    whole = train(config, Synthetic(0), None, workers=0)
    varied, calls = trainer._varied, iter(range(99))

    def pressed(batch: Batch, told: Config) -> Batch:
        found = varied(batch, told)  # chance has been asked already
        if next(calls) == 4:
            raise KeyboardInterrupt
        return found

    said: list[str] = []
    monkeypatch.setattr(trainer, "_varied", pressed)
    with pytest.raises(KeyboardInterrupt):
        train(config, Synthetic(0), tmp_path, workers=0, say=said.append)
    again = train(config, Synthetic(0), tmp_path, workers=0, say=said.append)
    assert said == [
        "stopped at step 4 of 6: the same command goes on",
        "going on from step 4",
    ]
    assert torch.equal(weights(whole), weights(again))


def test_who_makes_windows_does_not_end_first(config: Config) -> None:
    """A signal to all processes of a run: who trains must have time to save its place."""

    def ended(_: str, done: int, __: int | None) -> None:
        if done == 1:
            (maker,) = active_children()
            for one in (signal.SIGINT, signal.SIGTERM):
                os.kill(maker.pid or 0, one)

    assert train(config, Synthetic(0), None, ended, workers=1)


def test_a_place_stays_as_it_was_taken(config: Config) -> None:
    net = network("ststnet")
    optimiser = torch.optim.AdamW(net.parameters())
    place = checkpoint.taken(config, "", 1, net, optimiser)
    before = {name: value.clone() for name, value in place.tensors.items()}
    for value in net.parameters():
        value.data += 1.0
    torch.rand(3)
    assert all(torch.equal(place.tensors[name], value) for name, value in before.items())


def test_a_loss_that_is_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config, labelled: Labelled
) -> None:
    huge = replace(labelled, windows=np.full_like(labelled.windows, np.inf))
    with pytest.raises(InputError, match=r"^the loss is no number at step 1: use a smaller rate$"):
        train(config, source_of(0, (), huge), tmp_path, workers=0)
    varied, calls = trainer._varied, iter(range(99))

    def diverging(batch: Batch, told: Config) -> Batch:
        windows = batch.windows * (np.nan if next(calls) == 4 else 1.0)
        return replace(varied(batch, told), windows=windows)

    monkeypatch.setattr(trainer, "_KEEP", 2)
    monkeypatch.setattr(trainer, "_varied", diverging)
    with pytest.raises(InputError, match="at step 5: use a smaller rate"):
        train(config, Synthetic(0), tmp_path, workers=0)
    assert not list(tmp_path.iterdir())


def test_another_configuration_does_not_go_on(tmp_path: Path, config: Config) -> None:
    train(config, Synthetic(0), tmp_path, workers=0)
    with pytest.raises(InputError, match="another configuration"):
        train(replace(config, rate=0.1), Synthetic(0), tmp_path, workers=0)


def test_a_checkpoint_that_is_none(tmp_path: Path, config: Config) -> None:
    (tmp_path / trainer.PLACE).write_bytes(b"nothing")
    with pytest.raises(InputError, match="remove it to begin anew"):
        train(config, Synthetic(0), tmp_path, workers=0)


def test_other_windows_do_not_go_on(tmp_path: Path, config: Config, labelled: Labelled) -> None:
    train(config, source_of(0, (), labelled), tmp_path, workers=0)
    other = replace(labelled, emotions=np.zeros_like(labelled.emotions))
    with pytest.raises(InputError, match="other windows or labels"):
        train(config, source_of(0, (), other), tmp_path, workers=0)


def test_a_checkpoint_of_another_version(
    tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(config, Synthetic(0), tmp_path, workers=0)
    monkeypatch.setattr(checkpoint, "FORM", 99)
    with pytest.raises(InputError, match="another version of mien"):
        train(config, Synthetic(0), tmp_path, workers=0)


def test_a_checkpoint_of_other_layers(
    tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(config, Synthetic(0), tmp_path, workers=0)
    monkeypatch.setattr(networks, "network", lambda *_: network("sssnet"))
    with pytest.raises(InputError, match="other layers"):
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
    figures = ", ".join(f"{name} {made.figures[f'float {name}']:.3f}" for name in _SCORED)
    assert said[1].startswith(f"on 40 synthetic windows: {figures} (int8: AU F1 ")
    nothing = np.zeros((1, 32, len(COLUMNS)), np.float32)
    opinion = model.opinions(np.zeros((1, 32, 4, 28, 28), np.float32), nothing)[0]
    assert sum(opinion.classes.values()) == pytest.approx(1.0, abs=1e-3)
    assert list(opinion.classes.values()) == sorted(opinion.classes.values(), reverse=True)


def test_a_network_that_is_told_what_was_read(tmp_path: Path, samples: list[Sample]) -> None:
    config = Config(steps=3, batch=4, validation=30, courses=True, switches=("flip", "mixup"))
    model = load(run(config, tmp_path).model)
    assert [one.name for one in model.session.get_inputs()] == ["windows", "courses"]
    window = samples[0].window[None]
    told = np.stack([np.zeros_like(samples[0].courses), np.full_like(samples[0].courses, 2.0)])
    one, two = (model.opinions(window, course[None])[0] for course in told)
    assert one.classes != two.classes


def test_a_network_that_is_not_told_does_not_look(samples: list[Sample]) -> None:
    batch = batch_of(samples[:2])
    net = network("cnn-gru").eval()
    one, two = net(batch.windows, batch.courses), net(batch.windows, batch.courses + 1.0)
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "micro.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="is no model of mien"):
        load(path)
    with pytest.raises(ModelError, match=r"nope\.onnx: no such file"):
        load(tmp_path / "nope.onnx")


def test_windows_are_asked_about_as_they_are_kept(samples: list[Sample]) -> None:
    """Half precision, as a set holds them."""
    some = gathered(samples[:3], "abc", "abc")
    assert some.windows.dtype == np.float16
    half = shipped().opinions(some.windows, some.courses)
    single = shipped().opinions(some.windows.astype(np.float32), some.courses)
    assert half == single
    emotions = shipped().emotions(some.windows, some.courses)
    assert emotions.shape == (3, len(EMOTIONS))
    assert emotions.sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_oversampling_is_for_sets(tmp_path: Path, config: Config) -> None:
    with pytest.raises(InputError, match="oversample is for a set"):
        run(replace(config, switches=("oversample",)), tmp_path)


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


def test_few_windows_without_an_emotion_calibrate(samples: list[Sample]) -> None:
    still = [one for one in samples if one.emotion < 0][:2]
    assert still
    assert calibrated(network("ststnet").eval(), still).temperatures[2] == 1.0
