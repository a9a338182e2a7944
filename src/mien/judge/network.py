"""An ONNX file as a network that can be asked."""

from pathlib import Path
from typing import Any

from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.hush import hushed
from mien.judge.answer import excerpt


def opened(path: Path) -> Any:
    """A session of ONNX Runtime on the CPU.

    Args:
        path: of the file, which is there.

    Raises:
        InputError: the file is empty, or no ONNX that can be run.
        MissingExtraError: ONNX Runtime is not installed.
    """
    if path.stat().st_size == 0:
        raise InputError(f"{path}: is empty (0 bytes): copy or download it again")
    runtime = require("onnxruntime", "bench")
    try:
        with hushed():
            return runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own have no root of their own
        raise InputError(f"{path}: is no ONNX file that can be run: {reason(error)}") from error


def reason(error: Exception) -> str:
    """What ONNX Runtime has to say, on one line."""
    return excerpt(str(error).rpartition(" : ")[2], 120)
