"""The trainer: exact and resumable."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from mien.core.errors import InputError
from mien.learn.pixelsmile import checkpoint
from mien.learn.pixelsmile import train as trainer
from mien.learn.pixelsmile.backbone import Backbone
from mien.learn.pixelsmile.config import Config, parse, read_config, told
from mien.learn.pixelsmile.examples import Faces, drawn
from mien.learn.pixelsmile.judges import judges_of
from mien.learn.pixelsmile.mmdit import small
from mien.learn.pixelsmile.objective import loss_of
from mien.learn.pixelsmile.train import rate_at, train


class _StoppedError(Exception):
    """Somebody pressed a key."""


def run(config: Config, five: Faces, out: Path | None = None, **more: object) -> Backbone:
    made = small("nano", config.seed)
    train(config, made, five, judges_of(config, made), out, **more)  # type: ignore[arg-type]
    return made


def weights(made: Backbone) -> torch.Tensor:
    return torch.cat([one.detach().flatten() for one in made.module.parameters()])


def test_a_run_that_was_stopped_ends_the_same(tmp_path: Path, five: Faces, config: Config) -> None:
    whole = run(config, five, tmp_path / "whole")

    def stop(_: str, done: int, __: int | None) -> None:
        if done == 3:
            raise _StoppedError

    with pytest.raises(_StoppedError):
        run(config, five, tmp_path / "parts", progress=stop)
    again = run(config, five, tmp_path / "parts")
    assert torch.equal(weights(whole), weights(again))
    one, other = (
        np.loadtxt(tmp_path / name / trainer.CURVES, delimiter=",", skiprows=1)
        for name in ("whole", "parts")
    )
    assert np.array_equal(one[:, :-1], other[:, :-1])  # all but the seconds
    assert list(one[:, 0]) == [1, 2, 3, 4, 5, 6]
    places = [load_file(tmp_path / name / trainer.PLACE) for name in ("whole", "parts")]
    assert places[0].keys() == places[1].keys()
    assert all(torch.equal(places[0][name], places[1][name]) for name in places[0])


def test_a_checkpoint_tells_its_story(tmp_path: Path, five: Faces, config: Config) -> None:
    run(config, five, tmp_path, watch=[five[0], five[1]])
    with safe_open(tmp_path / trainer.PLACE, framework="pt") as stored:
        header = stored.metadata()
    assert parse(header["config"]) == config
    assert header["data"] == five.digest
    assert header["step"] == "6"
    with Image.open(tmp_path / trainer.STRIPS / "000006.png") as shown:
        assert shown.size == (7 * 128, 2 * 128)


def test_another_run_does_not_go_on(tmp_path: Path, five: Faces, config: Config) -> None:
    run(config, five, tmp_path)
    with pytest.raises(InputError, match=r"another configuration \(rate [0-9.]+, not 0\.1\)"):
        run(replace(config, rate=0.1), five, tmp_path)
    place = checkpoint.load(tmp_path / trainer.PLACE)
    checkpoint.save(tmp_path / trainer.PLACE, replace(place, data="else"), small("nano"), _idle())
    with pytest.raises(InputError, match="other data"):
        run(config, five, tmp_path)
    stored = {**place.tensors, "model.words.weight": torch.zeros(2, 2)}
    with pytest.raises(InputError, match="another model"):
        checkpoint.restore(replace(place, tensors=stored), small("nano"), _idle())
    (tmp_path / trainer.PLACE).write_bytes(b"nothing")
    with pytest.raises(InputError, match="remove it to begin anew"):
        run(config, five, tmp_path)


def test_other_encoders_do_not_go_on(tmp_path: Path, five: Faces, config: Config) -> None:
    made = small("nano", config.seed)
    judges = replace(judges_of(config, made), compared="expressions by one, persons by two")
    train(replace(config, steps=2), made, five, judges, tmp_path)
    with safe_open(tmp_path / trainer.PLACE, framework="pt") as stored:
        assert stored.metadata()["compared"] == judges.compared
    other = replace(judges, compared="expressions by one, persons by another")
    with pytest.raises(InputError, match="that compared expressions by one, persons by two"):
        train(replace(config, steps=2), made, five, other, tmp_path)


def test_a_checkpoint_that_does_not_say_by_what_goes_on(
    tmp_path: Path, five: Faces, config: Config
) -> None:
    """As those of earlier versions."""
    run(replace(config, steps=2), five, tmp_path)
    file = tmp_path / trainer.PLACE
    with safe_open(file, framework="pt") as stored:
        header = {name: it for name, it in stored.metadata().items() if name != "compared"}
    save_file(load_file(file), file, header)
    made = small("nano", config.seed)
    judges = replace(judges_of(config, made), compared="anything")
    train(replace(config, steps=2), made, five, judges, tmp_path)
    assert checkpoint.finished(file, replace(config, steps=2), five.digest)


def test_a_checkpoint_that_names_what_was_off_goes_on(
    tmp_path: Path, five: Faces, config: Config
) -> None:
    """As those of earlier versions."""
    config = replace(config, contrast="none")
    made = small("nano", config.seed)
    judges = judges_of(config, made)
    older = replace(judges, compared="expressions by one, persons by two")
    train(config, made, five, older, tmp_path)
    train(config, made, five, replace(judges, compared="persons by two"), tmp_path)
    with pytest.raises(InputError, match="that compared expressions by one, persons by two"):
        train(config, made, five, replace(judges, compared="persons by one"), tmp_path)


def test_a_run_shorter_than_its_keep_is_kept_five_times(
    tmp_path: Path, five: Faces, config: Config
) -> None:
    run(replace(config, steps=11, keep=1000), five, tmp_path, watch=[five[0]])
    strips = sorted(path.stem for path in (tmp_path / trainer.STRIPS).glob("*.png"))
    assert strips == ["000002", "000004", "000006", "000008", "000010", "000011"]


def test_a_huge_loss_is_no_result(five: Faces, config: Config) -> None:
    with pytest.raises(InputError, match=r"the loss is .*e\+.*, the run has diverged"):
        run(replace(config, steps=60, rate=0.9, warmup=0), five)


@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_a_run_that_diverges_stops(
    tmp_path: Path, five: Faces, config: Config, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """At once, before weights are changed: what was kept before is good."""
    made = small("nano", config.seed)
    first = next(iter(made.module.parameters()))

    def blown(_: str, done: int, __: int | None) -> None:
        if done == 3 and what == "loss":
            first.data.fill_(math.nan)
        elif done == 3:
            first.register_hook(lambda slope: slope * math.inf)

    said = rf"^step 4: the {what} is (nan|inf), the run has diverged: give a lower rate .*stays$"
    with pytest.raises(InputError, match=said):
        train(config, made, five, judges_of(config, made), tmp_path, progress=blown)
    assert checkpoint.load(tmp_path / trainer.PLACE).step == 2
    if what == "gradient":
        assert weights(made).isfinite().all()


def _idle() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1)])


def test_training_learns_a_batch_by_heart(five: Faces, config: Config) -> None:
    config = replace(config, steps=60, batch=5)
    batch = drawn(five, config.seed, range(5))

    def flow(made: Backbone) -> float:
        with torch.no_grad():
            return float(loss_of(made.module, batch, judges_of(config, made)).flow)

    assert flow(run(config, five)) < 0.5 * flow(small("nano", config.seed))


def test_the_rate_rises_and_falls() -> None:
    config = Config(steps=100, warmup=10, rate=0.1)
    rates = [rate_at(step, config) for step in range(100)]
    assert max(rates) == rates[10] == 0.1
    assert rates[:10] == sorted(rates[:10])
    assert rates[-1] < 0.001


@pytest.mark.parametrize(
    ("changed", "without"),
    [({"contrast": "none"}, "contrast"), ({"identity": False}, "identity"), ({}, "")],
)
def test_what_is_switched_off_is_zero(
    five: Faces, config: Config, changed: dict[str, object], without: str
) -> None:
    config = replace(config, **changed)  # type: ignore[arg-type]
    made = small("nano")
    parts = loss_of(made.module, drawn(five, 0, range(4)), judges_of(config, made))
    for name in ("contrast", "identity"):
        assert (float(getattr(parts, name).detach()) == 0.0) == (name == without)


def test_ablations_differ(five: Faces, config: Config) -> None:
    made, batch = small("nano"), drawn(five, 0, range(4))
    cases = ({}, {"symmetric": False}, {"contrast": "hinge"}, {"contrast": "log-ratio"})
    found = set()
    for one in cases:
        judges = judges_of(replace(config, **one), made)  # type: ignore[arg-type]
        found.add(float(loss_of(made.module, batch, judges).contrast.detach()))
    assert len(found) == len(cases)


def test_a_configuration_goes_round() -> None:
    config = Config(backbone="nano", side=32, contrast="hinge", symmetric=False, alpha=1.5)
    assert parse(told(config)) == config
    assert read_config("published") == Config()
    assert read_config("nano").backbone == "nano"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"mien": 1, "stepz": 3}', "stepz: unknown field"),
        ('{"mien": 1, "steps": 2.5}', "steps: 2.5 is not a whole number"),
        ('{"mien": 1, "steps": true}', "steps: True is not a whole number"),
        ('{"mien": 1, "symmetric": 1}', "symmetric: 1 is not true or false"),
        ('{"mien": 1, "contrast": "cosine"}', "contrast: 'cosine' is none"),
        ('{"mien": 1, "backbone": "nano"}', "side: 512"),
        ('{"mien": 1, "rate": -1}', "rate"),
    ],
)
def test_a_configuration_that_is_none(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse(text)


def test_processes_share_evenly(
    monkeypatch: pytest.MonkeyPatch, five: Faces, config: Config
) -> None:
    import accelerate

    monkeypatch.setattr(accelerate.Accelerator, "num_processes", 4)
    with pytest.raises(InputError, match="batch: 2 rows cannot be shared by 4"):
        run(config, five)


def test_stopping_leaves_nothing_half_written(
    tmp_path: Path, five: Faces, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> Callable[..., None]:
        raise KeyboardInterrupt

    monkeypatch.setattr("safetensors.torch.save_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(config, five, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {trainer.CURVES, trainer.BOARD}
