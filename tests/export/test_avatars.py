"""Movements for avatars, read back by a library that did not write them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pygltflib import GLTF2

from mien.anatomy.lips import closed
from mien.anatomy.model import displacement, face_model
from mien.anatomy.template import template
from mien.core.blendshapes import ARKIT, MEDIAPIPE, gaze, weights
from mien.core.facs import COLUMNS
from mien.export import gltf, shapes_json, vrma
from mien.export.material import Material, held

LOST, TURNED = 4, 7
VALIDATE = """
const v = require("gltf-validator"), fs = require("fs");
v.validateBytes(new Uint8Array(fs.readFileSync(process.argv[1])))
  .then(r => console.log(JSON.stringify(r.issues)));
"""


def values(tree: GLTF2, number: int) -> np.ndarray:
    """The numbers of an accessor, shape (count, width)."""
    accessor = tree.accessors[number]
    view = tree.bufferViews[accessor.bufferView]
    kind = {5126: np.float32, 5123: np.uint16}[accessor.componentType]
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor.type]
    found = np.frombuffer(
        tree.binary_blob(), kind, accessor.count * width, view.byteOffset or 0
    ).reshape(-1, width)
    if accessor.min:
        np.testing.assert_array_equal(found.min(axis=0), accessor.min)
        np.testing.assert_array_equal(found.max(axis=0), accessor.max)
    return found


def channels(tree: GLTF2) -> dict[tuple[int, str], tuple[np.ndarray, np.ndarray]]:
    """Node and property to times and keys."""
    (animation,) = tree.animations
    return {
        (c.target.node, c.target.path): (
            values(tree, animation.samplers[c.sampler].input)[:, 0],
            values(tree, animation.samplers[c.sampler].output),
        )
        for c in animation.channels
    }


@pytest.fixture
def glb(material: Material, tmp_path: Path) -> GLTF2:
    gltf.write(material, tmp_path / "face.glb")
    return GLTF2().load(tmp_path / "face.glb")


def test_the_mesh_moves_as_the_model_does(material: Material, glb: GLTF2) -> None:
    mesh = glb.meshes[0]
    assert mesh.extras["targetNames"] == list(COLUMNS)
    first = mesh.primitives[0]
    rest = values(glb, first.attributes.POSITION)
    targets = np.stack([values(glb, target["POSITION"]) for target in first.targets])
    times, keys = channels(glb)[0, "weights"]
    np.testing.assert_allclose(times, material.track.time, atol=1e-6)
    shares = keys.reshape(len(times), len(COLUMNS))
    model, aus = face_model(closed(template())), held(material.track.aus)
    for i in range(len(times)):
        ours = rest + np.tensordot(shares[i], targets, axes=1)
        truth = 0.063 * (model.neutral + displacement(model, aus[i]))
        np.testing.assert_allclose(ours[:468], truth[:468], atol=1e-6)


def test_every_part_shares_the_targets(glb: GLTF2) -> None:
    parts = glb.meshes[0].primitives
    count = glb.accessors[parts[0].attributes.POSITION].count
    assert {glb.materials[p.material].name for p in parts} >= {"skin", "lips", "irises", "mouth"}
    for part in parts:
        assert part.targets == parts[0].targets
        assert values(glb, part.indices).max() < count


def test_the_skin_faces_the_viewer(glb: GLTF2) -> None:
    skin = glb.meshes[0].primitives[0]
    normals = values(glb, skin.attributes.NORMAL)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    assert (normals[:468, 2] > 0).mean() > 0.9


def test_a_gap_holds(material: Material, glb: GLTF2) -> None:
    found = channels(glb)
    keys = found[0, "weights"][1].reshape(len(material.track), -1)
    np.testing.assert_array_equal(keys[LOST], keys[LOST - 1])
    turns = found[0, "rotation"][1]
    np.testing.assert_array_equal(turns[LOST], turns[LOST - 1])
    np.testing.assert_allclose(np.linalg.norm(turns, axis=1), 1, atol=1e-6)
    left = COLUMNS.index("AU12L")
    assert keys[TURNED, left] == keys[TURNED - 1, left]


def test_held_begins_at_rest() -> None:
    gaps = np.array([[np.nan, 1], [2, np.nan], [np.nan, np.nan], [3, 4]])
    assert held(gaps).tolist() == [[0, 1], [2, 1], [2, 1], [3, 4]]


@pytest.mark.parametrize(
    ("write", "kind", "names"),
    [
        (vrma.write, "custom", {name: name for name in vrma.CUSTOM}),
        (vrma.write_presets, "preset", dict(vrma.PRESETS)),
    ],
)
def test_vrm_animation(
    material: Material, tmp_path: Path, write, kind: str, names: dict[str, str]
) -> None:
    write(material, tmp_path / "move.vrma")
    tree = GLTF2().load_binary(tmp_path / "move.vrma")
    about = tree.extensions["VRMC_vrm_animation"]
    assert tree.extensionsUsed == ["VRMC_vrm_animation"]
    assert about["specVersion"] == "1.0"
    found, aus = channels(tree), held(material.track.aus)
    shapes = weights(aus)
    assert set(about["expressions"][kind]) == set(names)
    for name, place in about["expressions"][kind].items():
        keys = found[place["node"], "translation"][1]
        np.testing.assert_allclose(keys[:, 0], shapes[:, ARKIT.index(names[name])], atol=1e-6)
        assert not keys[:, 1:].any()
    bones = about["humanoid"]["humanBones"]
    assert len(bones) == 15
    assert {node for node, path in found if path == "rotation"} == {
        bones["head"]["node"],
        about["lookAt"]["node"],
    }
    x, y, _, w = found[about["lookAt"]["node"], "rotation"][1].T
    turn = np.degrees(2 * np.arctan2(y, w)), np.degrees(2 * np.arctan2(-x, w))
    np.testing.assert_allclose(np.stack(turn, axis=1), gaze(aus), atol=0.01)


def test_presets_are_movements_not_moods() -> None:
    assert not set(vrma.PRESETS) & {"happy", "angry", "sad", "relaxed", "surprised", "neutral"}
    assert not any(name.startswith(("look", "eyeLook")) for name in (*vrma.PRESETS, *vrma.CUSTOM))


def test_arkit(material: Material, tmp_path: Path) -> None:
    shapes_json.write_arkit(material, tmp_path / "a.json")
    frames = json.loads((tmp_path / "a.json").read_text())["frames"]
    assert [f["isTracked"] for f in frames] == [i != LOST for i in range(12)]
    assert "blendShapes" not in frames[LOST]
    assert frames[TURNED]["blendShapes"]["mouthSmileLeft"] is None
    shapes = weights(material.track.aus)
    for i in (0, TURNED):
        assert tuple(frames[i]["blendShapes"]) == ARKIT
        found = np.array(list(frames[i]["blendShapes"].values()), dtype=float)
        np.testing.assert_allclose(found, shapes[i], atol=1e-6)


def test_mediapipe(material: Material, tmp_path: Path) -> None:
    shapes_json.write_mediapipe(material, tmp_path / "m.json")
    frames = json.loads((tmp_path / "m.json").read_text())["frames"]
    assert frames[LOST]["faceBlendshapes"] == []
    (face,) = frames[0]["faceBlendshapes"]
    assert [c["categoryName"] for c in face["categories"]] == list(MEDIAPIPE)
    assert [c["index"] for c in face["categories"]] == list(range(52))
    scores = {c["categoryName"]: c["score"] for c in face["categories"]}
    jaw = weights(material.track.aus)[0, ARKIT.index("jawOpen")]
    assert scores["jawOpen"] == pytest.approx(jaw, abs=1e-6)
    assert frames[3]["timestampMs"] == pytest.approx(3000 / 29.97, abs=1e-3)


@pytest.mark.parametrize("write", [gltf.write, vrma.write, vrma.write_presets])
def test_khronos_validator(material: Material, tmp_path: Path, write) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js here")
    file = tmp_path / "made.glb"
    write(material, file)
    done = subprocess.run(
        [node, "-e", VALIDATE, str(file)],
        capture_output=True, text=True, check=False, env=os.environ,
    )  # fmt: skip
    if "Cannot find module 'gltf-validator'" in done.stderr:
        pytest.skip(
            "no gltf-validator here: npm install gltf-validator, NODE_PATH=.../node_modules"
        )
    issues = json.loads(done.stdout)
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]
