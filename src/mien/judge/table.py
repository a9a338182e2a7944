"""The judges of expression by the names under which they are asked for."""

import os
from pathlib import Path

from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.judge.by_blendshapes import blendshape_judge
from mien.judge.by_reader import reader_judge
from mien.judge.classifier import classifier_judge
from mien.judge.endpoint import openai_judge
from mien.judge.gemini import gemini_judge
from mien.judge.judge import Judge

NAMES = ("blendshapes", "reader", "FILE.onnx", "openai:MODEL", "gemini:MODEL")
_REMOTE = ("openai", "gemini")
_URL = "OPENAI_BASE_URL"
_OPENAI = "https://api.openai.com/v1"


def is_remote(name: str) -> bool:
    """Whether a judge of this name is sent the pictures over a network."""
    kind, _, model = name.partition(":")
    return kind in _REMOTE and bool(model)


def judge_named(name: str, models: Path) -> Judge:
    """A judge of expression.

    Args:
        name: one of :data:`NAMES`. A file is looked for as it is and in ``models``. An OpenAI-like
            server is the one at ``$OPENAI_BASE_URL``, else OpenAI's; keys are taken from
            ``$OPENAI_API_KEY`` (left out for a server without one, at another address) and
            ``$GEMINI_API_KEY``.
        models: folder of the local judges' models.

    Raises:
        InputError: no such judge, its model is not there, or a key is missing.
        MissingExtraError: ONNX Runtime is not installed.
        JudgeError: the model cannot be run.
    """
    kind, _, model = name.partition(":")
    if name == "blendshapes":
        return blendshape_judge(models)
    if name == "reader":
        return reader_judge()
    if name.endswith(".onnx") and not is_remote(name):
        path = Path(name)
        return classifier_judge(path if path.is_file() else models / name)
    if kind == "gemini" and model:
        return gemini_judge(model)
    if kind == "openai" and model:
        url = (os.environ.get(_URL) or _OPENAI).rstrip("/")
        keyless = url != _OPENAI and not os.environ.get("OPENAI_API_KEY")
        kin = "pixelsmile" if "qwen" in model.lower() else ""  # its text encoder is a Qwen-VL
        return openai_judge(model, url=url, key="" if keyless else "OPENAI_API_KEY", kin=kin)
    hint = did_you_mean(name, NAMES[:2]) or f": use {', '.join(NAMES)}"
    raise InputError(f"unknown judge {name!r}{hint}")
