"""MediaPipe's bundled face models as two plain functions: where faces are, the mesh in a square.

``mp.solutions.FaceMesh`` chooses its own square from frame to frame, and its points breathe with
that choice. Here the mesh network runs on a square that the caller gives, in the packaged graph.
"""

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.face import N_POINTS
from mien.core.hush import hushed

# MediaPipe's graphs count packets and break for good when two threads feed them at once.
_lock = threading.Lock()

_GRAPH = """
input_stream: "image"
input_stream: "square"
input_side_packet: "with_attention"
output_stream: "landmarks"
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:square"
  input_side_packet: "WITH_ATTENTION:with_attention"
  output_stream: "LANDMARKS:landmarks"
}
"""


# A landmark as protobuf writes it.
_POINT = np.dtype(
    {"names": ["head", "tag_x", "x", "tag_y", "y", "tag_z", "z"],
     "formats": ["<u2", "u1", "<f4", "u1", "<f4", "u1", "<f4"]}
)  # fmt: skip
_TAGS = {"head": 0x0F0A, "tag_x": 0x0D, "tag_y": 0x15, "tag_z": 0x1D}


@dataclass(frozen=True)
class Square:
    """A turned square on a picture.

    Attributes:
        x: px, centre.
        y: px, centre.
        size: px, side length.
        angle: radians, clockwise on the picture.
    """

    x: float
    y: float
    size: float
    angle: float


def eyes_and_mouths(image: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Right eye, left eye, nose tip and mouth of each face, shape (4, 2), px.

    The short-range model looks first, the full-range one where it sees nothing.

    Args:
        image: RGB, shape (H, W, 3), contiguous.
    """
    height, width = image.shape[:2]
    for model in (0, 1):
        with _lock:
            found = _detector(model).process(image).detections or []
        if found:
            break
    keypoints = [detection.location_data.relative_keypoints[:4] for detection in found]
    return [np.array([[k.x * width, k.y * height] for k in four]) for four in keypoints]


def mesh_in_square(image: NDArray[np.uint8], square: Square) -> NDArray[np.float64] | None:
    """The 478 points of the face inside a square, or None where the network sees no face.

    Args:
        image: RGB, shape (H, W, 3), contiguous.
        square: upright relative to the face and about 1.5 times its size.

    Returns:
        Shape (478, 3): x, y in px of the picture, z in the same unit.
    """
    with _lock:
        return _mesher().run(image, square)


class _Mesher:
    """One running graph; its output arrives through a callback, one call at a time."""

    def __init__(self) -> None:
        import mediapipe
        from google.protobuf import text_format
        from mediapipe.framework import calculator_pb2
        from mediapipe.framework.formats import rect_pb2
        from mediapipe.python import packet_creator, packet_getter
        from mediapipe.python._framework_bindings import (
            calculator_graph,
            image_frame,
            resource_util,
        )

        resource_util.set_resource_dir(str(Path(mediapipe.__file__).parents[1]))
        self._rect, self._create, self._get = rect_pb2, packet_creator, packet_getter
        self._srgb = image_frame.ImageFormat.SRGB
        self._clock = 0
        self._packet: Any = None
        self._graph = calculator_graph.CalculatorGraph(
            graph_config=text_format.Parse(_GRAPH, calculator_pb2.CalculatorGraphConfig())
        )
        self._graph.observe_output_stream("landmarks", self._receive)
        self._graph.start_run({"with_attention": packet_creator.create_bool(True)})

    def _receive(self, _name: str, packet: Any) -> None:
        self._packet = packet

    def run(self, image: NDArray[np.uint8], square: Square) -> NDArray[np.float64] | None:
        height, width = image.shape[:2]
        rect = self._rect.NormalizedRect(
            x_center=square.x / width,
            y_center=square.y / height,
            width=square.size / width,
            height=square.size / height,
            rotation=square.angle,
        )
        self._clock += 1
        self._packet = None
        frame = self._create.create_image_frame(image_format=self._srgb, data=image)
        self._graph.add_packet_to_input_stream("image", frame.at(self._clock))
        self._graph.add_packet_to_input_stream(
            "square", self._create.create_proto(rect).at(self._clock)
        )
        self._graph.wait_until_idle()
        packet = self._packet
        if packet is None or packet.is_empty():
            return None
        points = _points_of(self._get.get_proto(packet))
        return points * np.array([width, height, width], dtype=np.float64)


def _points_of(message: Any) -> NDArray[np.float64]:
    """The coordinates in a list of landmarks, shape (478, 3).

    On the wire a point is 17 bytes: its tag and length, then x, y and z, each with its tag. Read as
    a table that is a third of a millisecond faster than point by point.
    """
    data = message.SerializeToString()
    if len(data) == N_POINTS * _POINT.itemsize:
        table = np.frombuffer(data, _POINT)
        if all((table[name] == tag).all() for name, tag in _TAGS.items()):
            return np.array([table["x"], table["y"], table["z"]], dtype=np.float64).T
    points = [(point.x, point.y, point.z) for point in message.landmark]
    return np.array(points, dtype=np.float64)


@cache
def _mesher() -> _Mesher:
    with hushed():
        mesher = _Mesher()
        mesher.run(np.zeros((64, 64, 3), np.uint8), Square(32.0, 32.0, 32.0, 0.0))
    return mesher


@cache
def _detector(model: int) -> Any:
    import mediapipe

    with hushed():
        detector = mediapipe.solutions.face_detection.FaceDetection(
            model_selection=model, min_detection_confidence=0.4
        )
        detector.process(np.zeros((64, 64, 3), np.uint8))
    return detector
