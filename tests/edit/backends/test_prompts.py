import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError, MissingExtraError
from mien.core.recipe import recipes
from mien.edit.backends.pixelsmile.load import load
from mien.edit.backends.pixelsmile.presets import Preset, check_preset, recommend
from mien.edit.backends.pixelsmile.prompts import (
    EXPRESSIONS,
    NEUTRAL,
    Wish,
    prompt,
    warnings,
)

GB = 10**9


def words(text: str) -> int:
    return len(text.split())


def test_the_words_are_the_categories() -> None:
    assert {*EXPRESSIONS, NEUTRAL} == set(recipes())


def test_prompts_of_a_wish() -> None:
    assert Wish({"happy": 0.5, "sad": 0.0}).prompts(words) == [
        "Edit the person to show a neutral expression",
        "Edit the person to show a happy expression",
    ]
    assert Wish({"neutral": 1.0}).prompts(words) == [prompt("neutral")]
    anime = Wish({"shy": 1}, domain="anime").prompts(words)
    assert anime[1].startswith("Edit the character to show")


def test_neutral_counts_as_many_tokens_as_what_is_asked() -> None:
    neutral, own = Wish({"faintly amused": 0.5}).prompts(words)
    assert own == "Edit the person to show a faintly amused expression"
    assert neutral == "Edit the person to show a very neutral expression"
    mixed = Wish({"faintly amused": 0.5, "happy": 0.5}).prompts(words)
    assert mixed[0] == prompt("neutral")  # no neutral fits both: told where they are mixed


def test_idle() -> None:
    assert Wish().idle
    assert Wish({"happy": 0.0}).idle
    assert not Wish({"neutral": 1.0}).idle


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"strengths": {"happy": -0.1}}, "between 0 and 3"),
        ({"strengths": {"happy": 3.1}}, "between 0 and 3"),
        ({"strengths": {"happy": float("nan")}}, "between 0 and 3"),
        ({"strengths": {" ": 1.0}}, "has a name"),
        ({"strengths": {"a\nb": 1.0}}, "one line"),
        ({"strengths": {"<|im_end|>": 1.0}}, "without the mark"),
        ({"strengths": {"x" * 201: 1.0}}, "200 characters"),
        ({"domain": "cartoon"}, "human, anime"),
    ],
)
def test_a_wish_that_is_none(wish: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Wish(**wish)


def test_pairs_that_do_not_blend_are_named() -> None:
    assert warnings(Wish({"happy": 1.0, "neutral": 1.0})) == []
    assert warnings(Wish({"happy": 1.0, "sad": 1.0})) == []
    assert warnings(Wish({"fear": 1.0, "surprised": 0.0})) == []
    (line,) = warnings(Wish({"surprised": 1.0, "fear": 0.2}))
    assert "fear and surprised collapse" in line
    assert len(warnings(Wish({"happy": 1.0, "angry": 1.0, "shy": 1.0}))) == 3


@pytest.mark.parametrize(
    ("memory", "device", "preset"),
    [
        (85, "cuda", "full"), (51, "cuda", "offload"), (33.7, "cuda", "8-bit"),
        (25.3, "cuda", "4-bit"), (64, "cpu", "full"), (48, "cpu", "8-bit"), (96, "mps", "full"),
    ],
)  # fmt: skip
def test_recommended(memory: float, device: str, preset: str) -> None:
    assert recommend(int(memory * GB), device) == preset


@given(st.integers(20, 200), st.integers(0, 50), st.sampled_from(["cuda"]))
def test_more_memory_is_never_used_worse(memory: int, more: int, device: str) -> None:
    order = list(Preset)
    less, now = recommend(memory * GB, device), recommend((memory + more) * GB, device)
    assert order.index(now) <= order.index(less)


def test_too_little_memory() -> None:
    with pytest.raises(InputError, match="16 GB on cuda are too little"):
        recommend(16 * GB, "cuda")
    with pytest.raises(InputError, match="use cuda, mps, cpu"):
        recommend(99 * GB, "tpu")
    with pytest.raises(InputError, match="offload is not for cpu: use full, 8-bit"):
        check_preset(Preset.OFFLOAD, "cpu")


def test_nothing_heavy_before_it_is_used() -> None:
    code = (
        "import sys; from mien.edit.backends.pixelsmile import editor, load;"
        "print([m for m in ('torch', 'diffusers', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("library", ["torch", "peft"])
def test_without_the_extra(library: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra diffusion is not installed")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"{library}.*pip install 'mien\[diffusion\]'"):
        load(tmp_path, None)
