"""Blendshapes frame by frame as JSON: as ARKit's face anchor has them, or MediaPipe's landmarker.

Both can say that there is no face. A shape whose action unit was hidden is null.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.blendshapes import ARKIT, MEDIAPIPE, weights
from mien.export.material import Material, seen

_PLACE = {name: i for i, name in enumerate(ARKIT)}


def write_arkit(material: Material, path: Path) -> None:
    """Write one object per frame, in the words of ``ARFaceAnchor``: the 52 locations by name.

    Raises:
        OSError: the file cannot be written.
    """
    track, shapes = material.track, weights(material.track.aus)

    def frames() -> Iterator[dict[str, Any]]:
        for i, tracked in enumerate(seen(track)):
            frame = {"timestamp": round(track.time[i], 6), "isTracked": bool(tracked)}
            yield frame | ({"blendShapes": _named(shapes[i])} if tracked else {})

    _write(path, material.clip, frames())


def write_mediapipe(material: Material, path: Path) -> None:
    """Write one ``FaceLandmarkerResult`` per frame, as its JavaScript interface has it.

    ``_neutral`` and the shapes without an action unit are 0.

    Raises:
        OSError: the file cannot be written.
    """
    track, shapes = material.track, weights(material.track.aus)

    def frames() -> Iterator[dict[str, Any]]:
        for i, tracked in enumerate(seen(track)):
            named = {"_neutral": 0.0} | _named(shapes[i])
            categories = [
                {"index": k, "score": named[name], "categoryName": name, "displayName": ""}
                for k, name in enumerate(MEDIAPIPE)
            ]
            face = {"categories": categories, "headIndex": 0, "headName": ""}
            yield {
                "timestampMs": round(1000 * track.time[i], 3),
                "faceBlendshapes": [face] if tracked else [],
            }

    _write(path, material.clip, frames())


def _named(shapes: NDArray[np.float64]) -> dict[str, float | None]:
    return {
        name: None if np.isnan(shapes[i]) else round(float(shapes[i]), 6)
        for name, i in _PLACE.items()
    }


def _write(path: Path, clip: str, frames: Iterator[dict[str, Any]]) -> None:
    """One frame per line."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"clip": {json.dumps(clip)}, "frames": [')
        for number, frame in enumerate(frames):
            file.write(",\n" if number else "\n")
            json.dump(frame, file)
        file.write("\n]}\n")
