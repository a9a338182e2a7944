"""What a vision model is asked."""

import base64
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mien.core.recipe import recipes
from mien.judge import prompt
from mien.judge.prompt import CATEGORIES, DEFINITIONS, PROMPT, encoded, fingerprint

CONFUSABLE = [
    ("fear", "surprised"),
    ("surprised", "fear"),
    ("angry", "disgust"),
    ("disgust", "angry"),
    ("anxious", "fear"),
    ("shy", "happy"),
]


def test_the_twelve_categories_of_the_contract() -> None:
    assert len(CATEGORIES) == 12
    assert sorted(CATEGORIES) == sorted(name for name in recipes() if name != "neutral")


def test_every_category_is_defined_in_the_prompt() -> None:
    for name, definition in DEFINITIONS.items():
        assert f"- {name}: {definition}\n" in PROMPT
    assert ", ".join(CATEGORIES) in PROMPT


@pytest.mark.parametrize(("name", "other"), CONFUSABLE)
def test_what_looks_alike_is_told_apart(name: str, other: str) -> None:
    assert other in DEFINITIONS[name]


def test_the_picture_is_sent_as_it_is(shades: NDArray[np.uint8]) -> None:
    with Image.open(io.BytesIO(base64.b64decode(encoded(shades)))) as sent:
        assert sent.format == "JPEG"
        received = np.asarray(sent.convert("RGB"))
    assert received.shape == shades.shape
    assert np.abs(received.astype(int) - shades).max() <= 6
    assert encoded(shades) == encoded(shades.copy())


def test_the_fingerprint_is_that_of_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    first = fingerprint("https://here/v1", "one")
    assert first == fingerprint("https://here/v1", "one")
    others = {fingerprint("https://there/v1", "one"), fingerprint("https://here/v1", "two")}
    monkeypatch.setattr(prompt, "PROMPT", PROMPT + " ")
    others.add(fingerprint("https://here/v1", "one"))
    assert len(others | {first}) == 4
