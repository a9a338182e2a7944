"""What a model is told of a wish, and what users are told of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from mien.core.errors import InputError
from mien.edit.strengths import Curve, Strengths
from mien.flows.drawing.how import Drawing
from mien.flows.drawing.model import Model
from mien.flows.drawing.redraw import pixelsmile
from mien.flows.drawing.wish import drawn_of, remarks
from mien.flows.edit import ask

PLAIN = Drawing(Model(Path("nowhere")))
HAPPY = Curve((0.0, 1.0, 2.0, 3.0), (0.0, 0.2, 1.0, 1.1), limit=2.0)
MEASURED = replace(PLAIN, curves=Strengths({"happy": HAPPY}, pixelsmile(PLAIN).record, 12))


def test_as_it_is_asked() -> None:
    asked = ask({"happy": 2.5, "AU12": 1.0}, words={"proud": 0.5}, backend=_unchecked(PLAIN))
    assert drawn_of(asked, PLAIN).strengths == {"happy": 2.5, "proud": 0.5}
    assert drawn_of(replace(asked, factor=0.5), PLAIN).strengths == {"happy": 1.25, "proud": 0.25}
    with pytest.raises(InputError, match=r"between 0 .* and 3"):
        ask({"happy": 3.1}, backend=_unchecked(PLAIN))


def test_a_measured_strength_is_a_share_of_the_recipe() -> None:
    for share, strength in ((0.0, 0.0), (0.1, 0.5), (0.6, 1.5), (1.0, 2.0)):
        wish = drawn_of(ask({"happy": share}), MEASURED)
        assert wish.strengths["happy"] == pytest.approx(strength)
    with pytest.raises(InputError, match=r"happy=1\.2 is more than the model reaches, 1\.00"):
        drawn_of(ask({"happy": 1.2}), MEASURED)


def test_only_the_largest_strength_must_be_within_reach() -> None:
    backend = _unchecked(MEASURED)
    backend = replace(backend, check=lambda asked: drawn_of(asked, MEASURED) and None)
    asked = ask({"happy": 1.5}, backend=backend, factor=0.5)
    assert drawn_of(asked, MEASURED).strengths["happy"] == pytest.approx(1.6875)
    with pytest.raises(InputError, match="more than the model reaches"):
        ask({"happy": 1.5}, backend=backend)


def test_the_same_as_an_expression_and_as_words() -> None:
    asked = ask({"happy": 0.5}, words={"happy": 1.0}, backend=_unchecked(PLAIN))
    with pytest.raises(InputError, match="happy: is there as an expression and as words"):
        drawn_of(asked, PLAIN)


@pytest.mark.parametrize(
    ("how", "wish", "said"),
    [
        ("direct", {"happy": 0.5}, "direct knows no strength but 1"),
        ("score_one", {"happy": 0.5, "sad": 0.5}, "score_one takes one expression"),
    ],
)
def test_what_a_conditioning_does_not_know_is_said_without_a_model(how, wish, said) -> None:
    drawing = replace(PLAIN, conditioning=how)
    assert drawn_of(ask({"happy": 1.0}), drawing).strengths == {"happy": 1.0}
    with pytest.raises(InputError, match=said):
        drawn_of(ask(wish), drawing)


def test_what_was_not_measured_is_said() -> None:
    wishes = [drawn_of(ask({"happy": 0.5, "sad": 0.5}), MEASURED)]
    assert remarks(wishes, MEASURED) == ["sad: was not measured, its strength is the model's own"]
    assert remarks(wishes, PLAIN) == []


def test_curves_of_another_model_are_said() -> None:
    other = replace(MEASURED, model=replace(MEASURED.model, lora_scale=2.0))
    (line,) = remarks([drawn_of(ask({"happy": 0.5}), other)], other)
    assert line == "the strengths were measured with another lora_scale 1.0, now 2.0"
    mesh = replace(MEASURED, curves=replace(MEASURED.curves, made_with={"name": "mesh"}))
    (line,) = remarks([drawn_of(ask({"happy": 0.5}), mesh)], mesh)
    assert line == "the strengths were measured with another editor mesh, now pixelsmile"
    seed = replace(MEASURED, sampling=replace(MEASURED.sampling, seed=7))
    assert remarks([drawn_of(ask({"happy": 0.5}), seed)], seed) == []


def test_details_name_no_folder() -> None:
    model = Model(Path("/home/ada/base"), Path("/home/ada/lora.safetensors"), lora_scale=2.0)
    details = Drawing(model).details
    assert details["base"] == "base"
    assert details["lora"] == "lora.safetensors"
    assert details["lora_scale"] == 2.0
    assert "ada" not in str(details)
    assert details["curves"] != Drawing(model, curves=MEASURED.curves).details["curves"]


def test_words_are_not_for_the_mesh() -> None:
    with pytest.raises(InputError, match="'proud': words of one's own are for the backend"):
        ask({}, words={"proud": 1.0})


def _unchecked(drawing: Drawing):  # type: ignore[no-untyped-def]
    """The backend, whose model is not there."""
    return replace(pixelsmile(drawing), check=lambda asked: None)
