"""OpenFace's CSV: what it says, and what cannot be one."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError, MediaError
from mien.core.facs import COLUMNS, INDEX
from mien.export.pose import openface_angles
from mien.landmark.backends.openface import OpenFace, columns_of, read_openface
from mien.landmark.backends.openface_csv import CORNERS, POSE, PRESENT, UNITS, intensity, presence

HEADER = ["frame", "face_id", "timestamp", "confidence", "success", *POSE, *CORNERS]
HEADER += [*map(intensity, UNITS), *map(presence, PRESENT)]
# The eye corners of a face whose eyes are 40 px apart, at (80, 60).
EYES = [55, 65, 95, 105, 60, 60, 60, 60]


def row(number: int = 1, **cells: object) -> dict[str, object]:
    """A row of a file; zeros but for what is said, ``pose_Rx=0.1``."""
    base = dict.fromkeys(HEADER, 0) | dict(zip(CORNERS, EYES, strict=True))
    base |= {"frame": number, "timestamp": (number - 1) / 30, "confidence": 0.9, "success": 1}
    return base | cells


def text(rows: list[dict[str, object]], names: list[str] | None = None, gap: str = ",") -> str:
    names = names or HEADER
    lines = [gap.join(names), *(gap.join(str(one[name]) for name in names) for one in rows)]
    return "\n".join(lines) + "\n"


def read(folder: Path, content: str) -> OpenFace:
    path = folder / "clip.csv"
    path.write_text(content, encoding="utf-8")
    return read_openface(path)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openface")


def test_an_old_file(data: Path) -> None:
    """431 columns, blanks after the commas, times that are none: OpenFace 0.4."""
    path = data.parent / "peers" / "openface_sample.csv"
    if not path.exists():
        pytest.skip("no file of OpenFace here: set MIEN_TEST_DATA to the folder of real data")
    track = read_openface(path).track
    assert len(track) == 100
    assert set(track.status) == {"ok"}
    assert track.time[:3].tolist() == [0, 0.001, 0.002]
    assert track.frame.tolist() == list(range(100))
    assert track.au("AU01L")[0] == track.au("AU01R")[0] == pytest.approx(0.6773)
    assert track.au("AU43L")[0] == pytest.approx(0.02348)
    # Its 2D landmarks: the eyes tip by -1.94 degrees (to the subject's right), 47.8 px apart.
    assert track.pose[0, 2] == pytest.approx(-1.94, abs=0.5)
    assert track.position[0] == pytest.approx([331.37, 186.15, 49.5], abs=0.1)


@pytest.mark.parametrize("gap", [",", ", "])
def test_units(tmp_path: Path, gap: str) -> None:
    cells = {intensity(code): code / 10 for code in UNITS} | {presence(28): 1}
    found = read(tmp_path, text([row(**cells)], gap=gap))
    for code in UNITS:
        assert found.track.aus[0, columns_of(code)] == pytest.approx(code / 10)
    measured = {COLUMNS[at] for code in UNITS for at in columns_of(code)}
    unknown = [INDEX[name] for name in COLUMNS if name not in measured]
    assert np.isnan(found.track.aus[0, unknown]).all()  # AU28, of which only presence is known, too
    assert found.present[0, INDEX["AU28"]] == 1
    assert found.present[0, INDEX["AU12L"]] == 0
    assert not found.unfinished


def test_what_it_does_not_believe_is_lost(tmp_path: Path) -> None:
    found = read(tmp_path, text([row(), row(2, success=0, AU12_r=3.1, confidence=0.6)]))
    track = found.track
    assert track.status.tolist() == ["ok", "lost"]
    assert track.confidence.tolist() == [0.9, 0]
    for numbers in (track.aus, track.pose, track.position, found.present):
        assert np.isnan(numbers[1]).all()


@given(st.tuples(*[st.floats(-80, 80)] * 3))
def test_pose_is_the_writers(place: Path, pose: tuple[float, float, float]) -> None:
    angles = openface_angles(np.array([pose]))[0]
    found = read(place, text([row(**dict(zip(POSE, angles, strict=True)))])).track
    assert found.pose[0] == pytest.approx(pose, abs=1e-6)
    assert found.status[0] == ("turned" if abs(found.pose[0, 0]) > 45 else "ok")


def test_place(tmp_path: Path) -> None:
    track = read(tmp_path, text([row(), row(2, pose_Ry=-np.pi / 3)])).track
    assert track.position[0] == pytest.approx([80, 60, 40 * 1.0328])
    assert track.position[1, 2] == pytest.approx(2 * track.position[0, 2])  # turned by 60 degrees


def test_columns_in_any_order_and_few(tmp_path: Path) -> None:
    names = ["AU12_r", "success", "spare", "timestamp", "x_36", "frame", "confidence"]
    found = read(tmp_path, text([row(AU12_r=2, spare="a b")], names)).track
    assert found.au("AU12R")[0] == 2
    assert np.isnan(found.au("AU01L")[0])
    assert np.isnan([*found.pose[0], *found.position[0]]).all()
    assert found.status[0] == "ok"


def test_faces_the_largest_first(tmp_path: Path) -> None:
    rows = []
    for frame in (1, 2, 3):
        rows += [row(frame, face_id=0, x_36=75, x_39=76), row(frame, face_id=4, AU12_r=2)]
    track = read(tmp_path, text(rows)).track
    assert track.face.tolist() == [1, 0] * 3
    assert track.of_face(0).au("AU12L").tolist() == [2] * 3


def test_frames_from_0(tmp_path: Path) -> None:
    rows = [row(0, timestamp=0), row(1, timestamp=0.04)]
    assert read(tmp_path, text(rows)).track.frame.tolist() == [0, 1]


def test_what_is_no_number_is_none(tmp_path: Path) -> None:
    found = read(tmp_path, text([row(AU12_r="-nan(ind)", AU01_r="", pose_Rx="nan", x_36="inf")]))
    assert np.isnan(found.track.au("AU12L")[0])
    assert np.isnan(found.track.au("AU01L")[0])
    assert np.isnan(found.track.pose[0]).all()
    assert np.isnan(found.track.position[0, 0])


def test_stopped_before_its_end(tmp_path: Path) -> None:
    found = read(tmp_path, text([row(AU12_r=-0.4)]))
    assert found.unfinished
    assert found.track.au("AU12L")[0] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "clip.csv: is no CSV of OpenFace: has no column frame"),
        (text([row()]).replace(",", ";"), "semicolons"),
        (text([row()], ["frame", "timestamp", "success", "confidence", "x_36"]), "-aus"),
        (text([row()], ["confidence", "AU01_r"]), "single pictures"),
        (text([row()], [*HEADER, "AU12_r"]), "column AU12_r twice"),
        (text([]), "has no rows"),
        (text([row(), row(2)])[:-30], "line 3: has"),
        (text([row(AU12_r="high")]), "line 2: AU12_r is 'high', which is no number"),
        (text([row(AU12_r=250)]), "line 2: AU12_r is 250"),
        (text([row(frame="nan")]), "line 2: frame is nan"),
        (text([row(frame=1.5)]), "line 2: frame is 1.5"),
        (text([row(timestamp=-1)]), "line 2: timestamp is -1"),
        (text([row(success=2)]), "line 2: success is 2"),
        (text([row(confidence=7)]), "line 2: confidence is 7"),
        (text([row(face_id=-1)]), "line 2: face_id is -1"),
        (text([row(2), row(1)]), "line 3: goes back in time"),
        (text([row(1), row(1)]), "line 3: frame 1 is there twice"),
        (text([row(), dict.fromkeys(HEADER, "frame")]), "line 3: frame is 'frame'"),
        (text([row(AU12_r='"1')]), "line"),
        ("frame," + "x" * 200_000, "line 1 is too long"),
    ],
)
def test_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(InputError, match=r"clip\.csv") as error:
        read(tmp_path, content)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "clip.csv"
    with pytest.raises(MediaError, match="no such file"):
        read_openface(path)
    path.write_bytes(b"frame,\xff\xfe\n")
    with pytest.raises(InputError, match="no text in UTF-8"):
        read_openface(path)
    path.write_bytes(b"\xef\xbb\xbf" + text([row()]).replace("\n", "\r\n").encode())  # as Excel
    assert len(read_openface(path).track) == 1


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_anything_is_refused_in_a_line(place: Path, content: str | bytes) -> None:
    path = place / "any.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    with pytest.raises(InputError) as error:
        read_openface(path)
    assert len(str(error.value)) < 500


CELL = (
    st.floats() | st.integers() | st.text(max_size=8) | st.sampled_from(["", "nan", "1e999", '"'])
)


@given(st.integers(0, 3), st.sampled_from(HEADER), CELL)
def test_one_cell_is_read_or_named(place: Path, at: int, name: str, cell: object) -> None:
    """Whatever stands in a cell: a track within its limits, or the line of that cell."""
    rows = [row(frame) for frame in range(1, 5)]
    rows[at][name] = cell
    try:
        track = read(place, text(rows)).track
    except InputError as error:
        assert "clip.csv" in str(error)  # noqa: PT017
    else:
        assert set(track.status) <= {"ok", "lost", "turned"}
        known = track.aus[np.isfinite(track.aus)]
        assert ((known >= 0) & (known <= 5)).all()
        assert ((track.confidence >= 0) & (track.confidence <= 1)).all()
        assert np.isfinite(track.time).all()


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), min_size=1, max_size=12))
def test_round_trip(place: Path, rows: list[tuple[float, bool]]) -> None:
    told = [row(i, AU12_r=value, success=int(ok)) for i, (value, ok) in enumerate(rows, 1)]
    track = read(place, text(told, gap=", ")).track
    for said, status, (value, ok) in zip(track.au("AU12L"), track.status, rows, strict=True):
        assert status == ("ok" if ok else "lost")
        assert said == pytest.approx(value, abs=1e-6) if ok else np.isnan(said)
