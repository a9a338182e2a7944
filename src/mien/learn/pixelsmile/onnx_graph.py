"""Networks from ONNX files, run by torch, so that gradients go through them to the picture.

ONNX Runtime answers, and does not say how the answer changes with what is shown. A file that has
more than :mod:`mien.learn.pixelsmile.onnx_operators` knows is refused before it runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mien.core.errors import InputError
from mien.core.extras import require
from mien.learn.pixelsmile.onnx_operators import IDLE, OPERATORS

_STANDARD = ("", "ai.onnx")
_OLDEST = 7  # of the sets of operators: before it, Add and its like had to be told to broadcast


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        operator: its name in ONNX.
        inputs: names of what it takes; empty where an optional one is left out.
        output: name of what it makes.
        attributes: that change what it does.
    """

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Graph:
    """A network of one input and one output.

    Attributes:
        nodes: in the order in which they run.
        constants: weights and numbers, by name.
        given: name of the input.
        shape: of the input; None for an axis of any length.
        answer: name of the output.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, Tensor]
    given: str
    shape: tuple[int | None, ...]
    answer: str

    def __call__(self, given: Tensor) -> Tensor:
        """The output, with gradients to the input and none to the weights."""
        values: dict[str, Any] = {"": None, **self._on(given.device), self.given: given}
        for node in self.nodes:
            run, _ = OPERATORS[node.operator]
            values[node.output] = run(*(values[name] for name in node.inputs), **node.attributes)
        answer: Tensor = values[self.answer]
        return answer

    def _on(self, device: Any) -> Mapping[str, Tensor]:
        """Constants on a device; whole numbers, which are shapes, stay where they are."""
        for name, value in self._held.items():
            if value.is_floating_point() and value.device != device:
                self._held[name] = value.to(device)
        return self._held

    @cached_property
    def _held(self) -> dict[str, Tensor]:
        return dict(self.constants)


def read_graph(content: bytes) -> Graph:
    """Read a network.

    Args:
        content: of an ONNX file that holds its weights.

    Raises:
        InputError: it is none, or has what is not known here; the message says what, not where.
        MissingExtraError: the extra ``train`` is not installed.
    """
    onnx = require("onnx", "train")
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(content)
        numbers = [one.t for node in model.graph.node for one in node.attribute]
        if any(one.external_data for one in (*model.graph.initializer, *numbers)):
            raise InputError("keeps its weights in another file: save it as one")
        onnx.checker.check_model(model)
        if any(one.domain in _STANDARD and one.version < _OLDEST for one in model.opset_import):
            raise InputError(f"has operators older than version {_OLDEST} of ONNX: export it anew")
        return _graph(model.graph)
    except (DecodeError, onnx.checker.ValidationError, ValueError, TypeError, KeyError) as error:
        raise InputError("is no ONNX file that can be read") from error


def _graph(stored: Any) -> Graph:
    constants = {one.name: _tensor(one) for one in stored.initializer}
    nodes = []
    for node in stored.node:
        if node.domain not in _STANDARD or node.op_type not in {*OPERATORS, "Constant"}:
            raise InputError(f"has the operator {node.op_type}, of which mien knows no gradient")
        if node.op_type == "Constant":
            constants[node.output[0]] = _constant(node)
        else:
            read = Node(node.op_type, tuple(node.input), node.output[0], _attributes(node))
            nodes.append(read)
    given = [one for one in stored.input if one.name not in constants]
    if len(given) != 1 or len(stored.output) != 1:
        raise InputError(f"has {len(given)} inputs and {len(stored.output)} outputs: one is meant")
    shape = tuple(
        axis.dim_value if axis.HasField("dim_value") else None
        for axis in given[0].type.tensor_type.shape.dim
    )
    return Graph(tuple(nodes), constants, given[0].name, shape, stored.output[0].name)


def _tensor(stored: Any) -> Tensor:
    from onnx import numpy_helper

    found = torch.from_numpy(np.array(numpy_helper.to_array(stored)))
    return found.float() if found.is_floating_point() else found


def _constant(node: Any) -> Tensor:
    for one in node.attribute:
        if one.name == "value":
            return _tensor(one.t)
    raise InputError("has a Constant that is no tensor")


def _attributes(node: Any) -> dict[str, Any]:
    from onnx import helper

    _, minded = OPERATORS[node.op_type]
    kept = {}
    for one in node.attribute:
        value = helper.get_attribute_value(one)
        if one.name in minded:
            kept[one.name] = value
        elif not (one.name in IDLE and (IDLE[one.name] is None or IDLE[one.name] == value)):
            raise InputError(f"has the operator {node.op_type} with {one.name}, not known to mien")
    return kept
