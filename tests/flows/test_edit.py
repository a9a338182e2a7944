"""The edit flow, on real portraits where they are at hand."""

import json
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.core import facs
from mien.core.errors import InputError, MediaError, NoFaceError
from mien.flows.edit_file import edit_file
from mien.media.image import load_image

WISH = {"happy": 0.8, "AU01": 1.0}


@pytest.fixture(params=["002", "024", "114"])
def photo(data: Path, request: pytest.FixtureRequest) -> Path:
    return data / "london" / "neutral" / f"{request.param}.jpg"


# The lips of some of these cross in the estimated face at rest, which once moved them at zero.
@pytest.mark.parametrize("name", ["neutral/002", "neutral/096", "smiling/096", "smiling/062"])
def test_zero_edit_is_the_input(data: Path, name: str) -> None:
    image = load_image(data / "london" / f"{name}.jpg").pixels
    for wish in ({}, {"happy": 0.0}, {"AU12L": 0.0}, {"AU12L": float("nan")}):
        result = mien.edit(image, wish)
        assert np.array_equal(result.image, image)
        assert not result.mask.any()


def test_only_the_mask_changes_and_the_smile_is_measured(photo: Path) -> None:
    image = load_image(photo).pixels
    result = mien.edit(image, {"AU12": 3.0}, neutral=image)
    assert np.array_equal(result.image[result.mask == 0], image[result.mask == 0])
    assert not np.array_equal(result.image, image)
    assert result.aus["AU12L"] == pytest.approx(3.0, abs=0.4)
    assert result.measured["AU12L"] > 1.5
    assert len(result.faces) == 1


def test_one_side_only_moves_one_side(photo: Path) -> None:
    image = load_image(photo).pixels
    result = mien.edit(image, {"AU12L": 3.0}, neutral=image)
    assert result.aus["AU12R"] == pytest.approx(0.0, abs=0.4)
    assert result.measured["AU12L"] > result.measured["AU12R"] + 1.0


def test_stronger_wish_measures_stronger(photo: Path) -> None:
    image = load_image(photo).pixels
    measured = [
        mien.edit(image, {"AU12": s}, neutral=image).measured["AU12L"] for s in (0.0, 1.0, 2.0, 3.0)
    ]
    assert np.all(np.diff(measured) > 0.2)


def test_same_input_same_output(photo: Path) -> None:
    first, second = (mien.edit(photo, WISH) for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert first.measured == second.measured


def test_measure_can_be_given_back(photo: Path) -> None:
    for which in (photo, photo.parents[1] / "smiling" / photo.name):
        measured = mien.measure(which)
        assert tuple(measured) == facs.COLUMNS
        image = load_image(which).pixels
        result = mien.edit(image, {}, set=measured)
        assert result.aus == pytest.approx(measured, abs=1e-9)
        assert np.array_equal(result.image, image)


def test_file_with_strengths_and_report(data: Path, tmp_path: Path) -> None:
    photo = data / "london" / "neutral" / "002.jpg"
    out, report = tmp_path / "sad.png", tmp_path / "report.json"
    written = edit_file(photo, out, {"sad": 1.0}, strengths=[0, 0.5, 1], report=report)
    names = [path.name for path in written]
    assert names == ["sad-0.00.png", "sad-0.50.png", "sad-1.00.png", "report.json"]
    assert np.array_equal(load_image(written[0]).pixels, load_image(photo).pixels)
    told = json.loads(report.read_text())
    assert told["mien"] == 1
    assert told["asked"] == told["edits"][2]["asked"]
    assert {"measured", "leakage", "faces"} <= set(told)
    assert [entry["file"] for entry in told["edits"]] == names[:3]
    assert told["edits"][2]["asked"]["AU01L"] > told["edits"][1]["asked"]["AU01L"]


def test_bad_input_leaves_nothing(data: Path, tmp_path: Path) -> None:
    photo = data / "london" / "neutral" / "002.jpg"
    nobody = data / "images" / "free-mountain-vector-01.jpg"
    out = tmp_path / "out.png"
    cases = [
        (photo, {"hapy": 1.0}, {}, InputError),
        (photo, {"happy": 1.0}, {"face": 3}, NoFaceError),
        (nobody, {"happy": 1.0}, {}, NoFaceError),
        (photo, {"happy": 1.0}, {"neutral": nobody}, NoFaceError),
        (tmp_path, {"happy": 1.0}, {}, MediaError),
        (photo, {"happy": 1.0}, {"strengths": [1.0, 9.0]}, InputError),
        (photo, {}, {"turn": (10.0, 0.0, 0.0), "strengths": [1.0, 1.5]}, InputError),
    ]
    for source, wish, options, error in cases:
        with pytest.raises(error) as raised:
            edit_file(source, out, wish, **options)
        assert "\n" not in str(raised.value)
        assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_by_accident(data: Path, tmp_path: Path) -> None:
    photo, out = tmp_path / "me.jpg", tmp_path / "out.png"
    photo.write_bytes((data / "london" / "neutral" / "002.jpg").read_bytes())
    before = photo.read_bytes()
    wish = {"happy": 1.0}
    for target, options in (
        (photo, {}),
        (out, {"report": photo}),
        (out, {"report": out}),
        (out, {"neutral": photo, "report": photo}),
        (out, {"report": tmp_path}),
        (out, {"strengths": [0.5, 0.5]}),
        (out, {"strengths": []}),
        (tmp_path / "out.xyz", {}),
        (tmp_path, {}),
    ):
        with pytest.raises(InputError):
            edit_file(photo, target, wish, **options)
        assert photo.read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == ["me.jpg"]


def test_strengths_scale_absolute_targets_too(data: Path, tmp_path: Path) -> None:
    photo, report = data / "london" / "neutral" / "024.jpg", tmp_path / "r.json"
    written = edit_file(
        photo, tmp_path / "a.png", {}, set={"AU12": 4.0}, strengths=[0, 0.5, 1], report=report
    )
    asked = [entry["asked"]["AU12L"] for entry in json.loads(report.read_text())["edits"]]
    assert asked[2] == 4.0
    assert asked[1] == pytest.approx((asked[0] + 4.0) / 2, abs=2e-3)
    assert np.array_equal(load_image(written[0]).pixels, load_image(photo).pixels)


def test_array_of_the_wrong_kind() -> None:
    for array in (np.zeros((8, 8)), np.zeros((8, 8, 3)), np.zeros((8, 8, 4), np.uint8)):
        with pytest.raises(InputError):
            mien.edit(array, WISH)
