"""glTF 2.0: mien's own face as a mesh with a morph target per action unit, moving as was read.

Targets are the displacement fields of the face model at intensity 5, so weights are intensities
over 5 and the mesh moves exactly as the model does. Units that pull one part opposite ways are
resolved first, as everywhere in mien. A gap holds: what is not read stays as it was read last, and
as at rest before that.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.facs import COLUMNS, MAX_INTENSITY, resolve
from mien.export.glb import Glb
from mien.export.material import Material, Mesh, held
from mien.export.pose import quaternions

_METRES = 0.063  # between the pupils of an adult: glTF is in metres


def write(material: Material, path: Path) -> None:
    """Write the face of ``material.mesh`` and its movement, one key per frame.

    Raises:
        OSError: the file cannot be written.
    """
    assert material.mesh is not None
    track, glb = material.track, Glb()
    shares = resolve(held(track.aus.astype(np.float64))) / MAX_INTENSITY
    turns = quaternions(held(track.pose))
    # A viewer that does not play shows the first frame, which of a photo is all.
    glb.tree["meshes"] = [_mesh(glb, material.mesh) | {"weights": shares[0].tolist()}]
    head = glb.node(name="head", mesh=0, rotation=turns[0].tolist())
    times = glb.keys(track.time, times=True)
    glb.animate(head, "weights", times, glb.keys(shares.reshape(-1)))
    glb.animate(head, "rotation", times, glb.keys(turns))
    glb.write(path)


def _mesh(glb: Glb, mesh: Mesh) -> dict[str, object]:
    """The mesh of glTF: its parts share their vertices and targets."""
    surface = np.concatenate([part.triangles for part in mesh.parts])
    at_rest = _normals(mesh.points, surface)
    attributes = {
        "POSITION": glb.vertices(_METRES * mesh.points),
        "NORMAL": glb.vertices(at_rest),
    }
    targets = [
        {
            "POSITION": glb.vertices(_METRES * field),
            "NORMAL": glb.vertices(_normals(mesh.points + field, surface) - at_rest),
        }
        for field in mesh.fields
    ]
    glb.tree["materials"] = [
        {
            "name": part.name,
            "pbrMetallicRoughness": {
                "baseColorFactor": [*part.colour, 1.0],
                "metallicFactor": 0.0,
                "roughnessFactor": 0.8,
            },
            "doubleSided": True,
        }
        for part in mesh.parts
    ]
    return {
        "name": "face",
        "primitives": [
            {
                "attributes": attributes,
                "indices": glb.indices(part.triangles),
                "material": number,
                "targets": targets,
            }
            for number, part in enumerate(mesh.parts)
        ],
        "extras": {"targetNames": list(COLUMNS)},
    }


def _normals(points: NDArray[np.float64], triangles: NDArray[np.int64]) -> NDArray[np.float64]:
    """Unit normals of the vertices, shape (p, 3): of their triangles, by area."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    faces = np.cross(b - a, c - a)
    sums = np.zeros_like(points)
    for corner in range(3):
        np.add.at(sums, triangles[:, corner], faces)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(lengths > 1e-12, sums / np.maximum(lengths, 1e-12), (0.0, 0.0, 1.0))
