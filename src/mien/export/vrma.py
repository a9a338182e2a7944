"""VRM animation (``.vrma``, VRMC_vrm_animation 1.0): expressions, gaze and head for any VRM avatar.

The weight of an expression is the x of a node's translation, as the extension has it. Gaze is the
turn of the node of ``lookAt``. The extension wants the bones that a VRM must have, in a T pose;
only the head moves. A gap holds, as in :mod:`mien.export.gltf`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mien.core.blendshapes import ARKIT, gaze, sources, weights
from mien.export.glb import Glb
from mien.export.material import Material, held
from mien.export.pose import quaternions

# Bone to the one above it and its place from there, metres, for the avatar's left side or middle.
_BONES: tuple[tuple[str, str, tuple[float, float, float]], ...] = (
    ("hips", "", (0.0, 0.9, 0.0)),
    ("spine", "hips", (0.0, 0.1, 0.0)),
    ("head", "spine", (0.0, 0.5, 0.0)),
    ("leftUpperArm", "spine", (0.15, 0.35, 0.0)),
    ("leftLowerArm", "leftUpperArm", (0.28, 0.0, 0.0)),
    ("leftHand", "leftLowerArm", (0.25, 0.0, 0.0)),
    ("leftUpperLeg", "hips", (0.09, 0.0, 0.0)),
    ("leftLowerLeg", "leftUpperLeg", (0.0, -0.4, 0.0)),
    ("leftFoot", "leftLowerLeg", (0.0, -0.42, 0.0)),
)
# The presets that are movements, and the shape that each is closest to. The others are moods, or
# vowels that one shape does not make.
PRESETS: Mapping[str, str] = MappingProxyType(
    {
        "blinkLeft": "eyeBlinkLeft",
        "blinkRight": "eyeBlinkRight",
        "aa": "jawOpen",
        "ou": "mouthPucker",
        "oh": "mouthFunnel",
    }
)
# The custom expressions of avatars made for "perfect sync"; the gaze goes to lookAt.
CUSTOM: tuple[str, ...] = tuple(name for name in sources() if not name.startswith("eyeLook"))


def write(material: Material, path: Path) -> None:
    """Write custom expressions with the names of ARKit.

    Raises:
        OSError: the file cannot be written.
    """
    _write(material, path, "custom", {name: name for name in CUSTOM})


def write_presets(material: Material, path: Path) -> None:
    """Write :data:`PRESETS`, which every VRM avatar may have.

    Raises:
        OSError: the file cannot be written.
    """
    _write(material, path, "preset", PRESETS)


def _write(material: Material, path: Path, kind: str, names: Mapping[str, str]) -> None:
    track, glb = material.track, Glb()
    aus = held(track.aus.astype(np.float64))
    bones = _skeleton(glb)
    times = glb.keys(track.time, times=True)
    glb.animate(bones["head"], "rotation", times, glb.keys(quaternions(held(track.pose))))
    shapes, found = weights(aus), {}
    for name, shape in names.items():
        found[name] = glb.node(name=name)
        moved = np.zeros((len(track), 3))
        moved[:, 0] = shapes[:, ARKIT.index(shape)]
        glb.animate(found[name], "translation", times, glb.keys(moved))
    look = glb.node(name="lookAt")
    glb.animate(look, "rotation", times, glb.keys(_turned(gaze(aus))))
    glb.tree["extensionsUsed"] = ["VRMC_vrm_animation"]
    glb.tree["extensions"] = {
        "VRMC_vrm_animation": {
            "specVersion": "1.0",
            "humanoid": {"humanBones": {name: {"node": node} for name, node in bones.items()}},
            "expressions": {kind: {name: {"node": node} for name, node in found.items()}},
            "lookAt": {"node": look, "offsetFromHeadBone": [0.0, 0.06, 0.0]},
        }
    }
    glb.write(path)


def _skeleton(glb: Glb) -> dict[str, int]:
    """The bones that a VRM must have, in a T pose; name to node."""
    nodes: dict[str, int] = {}
    mirrored = [
        (name.replace("left", "right"), above.replace("left", "right"), (-x, y, z))
        for name, above, (x, y, z) in _BONES
        if name.startswith("left")
    ]
    for name, above, place in (*_BONES, *mirrored):
        nodes[name] = glb.node(nodes.get(above), name=name, translation=list(place))
    return nodes


def _turned(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotations of the gaze, shape (n, 4), from degrees to the left and up, shape (n, 2)."""
    return quaternions(np.column_stack([degrees, np.zeros(len(degrees))]))
