"""A whole run, from a configuration and a set to a file of weights."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import accelerate
import numpy as np
import pytest
import torch
import typer
from safetensors import safe_open
from safetensors.torch import load_file
from typer.testing import CliRunner

from mien.cli.train_pixelsmile import register
from mien.core.errors import InputError
from mien.edit.backends.pixelsmile import blank, load
from mien.edit.backends.pixelsmile.lora import read_lora
from mien.learn.ffe.row import Row
from mien.learn.pixelsmile import latents, stand_ins
from mien.learn.pixelsmile.config import Config, told
from mien.learn.pixelsmile.examples import Faces
from mien.learn.pixelsmile.mmdit import small
from mien.learn.pixelsmile.run import run
from mien.learn.pixelsmile.train import CURVES, PLACE

Spoil = Callable[[Callable[[Row], Row]], Path]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in need not know much here."""
    monkeypatch.setattr(stand_ins, "_STEPS", 5)


def test_nano(tmp_path: Path, ffe: Path, five: Faces, config: Config) -> None:
    said: list[str] = []
    weights = run(config, ffe, tmp_path, say=said.append)
    assert said[0] == "5 rows; expressions by scores-cnn, persons by persons-cnn"
    assert re.fullmatch(r"6 steps of [0-9.e-]+ s; [0-9]+\.[0-9] GB of (memory|the card)", said[1])
    with safe_open(weights, framework="pt") as stored:
        header = stored.metadata()
        tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    assert header["data"] == five.digest
    assert header["compared"] == "expressions by scores-cnn, persons by persons-cnn"
    assert json.loads(header["config"])["batch"] == config.batch
    small("nano").module.load_state_dict(tensors)  # every parameter is there
    strips = [path.name for path in sorted((tmp_path / "strips").iterdir())]
    assert strips == ["000002.png", "000004.png", "000006.png"]
    again = load_file(run(config, ffe, tmp_path))  # nothing was left to do
    assert all(torch.equal(again[name], value) for name, value in tensors.items())


def test_qwen(tmp_path: Path, ffe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    blank.write_base(tmp_path / "base", blank.TINY)
    monkeypatch.setattr(load.Pipe, "look", 56)
    config = Config(side=32, steps=2, batch=2, warmup=0, keep=1, rank=4, alpha=8.0)
    weights = run(config, ffe, tmp_path / "out", base=tmp_path / "base")
    assert read_lora(weights).matrices == 3 * 12 * 2
    assert len(list((tmp_path / "out" / "latents").iterdir())) == 6  # one of them to watch
    with pytest.raises(InputError, match="another configuration"):
        run(replace(config, rank=2), ffe, tmp_path / "out", base=tmp_path / "base")


def test_qwen_with_a_recogniser_and_clip(
    tmp_path: Path,
    ffe: Path,
    small_network: Path,
    small_clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.set_num_threads(1)
    base, out = tmp_path / "base", tmp_path / "out"
    blank.write_base(base, blank.TINY)
    monkeypatch.setattr(load.Pipe, "look", 56)
    config = Config(side=32, steps=2, batch=2, warmup=0, keep=1, rank=4, alpha=8.0)
    with pytest.raises(InputError, match=r"no edit shows a face by which tiny\.onnx could"):
        run(config, ffe, tmp_path / "noise", base=base, persons=small_network)

    points = np.array([[9, 10], [23, 10], [16, 17], [11, 24], [21, 24]], np.float32)
    monkeypatch.setattr(latents, "five_points", lambda _: points)
    said: list[str] = []
    weights = run(
        config, ffe, out, base=base, persons=small_network, clip=small_clip, say=said.append
    )
    assert said[0] == "5 rows; expressions by clip, persons by tiny.onnx"
    assert said[1] == "a face was found on 10 of 10 edits"
    with safe_open(weights, framework="pt") as stored:
        compared = stored.metadata()["compared"]
    for name, file in (("tiny.onnx", small_network), ("clip", small_clip / "model.safetensors")):
        assert f"{name} (SHA-256 {sha256(file.read_bytes()).hexdigest()})" in compared
    run(config, ffe, tmp_path / "plain", base=base, clip=small_clip)
    one, other = (
        np.loadtxt(tmp_path / name / CURVES, delimiter=",", skiprows=1) for name in ("out", "plain")
    )
    assert (one[:, 5] > 0).all()  # identity
    assert (one[:, 5] != other[:, 5]).all()
    np.testing.assert_array_equal(one[0, 3:5], other[0, 3:5])  # flow and contrast of the first step

    again = load_file(run(config, ffe, out, base=base, persons=small_network, clip=small_clip))
    assert all(torch.equal(value, again[name]) for name, value in load_file(weights).items())
    with pytest.raises(InputError, match="of a run that compared expressions by clip"):
        run(config, ffe, out, base=base, clip=small_clip)


def test_encoders_are_looked_at_before_anything_is_encoded(
    tmp_path: Path, ffe: Path, config: Config, small_network: Path
) -> None:
    with pytest.raises(InputError, match="sees faces of 112 px, and nano draws 32"):
        run(config, ffe, tmp_path, persons=small_network)
    with pytest.raises(InputError, match="no such file of a recogniser"):
        run(Config(), ffe, tmp_path, base=tmp_path, persons=tmp_path / "none.onnx")
    with pytest.raises(InputError, match="holds no CLIP vision model"):
        run(Config(), ffe, tmp_path, base=tmp_path, clip=tmp_path / "none")
    assert not (tmp_path / "latents").exists()


@pytest.mark.parametrize(
    ("off", "said"),
    [
        ({"contrast": "none"}, "persons by persons-cnn"),
        ({"identity": False}, "expressions by scores-cnn"),
        ({"contrast": "none", "identity": False}, ""),
    ],
)
def test_only_what_is_compared_is_said_and_learned(
    tmp_path: Path, ffe: Path, config: Config, off: dict[str, object], said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    learned: list[int] = []
    learn = stand_ins._learned

    def counted(*asked: Any) -> Any:
        learned.append(1)
        return learn(*asked)

    monkeypatch.setattr(stand_ins, "_learned", counted)
    lines: list[str] = []
    config = replace(config, steps=1, **off)  # type: ignore[arg-type]
    weights = run(config, ffe, tmp_path / "out", say=lines.append)
    assert lines[0] == f"5 rows; {said or 'only velocities are compared'}"
    assert len(learned) == bool(said)
    with safe_open(weights, framework="pt") as stored:
        assert stored.metadata()["compared"] == said


def test_what_is_not_compared_is_not_read(tmp_path: Path, ffe: Path, config: Config) -> None:
    run(replace(config, steps=1, contrast="none"), ffe, tmp_path, clip=tmp_path / "none")


def test_another_run_is_refused_before_anything_is_learned(
    tmp_path: Path, ffe: Path, config: Config, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(config, steps=1)
    run(config, ffe, tmp_path)
    before = _content(tmp_path)
    monkeypatch.setattr(stand_ins, "_learned", _never)
    with pytest.raises(InputError, match="another configuration"):
        run(replace(config, seed=1), ffe, tmp_path)
    other = spoil(lambda row: replace(row, id="other"))
    with pytest.raises(InputError, match="other data"):
        run(config, other, tmp_path)
    monkeypatch.setattr(accelerate.Accelerator, "num_processes", 4)
    with pytest.raises(InputError, match="batch: 2 rows cannot be shared by 4"):
        run(config, tmp_path / "none", tmp_path)
    (tmp_path / "ffe.jsonl").unlink()
    assert _content(tmp_path) == before


def test_another_run_is_refused_before_anything_is_encoded(
    tmp_path: Path, ffe: Path, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    base, out = tmp_path / "base", tmp_path / "out"
    blank.write_base(base, blank.TINY)
    monkeypatch.setattr(load.Pipe, "look", 56)
    config = Config(side=32, steps=1, batch=2, warmup=0, keep=1, rank=4, alpha=8.0)
    run(config, ffe, out, base=base)
    before = _content(out)
    monkeypatch.setattr(load, "load", _never)
    with pytest.raises(InputError, match="another configuration"):
        run(replace(config, seed=1), ffe, out, base=base)
    other = spoil(lambda row: replace(row, src=replace(row.src, source="else")))
    with pytest.raises(InputError, match="other data"):
        run(config, other, out, base=base)
    assert _content(out) == before


def _never(*_: object, **__: object) -> None:
    raise AssertionError


def _content(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_base_is_needed(tmp_path: Path, ffe: Path) -> None:
    with pytest.raises(InputError, match="give the folder"):
        run(Config(), ffe, tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        run(Config(), ffe, tmp_path, base=tmp_path / "none")


def test_nothing_heavy_before_it_is_needed() -> None:
    """So that a missing extra is one line; nano needs no diffusers at all."""
    heavy = "{'torch', 'accelerate', 'diffusers', 'transformers'}"
    code = f"import sys, mien.learn.pixelsmile.run; sys.exit(len({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    small = "mmdit, stand_ins, examples, judges, sampling"
    code = (
        f"import sys; from mien.learn.pixelsmile import {small}; sys.exit('diffusers' in"
        " sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


_PROCESS = """
import sys
from pathlib import Path
import torch
from mien.edit.backends.pixelsmile.load import Pipe
from mien.learn.pixelsmile import stand_ins
from mien.learn.pixelsmile.config import parse
from mien.learn.pixelsmile.run import run
from mien.learn.pixelsmile.train import CURVES, PLACE

stand_ins._STEPS, Pipe.look = 5, 56
ffe, out, base = map(Path, sys.argv[2:])
run(parse(sys.argv[1]), ffe, out, base=base)
torch.distributed.destroy_process_group()
"""


@pytest.mark.slow
@pytest.mark.parametrize("backbone", ["nano", "qwen"])
def test_two_processes_match_one(
    tmp_path: Path, ffe: Path, config: Config, backbone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(load.Pipe, "look", 56)
    base = tmp_path / "base"
    blank.write_base(base, blank.TINY)
    config = replace(config, backbone=backbone, steps=3, batch=4, keep=3, rank=4)
    run(config, ffe, tmp_path / "one", base=base)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {
        **os.environ, "ACCELERATE_USE_CPU": "true", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    paths = [str(path) for path in (ffe, tmp_path / "two", base)]
    command = [sys.executable, "-c", _PROCESS, told(config), *paths]
    both = [
        subprocess.Popen(command, env={**shared, "RANK": rank, "LOCAL_RANK": rank})
        for rank in ("0", "1")
    ]
    assert [one.wait(timeout=200) for one in both] == [0, 0]
    one, two = (load_file(tmp_path / name / PLACE) for name in ("one", "two"))
    # Adam divides by gradients near zero, where rounding shows: the moments are compared, too.
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=1e-3, atol=2e-4)
    assert not all(torch.equal(one[name], two[name]) for name in one)  # there were two
    curves = [
        np.loadtxt(tmp_path / name / CURVES, delimiter=",", skiprows=1)[:, 1:-1]
        for name in ("one", "two")
    ]
    np.testing.assert_allclose(curves[1], curves[0], rtol=1e-4)


def test_the_command(tmp_path: Path, ffe: Path, config: Config) -> None:
    group = typer.Typer()
    group.callback()(lambda: None)
    register(group)
    file = tmp_path / "config.json"
    file.write_text(told(replace(config, steps=1)))
    asked = ["pixelsmile", str(file), "--data", str(ffe), "-o", str(tmp_path / "out")]
    found = CliRunner().invoke(group, asked)
    assert found.exit_code == 0, found.output
    assert str(tmp_path / "out" / "nano.safetensors") in found.stdout
    assert "1 steps of" in found.stderr
