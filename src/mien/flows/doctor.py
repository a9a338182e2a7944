"""Checks of an installation. Nothing here may fail because of what it is looking for."""

import ctypes
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

from mien.core.errors import InputError, MissingExtraError, ModelError
from mien.core.models import lacking, model_named
from mien.core.places import home

_NEEDED = ("mediapipe", "numpy", "scipy", "pillow", "av", "pandas", "plotly", "typer", "rich")
_OPTIONAL = {"scikit-image": "demo", "onnxruntime": "bench"}
_DRAWING = ("pixelsmile", *model_named("pixelsmile").needs)
_LIBRARIES = ("libGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0")
_APT = "apt-get install -y libgl1 libglib2.0-0"
_OPENCV = "opencv-contrib-python"  # the one that mediapipe brings
_OTHER_OPENCVS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python-headless",
)
_MODELS = (
    "modules/face_detection/face_detection_short_range.tflite",
    "modules/face_detection/face_detection_full_range_sparse.tflite",
    "modules/face_landmark/face_landmark_with_attention.tflite",
)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what, in a word or two.
        ok: whether mien can work with what was found.
        detail: what was found.
        fix: a command or a step that mends it; empty where nothing needs mending.
    """

    name: str
    ok: bool
    detail: str
    fix: str = ""


def checks() -> list[Check]:
    """Look at everything that mien needs, in the order in which things fail."""
    return [
        _python(),
        *_packages(),
        *_libraries(),
        _opencv(),
        _one_opencv(),
        _models(),
        _detector(),
        _pixelsmile(),
        _home(),
    ]


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), version, "install Python 3.11 or 3.12")


def _packages() -> Iterator[Check]:
    for name in _NEEDED:
        version = _version(name)
        yield Check(name, version is not None, version or "not installed", "pip install mien")
    for name, extra in _OPTIONAL.items():
        hint = f"not installed, only needed for mien {extra}: pip install 'mien[{extra}]'"
        yield Check(name, True, _version(name) or hint)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _libraries() -> Iterator[Check]:
    """The system libraries that mediapipe's OpenCV links to; a slim Debian has none of them."""
    if not sys.platform.startswith("linux"):
        return
    for name in _LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            yield Check(name, False, "not found", _APT)
        else:
            yield Check(name, True, "found")


def _opencv() -> Check:
    try:
        version = str(import_module("cv2").__version__)
    except ImportError as error:
        return Check("cv2", False, str(error), _APT)
    return Check("cv2", True, version)


def _one_opencv() -> Check:
    """Two OpenCV distributions overwrite each other's files in one ``cv2`` folder."""
    found = [name for name in (_OPENCV, *_OTHER_OPENCVS) if _version(name) is not None]
    others = " ".join(name for name in found if name != _OPENCV)
    fix = f"pip uninstall {others} && pip install --force-reinstall --no-deps {_OPENCV}"
    return Check("one OpenCV", len(found) <= 1, ", ".join(found) or "none", fix)


def _models() -> Check:
    spec = find_spec("mediapipe")
    if spec is None or spec.origin is None:
        return Check("face models", False, "mediapipe is not installed", "pip install mien")
    root = Path(spec.origin).parent
    absent = [Path(name).name for name in _MODELS if not (root / name).is_file()]
    if absent:
        fix = "install mediapipe 0.10.21 (Python 3.11 or 3.12), whose wheel holds them"
        return Check("face models", False, f"missing: {', '.join(absent)}", fix)
    return Check("face models", True, f"{len(_MODELS)} in the mediapipe wheel")


def _detector() -> Check:
    """Run the detector once on an empty picture: the proof that all of the above work together."""
    try:
        import numpy as np

        from mien.landmark.backends.mediapipe import eyes_and_mouths

        eyes_and_mouths(np.zeros((64, 64, 3), dtype=np.uint8))
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        return Check(
            "detector", False, f"does not run: {error}", "pip install --force-reinstall mien"
        )
    return Check("detector", True, "runs")


def _pixelsmile() -> Check:
    """Whether the diffusion backend could draw here, and how it would fit; it is no must."""
    from mien.edit.backends.pixelsmile.presets import machine, recommend

    try:
        device, memory = machine()
        told = f"{device}, {memory / 1e9:.0f} GB: --with preset={recommend(memory, device)}"
        if absent := sum(len(lacking(model_named(name))) for name in _DRAWING):
            told += f"; {absent} of its files are not here: mien models pull pixelsmile"
    except (MissingExtraError, InputError, ModelError) as error:
        told = f"not here, only needed for --backend pixelsmile: {error}"
    return Check("pixelsmile", True, told)


def _home() -> Check:
    folder = home()
    nearest = next(one for one in (folder, *folder.parents) if one.exists())
    ok = nearest.is_dir() and os.access(nearest, os.W_OK)
    detail = str(folder) if ok else f"{folder} cannot be written"
    return Check("home", ok, detail, "set MIEN_HOME to a folder that can be written")
