"""From a trained network to the file that is shipped: ONNX, int8 where it is worth it, checked."""

import hashlib
import json
import math
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

INPUTS, OUTPUTS = ("windows", "courses"), ("aus", "classes", "emotions", "times")
_OPSET = 17
_CLOSE = 1e-4  # between the network and its ONNX file
_SCORED = ("AU F1", "class UF1")
_LOST = 0.02  # of either, at most, by int8
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
        if math.isnan(error) or error > _CLOSE:
            raise MienError(
                f"the ONNX file differs from the network by {error:.2g}: not written;"
                " where that is not a number a smaller rate helps"
            )
        _quantised(plain, small, held[:_SEEN])
        figures = {**calibration.figures, "ONNX differs by": error}
        figures |= _scores(plain, calibration, held, "float")
        figures |= _scores(small, calibration, held, "int8")
        lost = [figures[f"float {one}"] - figures[f"int8 {one}"] for one in _SCORED]
        worth = max(lost) <= _LOST
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

    names = INPUTS if net.courses else INPUTS[:1]
    given = _inputs([sample(0, 0)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of what is meant, and of its own age
        torch.onnx.export(
            Answering(net, calibration.temperatures).eval(),
            tuple(torch.from_numpy(given[name]) for name in names),
            path,
            input_names=list(names),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "n"} for name in (*names, *OUTPUTS)},
            opset_version=_OPSET,
            dynamo=False,
        )


def _inputs(samples: list[Sample]) -> dict[str, NDArray[np.float32]]:
    """What a network may be given of windows, by the name of its input."""
    parts = [one.window for one in samples], [one.courses for one in samples]
    return {name: np.stack(part) for name, part in zip(INPUTS, parts, strict=True)}


class _Windows:
    """Windows one by one, as the quantiser asks for them."""

    def __init__(self, samples: list[Sample], names: tuple[str, ...]) -> None:
        self._left, self._names = iter(samples), names

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next one; None after the last."""
        one = next(self._left, None)
        if one is None:
            return None
        given = _inputs([one])
        return {name: given[name] for name in self._names}


def _quantised(plain: Path, small: Path, samples: list[Sample]) -> None:
    """Convolutions and products in int8; the GRU stays as it is, and what sees the input.

    Flow, strain and size come in ranges too different for one scale.
    """
    import logging

    tools, onnx = require("onnxruntime.quantization", EXTRA), require("onnx", EXTRA)
    graph = onnx.load(plain).graph
    logging.getLogger().setLevel(logging.ERROR)  # it asks for a step that changes nothing here
    tools.quantize_static(
        plain,
        small,
        _Windows(samples, tuple(one.name for one in graph.input)),
        quant_format=tools.QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"],
        nodes_to_exclude=[next(node.name for node in graph.node if node.op_type == "Conv")],
        per_channel=True,
        activation_type=tools.QuantType.QUInt8,
        weight_type=tools.QuantType.QInt8,
    )


def answers(path: Path, samples: list[Sample], batch: int = 32) -> list[NDArray[np.float32]]:
    """What a file answers to windows, output by output, on one core."""
    runtime = require("onnxruntime", EXTRA)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    parts = []
    for start in range(0, len(samples), batch):
        given = _inputs(samples[start : start + batch])
        parts.append(session.run(list(OUTPUTS), {name: given[name] for name in names}))
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def _parity(net: Any, calibration: Calibration, path: Path, held: list[Sample]) -> float:
    """The largest difference between a network and its file."""
    import torch

    from mien.learn.microexpression.networks import Answering

    given = [torch.from_numpy(value) for value in _inputs(held).values()]
    with torch.inference_mode():
        ours = Answering(net, calibration.temperatures).eval()(*given)
    theirs = answers(path, held)
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(ours, theirs, strict=True))


def _scores(
    path: Path, calibration: Calibration, held: list[Sample], name: str
) -> dict[str, float]:
    """F1 of units and classes on the validation."""
    units, classes, *_ = answers(path, held)
    aus = np.array([one.aus for one in held]) > 0.5
    klass = np.array([one.klass for one in held])
    return {
        f"{name} {_SCORED[0]}": float(
            np.mean(f1_of(units > np.array(calibration.thresholds), aus))
        ),
        f"{name} {_SCORED[1]}": float(np.mean(class_f1(classes.argmax(axis=1), klass))),
    }


def _data_hash(config: Config) -> str:
    held = hashlib.sha256()
    for number in range(_HASHED):
        one = sample(config.seed, number)
        for part in (one.window, one.courses) if config.courses else (one.window,):
            held.update(np.round(part, 3).tobytes())
    return held.hexdigest()
