"""A small set on disk, and a run that is over in no time."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.learn.ffe import jsonl
from mien.learn.ffe.row import CATEGORIES, Picture, Row, Target

if find_spec("torch") is None or find_spec("accelerate") is None:  # the extra train
    collect_ignore_glob = ["test_*.py"]
else:
    import torch

    from mien.learn.pixelsmile.config import Config
    from mien.learn.pixelsmile.examples import Faces, gathered

    if find_spec("diffusers") is None:  # the extra diffusion
        collect_ignore = ["test_qwen.py", "test_run.py"]

BOX = (6.0, 8.0, 42.0, 50.0)


def _edit(folder: Path, name: str, category: str, score: float) -> Target:
    """A soft picture that is lighter by the score, above for fear and below for surprised."""
    chance = np.random.default_rng(len(name))
    coarse = chance.integers(40, 180, (6, 5, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((50, 60), Image.Resampling.BICUBIC)
    pixels = np.asarray(image).astype(float)
    pixels[slice(0, 30) if category == "fear" else slice(30, 60)] += 60 * score
    path = f"pictures/{name}-{category}.png"
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / path)
    picture = Picture(path, name, "CC0", "none needed", "noise", BOX)
    return Target(picture, category, {**dict.fromkeys(CATEGORIES, 0.1), category: score})


def _row(folder: Path, name: str, split: str) -> Row:
    source = _edit(folder, name, "neutral", 0.0).picture
    edits = _edit(folder, name, "fear", 0.7), _edit(folder, name, "surprised", 0.4)
    return Row(name, "human", source, edits, split)


@pytest.fixture(scope="session")
def ffe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five rows to train on, one of them without a split, and one to watch."""
    folder = tmp_path_factory.mktemp("set")
    splits = ("train", "train", "", "train", "train", "validation", "test")
    rows = [_row(folder, "a" * (n + 1), split) for n, split in enumerate(splits)]
    jsonl.write(rows, folder / "ffe.jsonl")
    return folder / "ffe.jsonl"


@pytest.fixture(scope="session")
def five(ffe: Path) -> "Faces":
    return Faces(gathered(ffe), "continuous")


@pytest.fixture
def spoil(ffe: Path, tmp_path: Path) -> Callable[[Callable[[Row], Row]], Path]:
    """The set with its first row changed; returns its path."""
    from mien.learn.ffe.files import moved, read_rows

    def change(edit: Callable[[Row], Row]) -> Path:
        first, *others = [moved(row, ffe.parent, tmp_path) for row in read_rows(ffe)]
        jsonl.write([edit(first), *others], tmp_path / "ffe.jsonl")
        return tmp_path / "ffe.jsonl"

    return change


@pytest.fixture(scope="session")
def small_network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recogniser of one layer, tiny.onnx."""
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(0).normal(0.0, 0.01, (3 * 112 * 112, 8)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Flatten", ["x"], ["z"]), helper.make_node("MatMul", ["z", "w"], ["y"])],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 112, 112])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 8])],
        [numpy_helper.from_array(weights, "w")],
    )
    path = tmp_path_factory.mktemp("network") / "tiny.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of CLIP with both of its encoders, as those that are published have."""
    transformers = pytest.importorskip("transformers")
    layers = {
        "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "projection_dim": 8,
        "num_attention_heads": 2,
    }  # fmt: skip
    tiny = transformers.CLIPConfig(
        text_config={**layers, "vocab_size": 64, "bos_token_id": 0, "eos_token_id": 1},
        vision_config={**layers, "image_size": 224, "patch_size": 56},
        projection_dim=8,
    )
    folder = tmp_path_factory.mktemp("models") / "clip"
    torch.manual_seed(0)
    transformers.CLIPModel(tiny).save_pretrained(folder)
    return folder


@pytest.fixture
def config() -> "Config":
    base = Config(backbone="nano", side=32, rate=2e-3, warmup=1)
    return replace(base, steps=6, batch=2, keep=2)
