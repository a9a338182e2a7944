"""The operators of ONNX that convolutional recognisers of faces consist of, in torch's own.

They are as ONNX defines them (github.com/onnx/onnx, docs/Operators.md), and those are few. Inputs
come in their order, attributes by their names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

IDLE: Mapping[str, Any] = {
    "auto_pad": b"NOTSET", "kernel_shape": None, "momentum": None, "ratio": None, "seed": None,
    "spatial": 1, "training_mode": 0,
}  # fmt: skip
"""Attributes that say nothing new here if they have this value, or any (None)."""


def _conv(
    shown: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    strides: Sequence[int] = (1, 1),
    pads: Sequence[int] = (0, 0, 0, 0),
    dilations: Sequence[int] = (1, 1),
    group: int = 1,
) -> Tensor:
    top, left, bottom, right = pads
    if (top, left) != (bottom, right):
        shown = functional.pad(shown, (left, right, top, bottom))
        top, left = 0, 0
    found: Tensor = functional.conv2d(
        shown, weight, bias, list(strides), (top, left), list(dilations), group
    )
    return found


def _normed(
    shown: Tensor,
    scale: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
    *,
    epsilon: float = 1e-5,
) -> Tensor:
    found: Tensor = functional.batch_norm(shown, mean, variance, scale, bias, eps=epsilon)
    return found


def _gemm(
    one: Tensor,
    other: Tensor,
    added: Tensor | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,  # noqa: N803  as ONNX spells it
    transB: int = 0,  # noqa: N803
) -> Tensor:
    product = alpha * ((one.T if transA else one) @ (other.T if transB else other))
    return product if added is None else product + beta * added


def _reshape(shown: Tensor, shape: Tensor, *, allowzero: int = 0) -> Tensor:
    wanted = [
        shown.shape[axis] if length == 0 and not allowzero else length
        for axis, length in enumerate(shape.tolist())
    ]
    return shown.reshape(wanted)


def _flatten(shown: Tensor, *, axis: int = 1) -> Tensor:
    return shown.reshape(int(np.prod(shown.shape[:axis])), -1)


def _unsqueezed(shown: Tensor, axes: Tensor | Sequence[int]) -> Tensor:
    """The axes were an attribute before version 13."""
    told = [int(axis) for axis in axes]
    for axis in sorted(axis % (shown.ndim + len(told)) for axis in told):
        shown = shown.unsqueeze(axis)
    return shown


OPERATORS: Mapping[str, tuple[Callable[..., Tensor], tuple[str, ...]]] = {
    "Add": (torch.add, ()),
    "BatchNormalization": (_normed, ("epsilon",)),
    "Clip": (torch.clamp, ("min", "max")),
    "Conv": (_conv, ("strides", "pads", "dilations", "group")),
    "Div": (torch.div, ()),
    "Dropout": (lambda shown, *_: shown, ()),
    "Flatten": (_flatten, ("axis",)),
    "Gemm": (_gemm, ("alpha", "beta", "transA", "transB")),
    "GlobalAveragePool": (lambda shown: shown.mean(dim=(2, 3), keepdim=True), ()),
    "Identity": (lambda shown: shown, ()),
    "MatMul": (torch.matmul, ()),
    "Mul": (torch.mul, ()),
    "PRelu": (lambda shown, slope: torch.where(shown < 0, slope * shown, shown), ()),
    "Relu": (torch.relu, ()),
    "Reshape": (_reshape, ("allowzero",)),
    "Sigmoid": (torch.sigmoid, ()),
    "Sub": (torch.sub, ()),
    "Unsqueeze": (_unsqueezed, ("axes",)),
}
"""What is known of ONNX: how it is computed, and which attributes change that."""
