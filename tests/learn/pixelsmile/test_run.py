"""A whole run, from a configuration and a set to a file of weights."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

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
from mien.learn.pixelsmile import stand_ins
from mien.learn.pixelsmile.config import Config, told
from mien.learn.pixelsmile.examples import Faces
from mien.learn.pixelsmile.nano import nano
from mien.learn.pixelsmile.run import run
from mien.learn.pixelsmile.train import CURVES, PLACE


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in need not know much here."""
    monkeypatch.setattr(stand_ins, "_STEPS", 5)


def test_nano(tmp_path: Path, ffe: Path, five: Faces, config: Config) -> None:
    said: list[str] = []
    weights = run(config, ffe, tmp_path, say=said.append)
    assert said[0] == "5 rows; expressions by scores-cnn, persons by persons-cnn"
    assert said[1].startswith("6 steps of")
    with safe_open(weights, framework="pt") as stored:
        header = stored.metadata()
        tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    assert header["data"] == five.digest
    assert json.loads(header["config"])["batch"] == config.batch
    nano().module.load_state_dict(tensors)  # every parameter is there
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
    small = "nano, stand_ins, examples, judges, sampling"
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
