"""Shade that action units bring to the skin."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.core import facs
from mien.edit.mesh import paint, prepare
from mien.edit.mesh.shade import shaded
from mien.edit.mesh.shade.light import light_on
from mien.edit.mesh.shade.relief import PER_IOD, SIZE, reliefs, to_map, vertices

Points = NDArray[np.float64]
Image = NDArray[np.uint8]

NOTHING = np.zeros(len(facs.COLUMNS))


def change(**aus: float) -> np.ndarray:
    return facs.vector(aus)


def grey(face: Points, level: int = 150) -> Image:
    return np.full((420, 400, 3), level, np.uint8)


def test_maps_of_the_two_sides_are_mirror_images() -> None:
    maps = reliefs()
    column = {facs.COLUMNS[c]: i for i, c in enumerate(maps.columns.tolist())}
    for name, left in column.items():
        if name.endswith("L"):
            right = column[f"{name[:-1]}R"]
            for each in (maps.relief, maps.measured, maps.gathered):
                assert each[right] == pytest.approx(each[left][:, ::-1], abs=1e-6)


def test_a_side_stays_on_its_side() -> None:
    maps = reliefs()
    beyond = round(SIZE / 2 - 0.12 * PER_IOD) - 1
    for index, column in enumerate(maps.columns.tolist()):
        if facs.COLUMNS[column].endswith("L"):
            for each in (maps.relief, maps.measured):
                assert np.abs(each[index][:, :beyond]).max() < 1e-6


def test_map_follows_the_face() -> None:
    x, y = vertices()[291]  # the subject's left lip corner
    assert x > SIZE / 2
    assert to_map(np.array([[0.0, -0.38]])) == pytest.approx((SIZE - 1) / 2)
    assert vertices()[10, 1] < y


def test_nothing_wanted_is_the_same_picture(photo: Image, face: Points) -> None:
    canvas = prepare(photo, face)
    assert shaded(canvas.shader, NOTHING) is photo
    assert shaded(canvas.shader, change(AU43=5.0)) is photo  # no crease is drawn for it


def test_only_the_mask_is_shaded(photo: Image, face: Points) -> None:
    canvas = prepare(photo, face)
    drawn = shaded(canvas.shader, change(AU01=5.0, AU12=5.0, AU17=5.0))
    assert np.array_equal(drawn[canvas.mask == 0], photo[canvas.mask == 0])
    assert not np.array_equal(drawn, photo)


def test_frown_darkens_the_line_between_the_brows_of_its_side(face: Points) -> None:
    image = grey(face)
    canvas = prepare(image, face)
    drawn = shaded(canvas.shader, change(AU04L=5.0)).astype(int) - image
    line = (face[336, :2] + face[9, :2]) / 2  # beside the midline, on the subject's left
    x, y = np.rint(line).astype(int)
    assert drawn[y - 6 : y + 7, x - 6 : x + 7].min() < -8
    right = drawn[:, : int(face[9, 0] - 0.12 * canvas.iod) - 1]
    assert not right.any()


def test_more_is_deeper_and_the_way_back_is_brighter(face: Points) -> None:
    canvas = prepare(grey(face), face)
    dark = [int(shaded(canvas.shader, change(AU09=x)).astype(int).min()) for x in (1.0, 3.0, 5.0)]
    assert dark[0] > dark[1] > dark[2]
    assert shaded(canvas.shader, change(AU12=-4.0)).astype(int).mean() > 150.0


def test_lines_fade_where_a_smile_goes(photo: Image, face: Points) -> None:
    lined = grey(face)
    lined[::6] = lined[1::6] = 130  # wrinkles, if very regular ones
    canvas = prepare(lined, face)
    gone = shaded(canvas.shader, change(AU12L=-5.0))
    x, y = np.rint((face[425, :2] + face[436, :2]) / 2).astype(int)  # the left nasolabial fold
    part = np.s_[y - 6 : y + 6, x - 2 : x + 3]
    rows = [np.log(each[part].astype(float)).mean(axis=(1, 2)) for each in (gone, lined)]
    contrast = [np.abs(np.diff(row)).max() for row in rows]
    assert contrast[0] < 0.9 * contrast[1]


@pytest.mark.parametrize("from_left", [-0.6, 0.0, 0.6])
def test_light_is_found(face: Points, from_left: float) -> None:
    """A round face lit after Lambert's law, the mesh's own normals not being used."""
    image = np.zeros((420, 400, 3), np.uint8)
    y, x = np.mgrid[:420, :400]
    across, down = (x - 200) / 140.0, (y - 200) / 190.0
    out = np.sqrt(np.clip(1 - across**2 - down**2, 0, 1))
    image[:] = np.clip(150 * (out + from_left * across - 0.2 * down), 0, 255)[..., None]
    found = light_on(image, face, 90.0)
    assert found[0] * from_left > 0 if from_left else abs(found[0]) < 0.1
    assert found[1] > 0


def test_layers_can_be_left_out(photo: Image, face: Points, parted: Points) -> None:
    canvas = prepare(photo, face)
    whole, _ = paint(canvas, parted)
    plain, _ = paint(canvas, parted, layers=())
    middle = np.rint((parted[13] + parted[14]) / 2).astype(int)
    teeth, lips = (each[middle[1], middle[0]].astype(int) for each in (whole, plain))
    assert np.ptp(lips) > np.ptp(teeth)  # stretched lips are red, the inside is not
