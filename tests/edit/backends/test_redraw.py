"""The whole way, on a tiny model: squares and wishes in, squares out."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mien.core.errors import InputError, MienError
from mien.edit.backends.pixelsmile.denoise import Sampling, denoise, unpack
from mien.edit.backends.pixelsmile.editor import _item, paint, prepare, redraw
from mien.edit.backends.pixelsmile.load import PIXELSMILE_LOOK, Pipe, hasten, load, scale_lora
from mien.edit.backends.pixelsmile.presets import Preset
from mien.edit.backends.pixelsmile.prompts import Wish, prompt

Picture = NDArray[np.uint8]

HOW = Sampling(steps=3)
HAPPY, SAD = Wish({"happy": 1.0}), Wish({"sad": 1.0})
BLEND = Wish({"happy": 0.5, "sad": 0.5})


def draw(pipe: Pipe, square: Picture, wish: Wish = HAPPY, how: Sampling = HOW) -> torch.Tensor:
    """The latents that a wish leads to, in floats."""
    encoded = prepare(pipe, square, [wish], how)
    return denoise(pipe, [_item(pipe, encoded, wish, how)], len(square), how)[0]


def test_squares_in_squares_out(pipe: Pipe, squares: list[Picture]) -> None:
    before = [square.copy() for square in squares]
    idle, *drawn = redraw(pipe, squares, [Wish({"happy": 0.0}), HAPPY, BLEND], HOW)
    assert idle is squares[0]
    for picture, square in zip(drawn, squares[1:], strict=True):
        assert picture.dtype == np.uint8
        assert picture.shape == square.shape
        assert picture.std() > 5
        assert not np.array_equal(picture, square)
    assert all(map(np.array_equal, squares, before))
    (large,) = redraw(pipe, squares[:1], [HAPPY], HOW, side=96)
    assert large.shape == (96, 96, 3)


def test_nothing_to_do(pipe: Pipe, squares: list[Picture], passes: Any) -> None:
    assert redraw(pipe, [], []) == []
    assert redraw(pipe, squares[:1], [Wish()])[0] is squares[0]
    assert (passes.prompts, passes.squares, passes.steps) == (0, 0, 0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"wishes": [HAPPY, SAD]}, "1 squares and 2 wishes"),
        ({"side": 72}, "a multiple of 32"),
        ({"squares": [np.zeros((64, 32, 3), np.uint8)]}, "is no square"),
        ({"squares": [np.zeros((64, 64, 3), np.float32)]}, "is no square"),
        ({"squares": [np.zeros((32, 32, 3), np.uint8)] * 2, "wishes": [HAPPY] * 3}, "one for each"),
        ({"wishes": [Wish({"quite unheard-of": 1.0, "sad": 1.0})]}, "tokens cannot be mixed"),
    ],
)
def test_what_cannot_be_drawn(
    pipe: Pipe, squares: list[Picture], given: dict[str, Any], said: str
) -> None:
    call: dict[str, Any] = {"squares": squares[:1], "wishes": [HAPPY], "how": HOW, **given}
    with pytest.raises(InputError, match=said):
        redraw(pipe, **call)


def test_squares_of_two_sizes(pipe: Pipe, squares: list[Picture]) -> None:
    with pytest.raises(InputError, match="of one side length"):
        redraw(pipe, [squares[0], squares[1][:32, :32]], [HAPPY, SAD], HOW)
    small, large = (prepare(pipe, squares[0], [HAPPY], side=side) for side in (64, 96))
    with pytest.raises(InputError, match="paint them apart"):
        paint(pipe, [(small, HAPPY), (large, HAPPY)], HOW)


@pytest.mark.parametrize("values", [{"steps": 0}, {"batch": 0}, {"seed": -1}, {"guidance": -1.0}])
def test_sampling_in_range(values: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Sampling(**values)


def test_a_batch_is_one_by_one(pipe: Pipe, squares: list[Picture], passes: Any) -> None:
    own = Wish({"faintly and only faintly amused": 0.5})  # longer: a batch of its own
    wishes = [HAPPY, own, SAD, BLEND, Wish({"happy": 2.0}), Wish({"neutral": 1.0})]
    chosen = [squares[i % 3] for i in range(len(wishes))]
    encoded = [prepare(pipe, square, [wish]) for square, wish in zip(chosen, wishes, strict=True)]
    items = [_item(pipe, e, wish, HOW) for e, wish in zip(encoded, wishes, strict=True)]
    passes.steps = 0
    together = denoise(pipe, items, 64, replace(HOW, batch=3))
    assert passes.steps == 3 * HOW.steps  # 3 + 2 of one length, 1 of another
    for latents, item in zip(together, items, strict=True):
        torch.testing.assert_close(latents, denoise(pipe, [item], 64, HOW)[0], rtol=1e-4, atol=1e-5)


def test_seed_decides(pipe: Pipe, squares: list[Picture]) -> None:
    first, again = draw(pipe, squares[0]), draw(pipe, squares[0])
    assert torch.equal(first, again)
    assert not torch.allclose(first, draw(pipe, squares[0], how=replace(HOW, seed=7)))


def test_wishes_and_squares_differ(pipe: Pipe, squares: list[Picture]) -> None:
    happy = draw(pipe, squares[0])
    for other in (SAD, BLEND, Wish({"happy": 2.0}), Wish({"neutral": 1.0})):
        assert not torch.allclose(draw(pipe, squares[0], other), happy, rtol=1e-3, atol=1e-4)
    assert not torch.allclose(draw(pipe, squares[1]), happy, rtol=1e-3, atol=1e-4)


def test_guidance(pipe: Pipe, squares: list[Picture], passes: Any) -> None:
    plain = draw(pipe, squares[0])
    passes.steps = 0
    assert torch.equal(draw(pipe, squares[0], how=replace(HOW, guidance=0.0)), plain)
    assert passes.steps == HOW.steps
    guided = draw(pipe, squares[0], how=replace(HOW, guidance=4.0))
    assert passes.steps == 3 * HOW.steps
    assert not torch.allclose(guided, plain, rtol=1e-3, atol=1e-4)


def test_each_is_encoded_once(pipe: Pipe, squares: list[Picture], passes: Any) -> None:
    """Five strengths: two prompts and one square; the published code encodes ten and five."""
    sweep = [Wish({"happy": a}) for a in (0.25, 0.5, 0.75, 1.0, 1.5)]
    ours = redraw(pipe, [squares[0]] * 5, sweep, HOW)
    assert (passes.prompts, passes.squares, passes.pictures) == (2, 1, 5 * HOW.steps)
    passes.prompts = passes.squares = 0
    published = [redraw(pipe, [squares[0]], [wish], HOW)[0] for wish in sweep]
    assert (passes.prompts, passes.squares) == (10, 5)
    assert all(np.abs(a.astype(int) - b).max() <= 1 for a, b in zip(ours, published, strict=True))


def test_what_is_known_is_kept(pipe: Pipe, squares: list[Picture], passes: Any) -> None:
    first = prepare(pipe, squares[0], [HAPPY])
    second = prepare(pipe, squares[0].copy(), [BLEND], known=first)
    assert (passes.prompts, passes.squares) == (3, 1)  # neutral and happy, then sad
    fresh = prepare(pipe, squares[0], [BLEND])
    kept, anew = (paint(pipe, [(e, BLEND)], HOW)[0] for e in (second, fresh))
    assert np.array_equal(kept, anew)


def test_what_does_not_hold_is_not_kept(pipe: Pipe, squares: list[Picture], passes: Any) -> None:
    known = prepare(pipe, squares[0], [HAPPY])
    prepare(pipe, squares[1], [HAPPY], known=known)
    assert (passes.prompts, passes.squares) == (4, 2)
    prepare(replace(pipe, look=84), squares[0], [HAPPY], known=known)
    assert (passes.prompts, passes.squares) == (6, 2)
    prepare(pipe, squares[0], [HAPPY], side=96, known=known)
    assert (passes.prompts, passes.squares) == (6, 3)


def test_tokens_of_the_published_look(pipe: Pipe, squares: list[Picture]) -> None:
    """A square of 512 px is 18 x 18 tokens to the text encoder."""
    assert PIXELSMILE_LOOK == 512
    small, large = (
        prepare(replace(pipe, look=look), squares[0], [HAPPY]) for look in (56, PIXELSMILE_LOOK)
    )
    text = prompt("happy")
    assert len(large.prompts[text]) - len(small.prompts[text]) == 18 * 18 - 2 * 2


def test_packing(pipe: Pipe) -> None:
    values = torch.arange(1 * 16 * 8 * 8).float().view(1, 16, 1, 8, 8)
    _, packed = pipe.pipeline.prepare_latents(
        [values], 1, 16, 64, 64, torch.float32, "cpu", None, latents=torch.empty(0)
    )
    assert torch.equal(unpack(packed, 4), values)


@pytest.fixture
def without(base: Path) -> Pipe:
    """The base model alone."""
    return replace(load(base, None, device="cpu", dtype="float32"), look=56)


def test_scale_of_the_lora(pipe: Pipe, without: Pipe, squares: list[Picture]) -> None:
    once = draw(pipe, squares[0])
    scale_lora(pipe, 0.0)
    none = draw(pipe, squares[0])
    scale_lora(pipe, 2.0)
    twice = draw(pipe, squares[0])
    scale_lora(pipe, 1.0)
    torch.testing.assert_close(none, draw(without, squares[0]), rtol=1e-4, atol=1e-5)
    assert torch.equal(once, draw(pipe, squares[0]))
    for a, b in ((none, once), (once, twice), (none, twice)):
        assert not torch.allclose(a, b, rtol=1e-2, atol=1e-2)
    with pytest.raises(InputError, match="no LoRA is loaded"):
        scale_lora(without, 1.0)
    with pytest.raises(InputError, match="0 or more"):
        scale_lora(pipe, -1.0)


def test_few_steps(
    base: Path, lora: Path, write_lora: Callable[..., Path], tmp_path: Path, squares: list[Picture]
) -> None:
    """Two LoRAs at once, and the schedule of the second: shifted by 3, not stretched."""
    quick = write_lora(tmp_path / "quick", "{}.lora_{}.weight", ("down", "up"), alpha=1.0)
    pipe = load(base, lora, few_steps=quick, device="cpu", dtype="float32", lora_scale=0.5)
    assert pipe.pipeline.get_active_adapters() == ["expression", "few_steps"]
    scheduler = pipe.pipeline.scheduler
    scheduler.set_timesteps(sigmas=[1.0, 0.5], mu=scheduler.config.base_shift)
    assert scheduler.sigmas.tolist() == pytest.approx([1.0, 3 * 0.5 / (1 + 2 * 0.5), 0.0])
    (drawn,) = redraw(replace(pipe, look=56), squares[:1], [HAPPY], Sampling(steps=2))
    assert drawn.std() > 5


def test_eight_bits(base: Path, lora: Path, pipe: Pipe, squares: list[Picture]) -> None:
    eight = replace(
        load(base, lora, preset=Preset.EIGHT_BIT, device="cpu", dtype="float32"), look=56
    )
    kinds = {
        name.rpartition(".lora_")[1] or "base": weight.dtype
        for name, weight in eight.pipeline.transformer.named_parameters()
        if "attn.to_q" in name and name.endswith("weight")
    }
    assert kinds == {"base": torch.float8_e4m3fn, ".lora_": torch.float32}
    full, small = draw(pipe, squares[0]), draw(eight, squares[0])
    assert torch.nn.functional.cosine_similarity(full, small, dim=-1).mean() > 0.95
    assert not torch.equal(full, small)


def test_brain_floats(base: Path, lora: Path, squares: list[Picture]) -> None:
    pipe = replace(load(base, lora, device="cpu"), look=56)
    assert draw(pipe, squares[0]).dtype == torch.bfloat16
    assert redraw(pipe, squares[:1], [BLEND], HOW)[0].std() > 5


def test_first_block_cache(pipe: Pipe, squares: list[Picture]) -> None:
    how, ran = Sampling(steps=6), []
    exact = draw(pipe, squares[0], how=how)
    middle = pipe.pipeline.transformer.transformer_blocks[1].attn
    hook = middle.register_forward_hook(lambda *_: ran.append(1))
    try:
        hasten(pipe, threshold=1e-9)
        assert torch.equal(draw(pipe, squares[0], how=how), exact)
        assert len(ran) == how.steps
        hasten(pipe, threshold=10.0)
        for _ in range(2):  # nothing is carried from one batch to the next
            ran.clear()
            assert not torch.equal(draw(pipe, squares[0], how=how), exact)
            assert len(ran) == 1
    finally:
        hasten(pipe)
        hook.remove()
    assert torch.equal(draw(pipe, squares[0], how=how), exact)
    with pytest.raises(InputError, match="0 or more"):
        hasten(pipe, threshold=float("nan"))


def test_progress(pipe: Pipe, squares: list[Picture]) -> None:
    told: list[tuple[str, int, int | None]] = []
    redraw(
        pipe, squares[:2], [HAPPY, SAD], replace(HOW, batch=1), progress=lambda *p: told.append(p)
    )
    for name, total in (("encode", 2), ("redraw", 2 * HOW.steps)):
        steps = [done for step, done, of in told if step == name]
        assert {of for step, _, of in told if step == name} == {total}
        assert steps[0] == 0
        assert steps[-1] == total
    drawing = [done for step, done, _ in told if step == "redraw"]
    assert drawing == sorted(drawing)


def tensors() -> int:
    gc.collect()
    return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())


def test_cancelled(pipe: Pipe, squares: list[Picture]) -> None:
    expected = redraw(pipe, squares[:2], [HAPPY, SAD], HOW)
    before = tensors()

    def stop(step: str, done: int, total: int | None) -> None:
        if step == "redraw" and done == 2:
            raise KeyboardInterrupt

    try:
        redraw(pipe, squares[:2], [HAPPY, SAD], HOW, progress=stop)
    except KeyboardInterrupt:
        pass
    else:
        pytest.fail("went on")
    assert tensors() == before
    assert all(map(np.array_equal, redraw(pipe, squares[:2], [HAPPY, SAD], HOW), expected))


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        MemoryError(),
    ],
)
@pytest.mark.parametrize("part", ["text_encoder", "transformer"])
def test_out_of_memory(pipe: Pipe, squares: list[Picture], error: Exception, part: str) -> None:
    expected = redraw(pipe, squares[:1], [HAPPY], HOW)[0]
    seen: list[weakref.ref[torch.Tensor]] = []

    def fail(_module: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        seen.extend(weakref.ref(v) for v in kwargs.values() if isinstance(v, torch.Tensor))
        raise error.with_traceback(None)

    hook = getattr(pipe.pipeline, part).register_forward_pre_hook(fail, with_kwargs=True)
    with pytest.raises(MienError, match="try a smaller batch, a smaller side, or a preset") as told:
        redraw(pipe, squares[:1], [HAPPY], HOW)
    assert told.value.__context__ is None
    assert "\n" not in str(told.value)
    error.__traceback__ = None
    assert seen
    assert not [ref for ref in seen if ref() is not None]
    hook.remove()
    assert np.array_equal(redraw(pipe, squares[:1], [HAPPY], HOW)[0], expected)


def test_other_errors_stay(pipe: Pipe, squares: list[Picture]) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("expected another shape")

    pipe.pipeline.transformer.register_forward_pre_hook(fail)
    with pytest.raises(RuntimeError, match="another shape"):
        redraw(pipe, squares[:1], [HAPPY], HOW)
