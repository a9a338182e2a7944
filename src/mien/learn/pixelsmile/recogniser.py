"""A recogniser of faces from an ONNX file, as an encoder of aligned faces."""

from pathlib import Path

import torch
from torch import Tensor

from mien.core.errors import InputError
from mien.learn.pixelsmile.alignment import SIDE
from mien.learn.pixelsmile.encoders import Encoder
from mien.learn.pixelsmile.onnx_graph import Graph, read_graph

_FIRST = 8  # nodes in which insightface looks for what a network does with a picture at first


def recogniser(path: Path) -> Encoder:
    """Embeddings of faces by a network like ArcFace, with gradients.

    Such networks are shown RGB less 127.5, over 127.5. Those that subtract and multiply themselves,
    as some of MXNet's do, are shown 0 to 255 (deepinsight/insightface, python-package,
    model_zoo/arcface_onnx.py).

    Args:
        path: of an ONNX file of a network that sees 112 px, such as glintr100.onnx of antelopev2.

    Returns:
        Faces (n, 3, 112, 112), -1 to 1, to (n, width).

    Raises:
        InputError: the file is none, or of no network that is known how to be run.
        MissingExtraError: the extra ``train`` is not installed.
    """
    try:
        graph = read_graph(path.read_bytes())
        _checked(graph)
    except OSError as error:
        raise InputError(f"{path}: there is no such file of a recogniser of faces") from error
    except InputError as error:
        raise InputError(f"{path}: {error}: use a network like ArcFace's in ONNX") from error
    scales = {"Sub", "Mul"} <= {node.operator for node in graph.nodes[:_FIRST]}
    alone = graph.shape[0] == 1  # such a network may fold the pictures of a batch into one answer

    def encode(faces: Tensor) -> Tensor:
        shown = 127.5 * (faces + 1.0) if scales else faces
        return torch.cat([graph(one) for one in (shown.split(1) if alone else (shown,))])

    return encode


def _checked(graph: Graph) -> None:
    """That a network takes a face and answers with numbers.

    Raises:
        InputError: it does not.
    """
    if len(graph.shape) != 4 or graph.shape[1:] != (3, SIDE, SIDE):
        raise InputError(f"takes {list(graph.shape)}, not pictures of {SIDE} px")
    try:
        with torch.no_grad():
            found = graph(torch.zeros(1, 3, SIDE, SIDE))
    except (RuntimeError, ValueError, TypeError, IndexError, KeyError) as error:
        raise InputError("cannot be run") from error
    if found.ndim != 2 or len(found) != 1 or not found.isfinite().all():
        raise InputError(f"answers with {list(found.shape)}, not with one embedding")
