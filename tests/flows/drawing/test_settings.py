"""Settings of PixelSmile as people write them."""

from pathlib import Path

import pytest

from mien.core.errors import InputError
from mien.edit.backends.pixelsmile.presets import Preset
from mien.edit.strengths import Curve, Strengths, save_strengths
from mien.flows.drawing.settings import BASE, drawing_of


def test_settings_reach_what_they_belong_to(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    drawing = drawing_of(
        ["steps=8", "preset=4-bit", "side=512", "few-steps=a.safetensors", "lora=", "domain=anime"]
    )
    assert drawing.sampling.steps == 8
    assert drawing.model.preset is Preset.FOUR_BIT
    assert drawing.model.few_steps == Path("a.safetensors")
    assert drawing.model.lora is None
    assert (drawing.side, drawing.domain) == (512, "anime")
    assert drawing.model.base == tmp_path / BASE


def test_as_published(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    drawing = drawing_of([])
    assert (drawing.sampling.steps, drawing.sampling.seed, drawing.model.lora_scale) == (50, 42, 1)
    assert drawing.model.lora == tmp_path / "PixelSmile-preview.safetensors"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("stps=8", "did you mean steps"),
        ("steps", "write for example steps="),
        ("steps=many", "'many' is no number"),
        ("preset=tiny", "use full, offload, 8-bit, 4-bit"),
        ("seed=-1", "seed -1"),
        ("compiled=maybe", "answer yes or no"),
        ("steps=1", "steps are 2 or more"),
        ("domain=dog", "unknown domain 'dog': use one of human, anime"),
        ("dtype=int8", "unknown dtype 'int8'"),
        ("lora-scale=nan", "nan: the scale of a LoRA"),
        ("device=tpu", "unknown device 'tpu'"),
        ("curves=~/nowhere.json", "nowhere.json: no such file"),
    ],
)
def test_settings_that_are_none(setting, said) -> None:
    with pytest.raises(InputError, match=said):
        drawing_of([setting])


def test_a_preset_that_is_not_for_the_device() -> None:
    with pytest.raises(InputError, match="preset offload is not for cpu"):
        drawing_of(["preset=offload", "device=cpu"])


def test_curves_lie_where_the_shell_would_look(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    curves = Strengths({"happy": Curve((0.0, 1.0), (0.0, 0.5), 1.0)}, {}, 3)
    save_strengths(tmp_path / "mine.json", curves)
    assert drawing_of(["curves=~/mine.json"]).curves == curves
    assert drawing_of(["curves="]).curves is None


def test_a_setting_twice() -> None:
    with pytest.raises(InputError, match="a setting twice"):
        drawing_of(["steps=8", "steps=9"])


def test_nobody_s_folder() -> None:
    with pytest.raises(InputError, match="there is no such user"):
        drawing_of(["base=~nobody-of-that-name/x"])


def test_speed_for_exactness(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path))
    model = drawing_of(["cache=0.1", "compiled=yes"]).model
    assert (model.cache, model.compiled) == (0.1, True)
    with pytest.raises(InputError, match="the threshold is 0 or more"):
        drawing_of(["cache=-1"])
