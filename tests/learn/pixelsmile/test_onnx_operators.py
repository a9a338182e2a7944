"""Each operator as ONNX Runtime computes it."""

import numpy as np
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from mien.learn.pixelsmile.onnx_graph import read_graph
from mien.learn.pixelsmile.onnx_operators import OPERATORS

_CHANCE = np.random.default_rng(0)
_PLANES, _ROWS = (2, 4, 5, 6), (3, 4)


def _some(*shape: int) -> np.ndarray:
    return _CHANCE.normal(0.0, 1.0, shape).astype(np.float32)


def _whole(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


_CHANNELS = [_some(4), _some(4), _some(4), _some(4) ** 2 + 0.1]
CASES = [
    ("Add", _PLANES, [_some(4, 1, 1)], {}),
    ("BatchNormalization", _PLANES, _CHANNELS, {"epsilon": 0.1}),
    ("BatchNormalization", _ROWS, _CHANNELS, {}),
    ("Clip", _PLANES, [np.float32(-0.5), np.float32(0.2)], {}),
    ("Clip", _PLANES, [None, np.float32(0.2)], {}),
    ("Clip", _PLANES, [], {"min": -0.5, "opset": 9}),
    ("Conv", _PLANES, [_some(3, 4, 3, 2), _some(3)], {"pads": [1, 0, 2, 3], "strides": [2, 1]}),
    ("Conv", _PLANES, [_some(8, 2, 2, 2)], {"group": 2, "dilations": [2, 1], "pads": [1, 1, 1, 1]}),
    ("Div", _PLANES, [_some(6) ** 2 + 0.5], {}),
    ("Dropout", _PLANES, [], {}),
    ("Dropout", _PLANES, [], {"ratio": 0.4, "opset": 9}),
    ("Flatten", _PLANES, [], {}),
    ("Flatten", _PLANES, [], {"axis": 0}),
    ("Flatten", _PLANES, [], {"axis": -1}),
    ("Gemm", _ROWS, [_some(4, 2), _some(2)], {"alpha": 0.5, "beta": 3.0}),
    ("Gemm", _ROWS, [_some(2, 3)], {"transA": 1, "transB": 1}),
    ("GlobalAveragePool", _PLANES, [], {}),
    ("Identity", _PLANES, [], {}),
    ("MatMul", _PLANES, [_some(6, 2)], {}),
    ("Mul", _PLANES, [_some(5, 1)], {}),
    ("PRelu", _PLANES, [_some(4, 1, 1)], {}),
    ("Relu", _PLANES, [], {}),
    ("Reshape", _PLANES, [_whole(0, -1)], {}),
    ("Reshape", _PLANES, [_whole(8, -1, 5)], {}),
    ("Sigmoid", _PLANES, [], {}),
    ("Sub", _PLANES, [_some()], {}),
    ("Unsqueeze", _ROWS, [_whole(-1, 1)], {}),
    ("Unsqueeze", _ROWS, [], {"axes": [0, 3], "opset": 11}),
]


def test_all_are_tried() -> None:
    assert {case[0] for case in CASES} == {*OPERATORS}


@pytest.mark.parametrize(("operator", "shape", "more", "told"), CASES, ids=lambda it: str(it)[:24])
def test_as_onnx_runtime(
    operator: str, shape: tuple[int, ...], more: list[np.ndarray | None], told: dict[str, object]
) -> None:
    names = [f"c{n}" if one is not None else "" for n, one in enumerate(more)]
    stored = [
        numpy_helper.from_array(np.asarray(one), f"c{n}")
        for n, one in enumerate(more)
        if one is not None
    ]
    opset = helper.make_opsetid("", told.get("opset", 13))
    attributes = {name: value for name, value in told.items() if name != "opset"}
    shown = _some(*shape)

    def written(answer: list[int] | None) -> bytes:
        graph = helper.make_graph(
            [helper.make_node(operator, ["x", *names], ["y"], **attributes)],
            "one",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, answer)],
            stored,
        )
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        return bytes(model.SerializeToString())

    session = onnxruntime.InferenceSession(written(None), providers=["CPUExecutionProvider"])
    theirs = session.run(None, {"x": shown})[0]
    ours = read_graph(written([*theirs.shape]))(torch.from_numpy(shown)).numpy()
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
