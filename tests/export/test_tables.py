"""Tables of other programs: OpenFace, Py-Feat, Live Link Face."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.anatomy.head import rotation_of
from mien.core.blendshapes import ARKIT, weights
from mien.core.facs import INDEX, vector
from mien.core.signal import Track
from mien.export import fex, livelink, openface
from mien.export.livelink import timecode
from mien.export.material import Material, held, stronger
from mien.export.pose import openface_angles, quaternions

LOST, TURNED, DRAWN = 4, 7, 9

# As a capture of the app begins, quoted alike by several public readers.
LIVE_LINK = (
    "Timecode,BlendShapeCount,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,"
    "EyeLookUpLeft,EyeSquintLeft,EyeWideLeft,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,"
    "EyeLookOutRight,EyeLookUpRight,EyeSquintRight,EyeWideRight,JawForward,JawRight,JawLeft,"
    "JawOpen,MouthClose,MouthFunnel,MouthPucker,MouthRight,MouthLeft,MouthSmileLeft,"
    "MouthSmileRight,MouthFrownLeft,MouthFrownRight,MouthDimpleLeft,MouthDimpleRight,"
    "MouthStretchLeft,MouthStretchRight,MouthRollLower,MouthRollUpper,MouthShrugLower,"
    "MouthShrugUpper,MouthPressLeft,MouthPressRight,MouthLowerDownLeft,MouthLowerDownRight,"
    "MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,BrowInnerUp,BrowOuterUpLeft,"
    "BrowOuterUpRight,CheekPuff,CheekSquintLeft,CheekSquintRight,NoseSneerLeft,NoseSneerRight,"
    "TongueOut,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,"
    "RightEyePitch,RightEyeRoll"
)


def test_columns_of_openface(data: Path) -> None:
    assert len(openface.COLUMNS) == len(set(openface.COLUMNS)) == 714
    assert openface.COLUMNS[:5] == ("frame", "face_id", "timestamp", "confidence", "success")
    assert openface.COLUMNS[-36:-34] == ("p_33", "AU01_r")
    assert openface.COLUMNS[-2:] == ("AU28_c", "AU45_c")
    with (data.parent / "peers" / "openface_sample.csv").open() as file:
        old = [name.strip() for name in next(csv.reader(file))]
    assert [name for name in openface.COLUMNS if name in old] == old


def test_openface(material: Material, tmp_path: Path) -> None:
    openface.write(material, tmp_path / "of.csv")
    table, track = pd.read_csv(tmp_path / "of.csv"), material.track
    assert tuple(table.columns) == openface.COLUMNS
    assert table["frame"].tolist() == list(range(1, 13))
    np.testing.assert_allclose(table["timestamp"], track.time, atol=1e-6)
    assert np.flatnonzero(table["success"] == 0).tolist() == [LOST, DRAWN]
    for code in openface.INTENSITY:
        ours = stronger(track, "AU43" if code == 45 else f"AU{code:02d}")
        np.testing.assert_allclose(table[f"AU{code:02d}_r"], ours, atol=5.1e-5)
    assert table.loc[LOST, "AU01_r":].isna().all()
    assert table[["gaze_0_x", "x_0", "Z_67", "pose_Tx", "p_33"]].isna().all(axis=None)
    present = table["AU12_c"].to_numpy()
    assert np.nanmax(present) == 1
    strong = (stronger(track, "AU12") > 1.5).astype(float)
    np.testing.assert_array_equal(np.delete(present, LOST), np.delete(strong, LOST))


def test_presence_is_empty_where_it_is_not_known(material: Material, tmp_path: Path) -> None:
    unsure = replace(material, track=replace(material.track, deviation=None))
    openface.write(unsure, tmp_path / "of.csv")
    assert pd.read_csv(tmp_path / "of.csv").loc[:, "AU01_c":].isna().all(axis=None)


def test_openface_goes_frame_by_frame(material: Material, pair: Track, tmp_path: Path) -> None:
    openface.write(replace(material, track=pair), tmp_path / "of.csv")
    table = pd.read_csv(tmp_path / "of.csv")
    assert table["frame"].tolist() == [n for n in range(1, 13) for _ in range(2)]
    assert table["face_id"].tolist() == [0, 1] * 12


@given(st.tuples(st.floats(-80, 80), st.floats(-80, 80), st.floats(-80, 80)))
def test_angles_are_the_same_turn(pose: tuple[float, float, float]) -> None:
    ours, camera = rotation_of(*pose), np.diag([1.0, -1.0, -1.0])
    x, y, z = openface_angles(np.array([pose]))[0]
    turn = _about(0, x) @ _about(1, y) @ _about(2, z)
    np.testing.assert_allclose(turn, camera @ ours @ camera, atol=1e-9)
    qx, qy, qz, qw = quaternions(np.array([pose]))[0]
    forward = [2 * (qx * qz + qw * qy), 2 * (qy * qz - qw * qx), 1 - 2 * (qx * qx + qy * qy)]
    np.testing.assert_allclose(forward, ours[:, 2], atol=1e-9)


def _about(axis: int, angle: float) -> np.ndarray:
    a, b = [i for i in range(3) if i != axis]
    turn = np.eye(3)
    turn[a, a] = turn[b, b] = np.cos(angle)
    turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
    return turn.T if axis == 1 else turn


def test_an_open_jaw_is_no_shut_one() -> None:
    aus = np.array([vector({"AU26": 2}), vector({"AU27": 4})])
    track = _still(aus)
    assert stronger(track, "AU26").tolist() == [2, 5]


def test_a_hidden_side_leaves_the_other(track: Track) -> None:
    assert stronger(track, "AU12")[TURNED] == track.au("AU12R")[TURNED]


def test_fex(material: Material, tmp_path: Path) -> None:
    fex.write(material, tmp_path / "fex.csv")
    table, track = pd.read_csv(tmp_path / "fex.csv"), material.track
    assert tuple(table.columns) == fex.COLUMNS
    assert [name for name in table.columns if "AU" in name] == list(fex.AUS)
    for code in fex.AUS:
        np.testing.assert_allclose(5 * table[code], stronger(track, code), atol=5e-6)
    np.testing.assert_allclose(table["Yaw"], -np.radians(track.pose[:, 0]), atol=1e-6)
    assert table[["x_0", "anger", "neutral", "FaceRectX"]].isna().all(axis=None)
    assert table["frame"].tolist() == list(range(12))
    assert set(table["Identity"]) == {"Person_0"}


def test_columns_of_live_link() -> None:
    assert ",".join(livelink.COLUMNS) == LIVE_LINK
    assert len(livelink.COLUMNS) == 63


def test_live_link(material: Material, tmp_path: Path) -> None:
    livelink.write(material, tmp_path / "ll.csv")
    table, track = pd.read_csv(tmp_path / "ll.csv"), material.track
    rows = np.delete(np.arange(12), LOST)
    assert (table["BlendShapeCount"] == 61).all()
    np.testing.assert_allclose(
        [_seconds(t) for t in table["Timecode"]], track.time[rows], atol=2e-5
    )
    table.columns = [name[0].lower() + name[1:] for name in table.columns]
    shapes = weights(held(track.aus))[rows]
    np.testing.assert_allclose(table[list(ARKIT)], shapes, atol=1e-6)
    smile = table["mouthSmileLeft"].tolist()
    turned = rows.tolist().index(TURNED)
    assert smile[turned] == smile[turned - 1]
    np.testing.assert_allclose(np.degrees(table["headYaw"]), track.pose[rows, 0], atol=1e-4)


def test_the_eyes_of_live_link(tmp_path: Path) -> None:
    track = _still(np.array([vector({"AU61": 5}), vector({"AU63": 2.5})]))
    livelink.write(Material(track, [], "clip"), tmp_path / "ll.csv")
    table = pd.read_csv(tmp_path / "ll.csv")
    np.testing.assert_allclose(np.degrees(table["LeftEyeYaw"]), [30, 0], atol=1e-4)
    np.testing.assert_allclose(np.degrees(table["RightEyePitch"]), [0, 15], atol=1e-4)
    assert table["EyeLookInRight"].tolist() == [1, 0]


@given(st.floats(0, 80_000))
def test_time_codes(time: float) -> None:
    code = timecode(time)
    assert len(code) == 15
    assert _seconds(code) == pytest.approx(time, abs=1e-5)
    assert int(code[9:11]) < 60


def test_time_code_carries() -> None:
    assert timecode(59.9999999) == "00:01:00:00.000"
    assert timecode(3661.5) == "01:01:01:30.000"


def _seconds(code: str) -> float:
    hours, minutes, seconds, frames = code.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + int(seconds) + float(frames) / 60


def _still(aus: np.ndarray) -> Track:
    n, zeros = len(aus), np.zeros(len(aus), dtype=np.int64)
    assert aus.shape[1] == len(INDEX)
    return Track(
        np.arange(n) / 30, np.arange(n), np.arange(n), zeros, np.full(n, "ok"), np.ones(n),
        np.zeros((n, 3)), np.ones((n, 3)), aus,
    )  # fmt: skip
