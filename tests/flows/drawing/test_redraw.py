"""Redrawn faces in real portraits. What draws here is the mesh, clumsily: shifted, off in colour.

So it is known what the flow must mend. The diffusion model has tests of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import mien
from mien.core.errors import InputError, MienError
from mien.core.points import load_points
from mien.core.recipe import Recipe
from mien.flows.drawing import model as drawing_model
from mien.flows.drawing import redraw
from mien.flows.drawing.how import Drawing
from mien.flows.drawing.model import Model
from mien.flows.drawing.redraw import pixelsmile, redrawn
from mien.flows.edit import EditResult, ask
from mien.flows.sitters import sitting
from mien.media.image import load_image

Image = NDArray[np.uint8]
DRAWING = Drawing(Model(Path("nowhere")), side=512)


def _edits(image: Image, wishes: Sequence[dict], **given: object) -> list[EditResult]:
    people = sitting(image, "the photo", **given)
    return list(redrawn(DRAWING, people, [ask(wish) for wish in wishes]))


def test_zero_is_the_input_and_draws_nothing(photo, drawn, monkeypatch) -> None:
    monkeypatch.delattr(redraw, "redraw")
    for result in _edits(photo, [{}, {"happy": 0.0}]):
        assert np.array_equal(result.image, photo)
        assert not result.mask.any()


def test_only_the_face_changes_and_comes_back_to_its_place(photo, drawn) -> None:
    weak, strong = _edits(photo, [{"happy": 0.5}, {"happy": 1.0}])
    plain = mien.edit(photo, {"happy": 1.0})
    assert np.array_equal(strong.image[strong.mask == 0], photo[strong.mask == 0])
    assert 1.0 < weak.measured["AU12L"] < strong.measured["AU12L"]
    # As the mesh would have done it: the shift and the colours of the artist are gone.
    assert strong.measured["AU12L"] == pytest.approx(plain.measured["AU12L"], abs=0.5)
    inside = strong.mask > 0.99
    off = np.abs(strong.image[inside].astype(int) - plain.image[inside])
    assert np.median(off) <= 4
    assert strong.aus["AU12L"] == pytest.approx(plain.aus["AU12L"])


def test_all_is_drawn_in_one_go_in_the_right_words(photo, drawn) -> None:
    _edits(photo, [{"happy": 0.5}, {"sad": 1.0, "happy": 0.4}, {"neutral": 1.0}])
    assert drawn == [
        ({"happy": 0.5}, "human"),
        ({"sad": 1.0, "happy": 0.4}, "human"),
        ({"neutral": 1.0}, "human"),
    ]


def test_action_units_are_added_by_the_mesh(photo, drawn) -> None:
    heard: list[str] = []
    people = sitting(photo, "the photo")
    asks = [ask({"happy": 0.5}), ask({"happy": 0.5, "AU04": 3.0})]
    plain, more = redrawn(DRAWING, people, asks, say=heard.append)
    assert more.measured["AU04L"] > plain.measured["AU04L"] + 0.5
    assert heard == ["action units and turns are added by the mesh, on what was drawn"]


def test_every_face(data, drawn) -> None:
    image = load_image(data / "images" / "multi_face.jpg").pixels
    (result,) = _edits(image, [{"surprised": 1.0}], face="all")
    assert len(result.edits) == len(result.faces) >= 2
    for face in result.faces:
        left, top, right, bottom = map(int, face.box)
        assert result.mask[top:bottom, left:right].mean() > 0.3


def test_a_face_that_is_lost_stays(photo, drawn, monkeypatch) -> None:
    heard: list[str] = []
    grey = np.full((512, 512, 3), 127, np.uint8)
    monkeypatch.setattr(redraw, "redraw", lambda *_, **__: [grey])
    people = sitting(photo, "the photo")
    (result,) = redrawn(DRAWING, people, [ask({"happy": 1.0})], say=heard.append)
    assert np.array_equal(result.image, photo)
    assert "face 0" in heard[0]


def test_blends_that_are_known_to_fail(photo, drawn) -> None:
    heard: list[str] = []
    people = sitting(photo, "the photo")
    list(redrawn(DRAWING, people, [ask({"fear": 1.0, "surprised": 1.0})], say=heard.append))
    assert any("collapse" in line for line in heard)


def test_recipes_that_it_does_not_know(photo) -> None:
    with pytest.raises(InputError, match="approachable: PixelSmile knows happy"):
        _edits(photo, [{"approachable": 1.0}])


def test_an_interrupted_edit_leaves_nothing(data, drawn, monkeypatch, tmp_path) -> None:
    from mien.flows.edit_file import edit_file

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(redraw, "redraw", stopped)
    source = data / "london" / "neutral" / "024.jpg"
    with pytest.raises(KeyboardInterrupt):
        edit_file(source, tmp_path / "a.png", {"happy": 1.0}, backend=pixelsmile(DRAWING))
    assert not list(tmp_path.glob("*.png")) + list(tmp_path.glob(".*.part*"))


def test_a_strength_out_of_range_is_told_before_anything_is_drawn(photo, drawn) -> None:
    asked = ask({"happy": 1.2})
    with pytest.raises(InputError, match=r"happy=1\.8: a strength lies between"):
        list(redrawn(DRAWING, sitting(photo, "the photo"), [asked, replace(asked, factor=1.5)]))
    assert not drawn


@pytest.mark.parametrize("side", [-32, 0, 31, 100, 4128, 1_000_000])
def test_sides_that_are_none(side) -> None:
    with pytest.raises(InputError, match=f"side {side}: is a multiple of 32 up to 4096"):
        Drawing(Model(Path("nowhere")), side=side)


def test_a_conditioning_that_is_none() -> None:
    with pytest.raises(InputError, match="unknown conditioning 'all': use one of score_one_all"):
        Drawing(Model(Path("nowhere")), conditioning="all")


def test_a_recipe_of_ones_own_is_not_taken_for_the_category_of_its_name(photo, drawn) -> None:
    with pytest.raises(InputError, match="happy of one's own cannot be drawn"):
        _edits(photo, [{Recipe("happy", {"AU04": 3.0}): 1.0}])
    assert not drawn


def test_neutral_has_no_strengths(photo, drawn) -> None:
    heard: list[str] = []
    people = sitting(photo, "the photo")
    list(redrawn(DRAWING, people, [ask({"neutral": 1.0}), ask({"happy": 0.5})], say=heard.append))
    assert not any("neutral" in line for line in heard)
    list(redrawn(DRAWING, people, [ask({"neutral": 0.5})], say=heard.append))
    assert any("neutral is drawn in full" in line for line in heard)


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 40.00 GiB")]
)
def test_too_little_memory_for_the_model(photo, monkeypatch, error) -> None:
    def load(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(drawing_model, "load", load)
    with pytest.raises(MienError, match="preset full: use one that needs less"):
        _edits(photo, [{"happy": 1.0}])


def test_the_neutral_photo_counts_for_what_the_mesh_adds(data, drawn, photo) -> None:
    smile = load_image(data / "london" / "smiling" / "024.jpg").pixels
    people = sitting(smile, "the photo", neutral=photo)
    (result,) = redrawn(DRAWING, people, [ask({"sad": 0.3}, {"AU12": 0.0})])
    assert result.measured["AU12L"] < 0.2


def test_action_units_on_a_drawing_whose_points_were_placed(drawn, monkeypatch) -> None:
    drawings = files("mien.bench") / "drawings"
    image = load_image(drawings / "chibi.png").pixels
    placed = load_points(drawings / "chibi.json")
    monkeypatch.setattr(redraw, "redraw", lambda _, squares, *__, **___: squares)
    people = sitting(image, "the drawing", points=placed)
    plain, more = redrawn(DRAWING, people, [ask({"happy": 1.0}), ask({"happy": 1.0, "AU04": 3.0})])
    # What was drawn is the drawing itself, so nothing may move.
    assert np.abs(plain.image.astype(int) - image).mean() < 1
    assert not np.array_equal(more.image, plain.image)
    assert np.array_equal(more.image[more.mask == 0], image[more.mask == 0])
