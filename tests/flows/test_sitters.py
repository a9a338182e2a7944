"""Who on a picture is edited."""

import numpy as np
import pytest

from mien.anatomy.head import View, rotation_of
from mien.anatomy.template import template
from mien.core.errors import InputError, NoFaceError
from mien.core.face import Landmarks
from mien.flows import sitters
from mien.flows.edit import ask, edited
from mien.flows.sitters import sitting

IMAGE = np.random.default_rng(3).integers(60, 200, (300, 700, 3), dtype=np.uint8)


def head(x: float, yaw: float = 0.0, size: float = 60.0) -> Landmarks:
    view = View(rotation_of(yaw, 0.0, 0.0), size, np.array([x, -130.0, 0.0]))
    return Landmarks(view.to_picture(template()))


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three faces: ahead, ahead, and turned by 60 degrees."""
    found = [head(120.0, size=66.0), head(350.0), head(580.0, yaw=60.0)]
    monkeypatch.setattr(sitters, "faces_of", lambda *_: found)


@pytest.mark.usefixtures("group")
def test_by_number_point_and_all() -> None:
    assert [one.number for one in sitting(IMAGE, "it", face=1).sitters] == [1]
    assert [one.number for one in sitting(IMAGE, "it", face=(350.0, 140.0)).sitters] == [1]
    everybody = sitting(IMAGE, "it", face="all")
    assert [one.number for one in everybody.sitters] == [0, 1]
    assert "60 degrees" in everybody.left[2]
    assert len(everybody.faces) == 3


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize(
    ("face", "message"),
    [
        (3, "there is no face 3"),
        ((5.0, 5.0), "no face at 5,5"),
        (2, "turned aside by 60 degrees"),
    ],
)
def test_nobody_there(face: object, message: str) -> None:
    with pytest.raises(NoFaceError, match=message):
        sitting(IMAGE, "it", face=face)  # type: ignore[arg-type]


@pytest.mark.usefixtures("group")
def test_a_neutral_photo_is_of_one_person() -> None:
    with pytest.raises(InputError, match="say which face"):
        sitting(IMAGE, "it", face="all", neutral=IMAGE)


@pytest.mark.usefixtures("group")
def test_each_face_is_edited_in_its_place() -> None:
    people = sitting(IMAGE, "it", face="all")
    both = edited(people, ask({"AU12": 4.0}))
    assert [one.face for one in both.edits] == [0, 1]
    assert both.left == people.left
    for number in (0, 1):
        alone = edited(sitting(IMAGE, "it", face=number), ask({"AU12": 4.0}))
        there = alone.mask > 0
        assert np.array_equal(both.image[there], alone.image[there])
        assert not np.array_equal(alone.image[there], IMAGE[there])
    assert np.array_equal(both.image[both.mask == 0], IMAGE[both.mask == 0])


@pytest.mark.parametrize("turn", [(11.0, 0.0, 0.0), (0.0, 0.0), (float("nan"), 0.0, 0.0)])
def test_turns_that_cannot_be(turn: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="each from -10 to 10"):
        ask({}, None, turn)


def test_points_make_a_sitter() -> None:
    mesh = head(350.0).points
    named = {
        "left_eye_outer": 263, "left_eye_inner": 362, "right_eye_outer": 33, "right_eye_inner": 133,
        "mouth_left": 291, "mouth_right": 61, "lip_top": 0, "lip_bottom": 17, "chin": 152,
    }  # fmt: skip
    points = {name: (float(mesh[i, 0]), float(mesh[i, 1])) for name, i in named.items()}
    (sitter,) = sitting(IMAGE, "it", points=points).sitters
    assert not sitter.person.aus.any()
    for name, i in named.items():
        assert sitter.person.landmarks.points[i, :2] == pytest.approx(points[name], abs=0.5)
