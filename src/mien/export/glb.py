"""glTF 2.0 in one binary file (GLB): a JSON tree and the arrays that it points to."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien import __version__

_TYPES = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}
_FLOAT, _SHORT = 5126, 5123
_ARRAY, _ELEMENTS = 34962, 34963


class Glb:
    """A file in the making.

    Attributes:
        tree: the JSON of glTF; what is added to the file is named in it by index.
    """

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": f"mien {__version__}"},
            "scene": 0,
            "scenes": [{"nodes": []}],
            "nodes": [],
            "animations": [{"name": "mien", "samplers": [], "channels": []}],
            "accessors": [],
            "bufferViews": [],
        }
        self._bytes = bytearray()

    def vertices(self, values: NDArray[np.floating[Any]]) -> int:
        """Add one value per vertex, shape (n, 3); returns the accessor."""
        return self._add(values.astype(np.float32), bounds=True, target=_ARRAY)

    def indices(self, triangles: NDArray[np.int64]) -> int:
        """Add triangles, shape (m, 3), of fewer than 65536 vertices; returns the accessor."""
        flat = triangles.reshape(-1).astype(np.uint16)
        return self._add(flat, bounds=False, target=_ELEMENTS)

    def keys(self, values: NDArray[np.floating[Any]], times: bool = False) -> int:
        """Add keys of an animation, shape (n,), (n, 3) or (n, 4); returns the accessor."""
        return self._add(values.astype(np.float32), bounds=times, target=None)

    def node(self, parent: int | None = None, **fields: Any) -> int:
        """Add a node below another one, or at the top; returns its index."""
        nodes = self.tree["nodes"]
        nodes.append(fields)
        below = self.tree["scenes"][0]["nodes"]
        if parent is not None:
            below = nodes[parent].setdefault("children", [])
        below.append(len(nodes) - 1)
        return len(nodes) - 1

    def animate(self, node: int, path: str, times: int, values: int) -> None:
        """Let a property of a node follow keys, straight between them.

        Args:
            node: index.
            path: ``"weights"``, ``"rotation"`` or ``"translation"``.
            times: accessor of the seconds.
            values: accessor of the keys.
        """
        animation = self.tree["animations"][0]
        animation["samplers"].append({"input": times, "output": values, "interpolation": "LINEAR"})
        animation["channels"].append(
            {"sampler": len(animation["samplers"]) - 1, "target": {"node": node, "path": path}}
        )

    def write(self, path: Path) -> None:
        """Write the file.

        Raises:
            OSError: it cannot be written.
        """
        text = json.dumps(self.tree | {"buffers": [{"byteLength": len(self._bytes)}]}).encode()
        text += b" " * (-len(text) % 4)
        total = 12 + 8 + len(text) + 8 + len(self._bytes)
        with path.open("wb") as file:
            file.write(struct.pack("<4sII", b"glTF", 2, total))
            file.write(struct.pack("<I4s", len(text), b"JSON") + text)
            file.write(struct.pack("<I4s", len(self._bytes), b"BIN\0") + self._bytes)

    def _add(self, values: NDArray[Any], *, bounds: bool, target: int | None) -> int:
        table = values.reshape(len(values), -1)
        view = {"buffer": 0, "byteOffset": len(self._bytes), "byteLength": values.nbytes}
        self.tree["bufferViews"].append(view if target is None else view | {"target": target})
        self._bytes += values.tobytes() + bytes(-values.nbytes % 4)
        accessor = {
            "bufferView": len(self.tree["bufferViews"]) - 1,
            "componentType": _SHORT if values.dtype == np.uint16 else _FLOAT,
            "count": len(table),
            "type": _TYPES[table.shape[1]],
        }
        if bounds:
            accessor |= {"min": table.min(axis=0).tolist(), "max": table.max(axis=0).tolist()}
        self.tree["accessors"].append(accessor)
        return len(self.tree["accessors"]) - 1
