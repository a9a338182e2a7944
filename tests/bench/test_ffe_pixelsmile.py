"""PixelSmile as an editor of FFE-Bench. What draws here is no model; it is asked and answers."""

import os
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mien.bench.ffe import editors
from mien.bench.ffe.editors import editor_named
from mien.core.errors import InputError
from mien.core.seams import Say, unheard
from mien.edit.portrait import faces_of
from mien.flows.backend import Backend
from mien.flows.drawing.how import Drawing
from mien.flows.edit import Ask
from mien.flows.sitters import Sitting
from mien.media.image import load_image


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Drawing, list[Ask]]]:
    """In place of the flow: grey pictures; the settings and wishes of each call."""
    calls: list[tuple[Drawing, list[Ask]]] = []

    def grey(drawing: Drawing, say: Say) -> Backend:
        def edits(people: Sitting, asks: Sequence[Ask]) -> Iterator[SimpleNamespace]:
            calls.append((drawing, list(asks)))
            say("is all grey")
            for shade, _ in enumerate(asks):
                yield SimpleNamespace(image=np.full_like(people.image, shade))

        return Backend("pixelsmile", edits, lambda asked: None, 3.0)

    monkeypatch.setattr(editors, "pixelsmile", grey)
    return calls


def test_settings_are_those_of_edit() -> None:
    plain, weighed = editor_named("pixelsmile"), editor_named("pixelsmile:lora-scale=2, steps=8")
    assert weighed.name == "pixelsmile:lora-scale=2, steps=8"
    assert plain.fingerprint != weighed.fingerprint
    with pytest.raises(InputError, match="did you mean lora-scale"):
        editor_named("pixelsmile:lora-scal=2")
    with pytest.raises(InputError, match="'much' is no number"):
        editor_named("pixelsmile:lora-scale=much")


def test_a_portrait_is_drawn_in_one_go(data: Path, drawn) -> None:
    image = load_image(data / "london" / "neutral" / "024.jpg").pixels
    face = faces_of(image, "024")[0]
    wanted = [("happy", 0.5), ("happy", 3.0), ("sad", 1.0)]
    said: list[str] = []
    editor = editor_named("pixelsmile:lora-scale=2")
    edits = list(editor.edits("024", image, face, wanted, said.append))
    ((drawing, asks),) = drawn
    assert drawing.model.lora_scale == 2.0
    asked = [{recipe.name: s for recipe, s in one.wish.expressions.items()} for one in asks]
    assert asked == [{"happy": 0.5}, {"happy": 3.0}, {"sad": 1.0}]
    assert [edit.mean() for edit in edits] == [0, 1, 2]
    assert said == ["is all grey"]


def test_strength_0_is_the_portrait_and_needs_no_model(data: Path) -> None:
    image = load_image(data / "london" / "neutral" / "024.jpg").pixels
    face = faces_of(image, "024")[0]
    (still,) = editor_named("pixelsmile").edits("024", image, face, [("happy", 0.0)], unheard)
    np.testing.assert_array_equal(still, image)


def test_the_fingerprint_follows_the_files_of_the_model(tmp_path: Path) -> None:
    lora, base = tmp_path / "lora.safetensors", tmp_path / "base" / "vae" / "config.json"
    base.parent.mkdir(parents=True)
    seals = []

    def seal() -> None:
        seals.append(editor_named(f"pixelsmile:lora={lora},base={tmp_path / 'base'}").fingerprint)

    seal()
    lora.write_bytes(b"one")
    seal()
    seal()
    assert seals[1] == seals[2] != seals[0]
    os.utime(lora, (1, 1))
    seal()
    base.write_bytes(b"two")
    seal()
    assert len(set(seals)) == 4


def test_every_part_that_is_sealed_is_there() -> None:
    for part in editors._DRAWING_CODE:
        assert Path(str(files("mien") / part)).exists()
