"""From a trained network to the file that is shipped: ONNX, int8 where it is worth it, checked."""

import hashlib
import json
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.capture.learned.window import FORM
from mien.core.errors import MienError
from mien.core.extras import require
from mien.learn.microexpression.calibrate import Calibration, class_f1, f1_of
from mien.learn.microexpression.config import Config, told
from mien.learn.microexpression.synthetic import Sample, sample
from mien.learn.microexpression.train import EXTRA
from mien.media.files import atomic

Array = NDArray[np.float64]

INPUT, OUTPUTS = "windows", ("aus", "classes", "emotions", "times")
_OPSET = 17
_CLOSE = 1e-4  # between the network and its ONNX file
_LOST = 0.02  # of F1, at most, by int8
_SEEN = 300  # windows that int8 is calibrated on
_HASHED = 32  # windows that stand for all of them


def export(
    net: Any, config: Config, calibration: Calibration, held: list[Sample], path: Path
) -> dict[str, float]:
    """Write a network as ONNX, its story in the header; in int8 unless that loses too much.

    Args:
        net: trained.
        config: of the run.
        calibration: of the network.
        held: windows of the validation.
        path: of the file.

    Returns:
        Figures of the float and of the int8 file on the validation.

    Raises:
        MissingExtraError: the extra ``train`` is not installed.
        MienError: the ONNX file does not say what the network says.
    """
    onnx = require("onnx", EXTRA)
    with tempfile.TemporaryDirectory(prefix="mien-export-") as folder:
        plain, small = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        write_float(net, calibration, plain)
        error = _parity(net, calibration, plain, held[:64])
        if error > _CLOSE:
            raise MienError(f"the ONNX file differs from the network by {error:.2g}: not written")
        _quantised(plain, small, held[:_SEEN])
        figures = {**calibration.figures, "ONNX differs by": error}
        figures |= _scores(plain, calibration, held, "float")
        figures |= _scores(small, calibration, held, "int8")
        worth = figures["float AU F1"] - figures["int8 AU F1"] <= _LOST
        model = onnx.load(small if worth else plain)
        story = {
            "form": FORM,
            "numbers": "int8" if worth else "float32: int8 loses too much",
            "config": json.loads(told(config)),
            "recipe": "mien train microexpression CONFIG -o DIR, CONFIG being the field config",
            "data": f"synthetic windows; SHA-256 of the first {_HASHED}: {_data_hash(config)}",
            "selected on": "synthetic validation only: temperatures, thresholds; steps are fixed",
            "calibration": {**asdict(calibration), "figures": None},
            "figures": {name: round(value, 5) for name, value in figures.items()},
            "units": UNITS,
            "classes": CLASSES,
            "emotions": EMOTIONS,
        }
        entry = model.metadata_props.add()
        entry.key, entry.value = "mien", json.dumps(story)
        with atomic(path) as part:
            part.write_bytes(model.SerializeToString())
    return figures


def write_float(net: Any, calibration: Calibration, path: Path) -> None:
    """Write a network as ONNX that answers with probabilities, in single precision."""
    torch = require("torch", EXTRA)
    from mien.learn.microexpression.networks import Answering

    example = torch.from_numpy(sample(0, 0).window)[None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of what is meant, and of its own age
        torch.onnx.export(
            Answering(net, calibration.temperatures).eval(),
            (example,),
            path,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "n"} for name in (INPUT, *OUTPUTS)},
            opset_version=_OPSET,
            dynamo=False,
        )


class _Windows:
    """Windows one by one, as the quantiser asks for them."""

    def __init__(self, samples: list[Sample]) -> None:
        self._left = iter(samples)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next one; None after the last."""
        one = next(self._left, None)
        return None if one is None else {INPUT: one.window[None]}


def _quantised(plain: Path, small: Path, samples: list[Sample]) -> None:
    """Convolutions and products in int8; the GRU stays as it is, and what sees the input.

    Flow, strain and size come in ranges too different for one scale.
    """
    import logging

    tools, onnx = require("onnxruntime.quantization", EXTRA), require("onnx", EXTRA)
    nodes = onnx.load(plain).graph.node
    logging.getLogger().setLevel(logging.ERROR)  # it asks for a step that changes nothing here
    tools.quantize_static(
        plain,
        small,
        _Windows(samples),
        quant_format=tools.QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"],
        nodes_to_exclude=[next(node.name for node in nodes if node.op_type == "Conv")],
        per_channel=True,
        activation_type=tools.QuantType.QUInt8,
        weight_type=tools.QuantType.QInt8,
    )


def answers(path: Path, windows: NDArray[np.float32], batch: int = 32) -> list[NDArray[np.float32]]:
    """What a file answers, output by output, on one core."""
    runtime = require("onnxruntime", EXTRA)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    parts = [
        session.run(list(OUTPUTS), {INPUT: windows[start : start + batch]})
        for start in range(0, len(windows), batch)
    ]
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def _parity(net: Any, calibration: Calibration, path: Path, held: list[Sample]) -> float:
    """The largest difference between a network and its file."""
    import torch

    from mien.learn.microexpression.networks import Answering

    windows = np.stack([one.window for one in held])
    with torch.inference_mode():
        ours = Answering(net, calibration.temperatures).eval()(torch.from_numpy(windows))
    theirs = answers(path, windows)
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(ours, theirs, strict=True))


def _scores(
    path: Path, calibration: Calibration, held: list[Sample], name: str
) -> dict[str, float]:
    """F1 of units and classes on the validation."""
    units, classes, *_ = answers(path, np.stack([one.window for one in held]))
    aus = np.array([one.aus for one in held]) > 0.5
    klass = np.array([one.klass for one in held])
    return {
        f"{name} AU F1": float(np.mean(f1_of(units > np.array(calibration.thresholds), aus))),
        f"{name} class UF1": float(np.mean(class_f1(classes.argmax(axis=1), klass))),
    }


def _data_hash(config: Config) -> str:
    held = hashlib.sha256()
    for number in range(_HASHED):
        held.update(np.round(sample(config.seed, number).window, 3).tobytes())
    return held.hexdigest()
