"""The same picture as diffusers' own pipeline draws."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import QwenImageEditPlusPipeline
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as published
from numpy.typing import NDArray
from PIL import Image
from transformers import BatchFeature

from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.edit.backends.pixelsmile.editor import prepare, redraw
from mien.edit.backends.pixelsmile.load import Pipe
from mien.edit.backends.pixelsmile.prompts import Wish, prompt

Picture = NDArray[np.uint8]

SIDE = 64
PAD = "<|image_pad|>"
HAPPY = prompt("happy")


class Processor:
    """What Qwen2VLProcessor does to one picture and one text, without torchvision."""

    def __init__(self, pipe: Pipe) -> None:
        self._pictures, self._tokenizer = pipe.processor, pipe.pipeline.tokenizer

    def __call__(self, text: list[str], images: list[Image.Image], **_: Any) -> BatchFeature:
        found = self._pictures(images=images, return_tensors="pt")
        count = int(found["image_grid_thw"].prod()) // 4
        ids = self._tokenizer(
            [line.replace(PAD, PAD * count) for line in text], return_tensors="pt"
        )
        return BatchFeature({**found, **ids})


@pytest.fixture
def theirs(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> QwenImageEditPlusPipeline:
    """The published pipeline on the parts of ours, with its sizes brought down to a tiny square."""
    monkeypatch.setattr(published, "CONDITION_IMAGE_SIZE", SIDE**2)
    monkeypatch.setattr(published, "VAE_IMAGE_SIZE", SIDE**2)
    parts = {**pipe.pipeline.components, "processor": Processor(pipe)}
    pipeline = QwenImageEditPlusPipeline(**parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def place_the_picture(pipe: Pipe) -> None:
    """Tell the text encoder which tokens are picture, as diffusers' issue 14194 asks."""
    pad = pipe.pipeline.tokenizer.convert_tokens_to_ids(PAD)

    def add(_module: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return args, {**kwargs, "mm_token_type_ids": (kwargs["input_ids"] == pad).int()}

    pipe.pipeline.text_encoder.register_forward_pre_hook(add, with_kwargs=True)


def drawn(theirs: QwenImageEditPlusPipeline, square: Picture, **more: Any) -> Picture:
    picture = theirs(
        image=Image.fromarray(square), prompt=HAPPY, height=SIDE, width=SIDE, output_type="np",
        generator=torch.Generator("cpu").manual_seed(5), **more,
    ).images[0]  # fmt: skip
    return np.asarray((picture * 255).round().astype(np.uint8))


@pytest.mark.parametrize("guidance", [1.0, 4.0])
@pytest.mark.parametrize(
    "wish", [Wish({"happy": 1.0}, conditioning="direct"), Wish({"happy": 1.0})]
)
def test_same_picture(
    pipe: Pipe,
    theirs: QwenImageEditPlusPipeline,
    squares: list[Picture],
    guidance: float,
    wish: Wish,
) -> None:
    place_the_picture(pipe)
    how = Sampling(steps=4, seed=5, guidance=guidance)
    (ours,) = redraw(replace(pipe, look=SIDE), squares[:1], [wish], how)
    more = {"negative_prompt": " "} if guidance > 1.0 else {}
    expected = drawn(theirs, squares[0], num_inference_steps=4, true_cfg_scale=guidance, **more)
    assert np.abs(ours.astype(int) - expected).max() <= 1


def test_same_embedding(
    pipe: Pipe, theirs: QwenImageEditPlusPipeline, squares: list[Picture]
) -> None:
    """With the picture's tokens placed; as published they stand in a row, which is another one."""
    ours = prepare(replace(pipe, look=SIDE), squares[0], [Wish({"happy": 1.0})]).prompts[HAPPY]
    picture = [Image.fromarray(squares[0])]
    row, mask = theirs.encode_prompt(HAPPY, image=picture, device="cpu")
    assert mask is None  # all ones; we never need one
    assert not torch.allclose(row[0], ours, rtol=1e-3, atol=1e-3)
    place_the_picture(pipe)
    placed, _ = theirs.encode_prompt(HAPPY, image=picture, device="cpu")
    torch.testing.assert_close(placed[0], ours, rtol=1e-4, atol=1e-5)
