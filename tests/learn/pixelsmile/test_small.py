"""The small model, what it is compared by, and what it is fed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.learn.ffe.row import Row
from mien.learn.pixelsmile import losses, stand_ins
from mien.learn.pixelsmile.conditioning import Conditioning
from mien.learn.pixelsmile.crops import WATCH, place
from mien.learn.pixelsmile.encoders import clip, random_conv
from mien.learn.pixelsmile.examples import Faces, drawn, gathered
from mien.learn.pixelsmile.mmdit import SCALE, WORDS, _evened, _moved, latents_of, small
from mien.learn.pixelsmile.sampling import sampled
from mien.learn.pixelsmile.stand_ins import persons_cnn, scores_cnn

SIDE = 32
EDGE = st.integers(20, 400)


def pictures(count: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((count, 3, SIDE, SIDE), generator=generator) * 2.0 - 1.0


def latents(count: int, seed: int = 0) -> torch.Tensor:
    return SCALE * pictures(count, seed)


def asked(count: int, score: float = 0.5) -> Conditioning:
    words = torch.arange(count) % (len(WORDS) - 1) + 1
    return Conditioning(torch.zeros(count, dtype=torch.long), words, torch.full((count,), score))


def test_its_size_is_as_told() -> None:
    assert sum(one.numel() for one in small("nano").module.parameters()) == 1_443_685


def test_it_begins_as_the_source() -> None:
    source, noisy, time = latents(2), pictures(2, 1), torch.tensor([0.1, 0.8])
    velocity = small("nano").module(noisy, time, source, asked(2))
    clean = losses.clean_estimate(noisy, velocity, time)
    torch.testing.assert_close(clean, source, atol=1e-5, rtol=0.0)
    drawn_anew = sampled(small("nano").module, source, asked(2), noisy)
    torch.testing.assert_close(drawn_anew, source, atol=1e-4, rtol=0.0)


def test_latents_are_pictures_times_eight() -> None:
    squares = torch.arange(256, dtype=torch.uint8).repeat(12).reshape(1, 3, SIDE, SIDE)
    decoded = small("nano").decode(latents_of(squares))
    torch.testing.assert_close((decoded + 1.0) * 127.5, squares.float(), atol=1e-3, rtol=0.0)
    assert float(latents_of(squares).abs().max()) == SCALE


def test_pixels_come_from_where_they_are_told() -> None:
    source = latents(2)
    still = torch.zeros((2, 2, SIDE, SIDE))
    torch.testing.assert_close(_moved(source, still), source, atol=1e-4, rtol=0.0)
    from_right, from_below = still.clone(), still.clone()
    from_right[:, 0], from_below[:, 1] = 3.0, 2.0
    moved = _moved(source, from_right)
    torch.testing.assert_close(moved[..., :-3], source[..., 3:], atol=1e-4, rtol=0.0)
    moved = _moved(source, from_below)
    torch.testing.assert_close(moved[..., :-2, :], source[..., 2:, :], atol=1e-4, rtol=0.0)


@given(st.floats(0.0, 1.0))
def test_what_the_model_sees_is_as_large_at_every_time(time: float) -> None:
    chance = torch.Generator().manual_seed(0)
    clean, noise = torch.randn((2, 4, 3, SIDE, SIDE), generator=chance)
    when = torch.full((4,), time)
    seen = _evened(losses.noised(0.5 * SCALE * clean, noise, when), when)
    assert float(seen.std()) == pytest.approx(0.5, rel=0.05)


def test_places_are_unlike_and_near_ones_alike() -> None:
    places = small("nano").module.places.detach()
    alike = torch.cosine_similarity(places[:, None], places[None], dim=2)
    assert float((alike - torch.eye(len(places))).max()) < 0.99
    assert alike[0, 1] > alike[0, 3] > alike[0, 7]  # along a row
    assert alike[0, 8] > alike[0, 24] > alike[0, 56]  # down a column


def test_every_input_counts() -> None:
    module = small("nano", 3).module
    for last in (module.residual, module.moves):
        torch.nn.init.normal_(last.weight, generator=torch.Generator().manual_seed(0))
    base = (latents(2), torch.tensor([0.3, 0.6]), latents(2, 1), asked(2))
    first = module(*base)
    others = (latents(2, 2), torch.tensor([0.4, 0.7]), latents(2, 3), asked(2, 0.9))
    for at, other in enumerate(others):
        changed = [*base]
        changed[at] = other
        assert not torch.allclose(module(*changed), first)
    alone = module(*(one[1:] for one in base[:3]), Conditioning(*(
        one[1:] for one in (base[3].neutral, base[3].target, base[3].score)
    )))  # fmt: skip
    torch.testing.assert_close(alone, first[1:], atol=1e-3, rtol=0.0)


def test_the_stand_in_sees_shapes_and_is_frozen() -> None:
    encode = random_conv(0)
    one, two = pictures(1).requires_grad_(), pictures(1, 1)
    assert torch.equal(encode(two), random_conv(0)(two))
    assert not torch.equal(encode(two), random_conv(1)(two))
    encode(one).square().sum().backward()
    assert one.grad is not None
    assert bool(one.grad.abs().sum() > 0)
    large = torch.nn.functional.interpolate(two, scale_factor=2.0)
    cosine = torch.cosine_similarity(encode(large), encode(two))
    assert float(cosine) > 0.9


def test_what_is_learned_tells_expressions_and_persons_apart(
    ffe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_ins, "_STEPS", 60)
    rows = gathered(ffe)
    latents = [Faces(rows, "continuous")[number].edits for number in range(len(rows))]
    shown = small("nano").decode(torch.stack(latents))
    fear, surprised = (scores_cnn(rows, 1)(shown[:, branch]) for branch in (0, 1))
    alike = torch.cosine_similarity(fear, fear.roll(1, 0)).mean()
    assert float(alike) > float(torch.cosine_similarity(fear, surprised).mean()) + 0.5
    first, second = (persons_cnn(rows, 2)(shown[:, branch]) for branch in (0, 1))
    same = torch.cosine_similarity(first, second).mean()
    assert float(same) > float(torch.cosine_similarity(first, second.roll(1, 0)).mean()) + 0.5
    again = scores_cnn(rows, 1)(shown[:, 0])
    assert torch.equal(again, fear)


def test_clip_is_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(InputError, match="holds no CLIP vision model"):
        clip(tmp_path)


def test_a_tiny_clip(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    tiny = transformers.CLIPVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        image_size=224, patch_size=56, projection_dim=8,
    )  # fmt: skip
    transformers.CLIPVisionModel(tiny).save_pretrained(tmp_path)
    shown = pictures(2).requires_grad_()
    features = clip(tmp_path)(shown)
    features.square().sum().backward()
    assert features.shape == (2, 16)
    assert shown.grad is not None


@given(EDGE, EDGE, st.floats(0, 1), st.floats(0, 1), st.one_of(st.none(), st.floats(0.5, 3)))
def test_a_square_never_leaves_the_picture(
    width: int, height: int, x: float, y: float, tight: float | None
) -> None:
    box = (x * width / 2, y * height / 2, x * width / 2 + width / 3, y * height / 2 + height / 3)
    for face in (None, box):
        left, top, right, bottom = place((width, height), face, tight)
        assert right - left == pytest.approx(bottom - top)
        assert min(left, top) >= 0.0
        assert right <= width + 1e-6
        assert bottom <= height + 1e-6


def test_splits_are_kept_apart(ffe: Path, five: Faces) -> None:
    watched = Faces(gathered(ffe, WATCH), "continuous")
    assert (len(five), len(watched)) == (5, 1)
    assert five.digest != watched.digest
    assert five[0].scores.tolist() == pytest.approx([0.7, 0.4])
    assert Faces(gathered(ffe), "one-hot")[0].scores.tolist() == [1.0, 1.0]
    assert Faces(gathered(ffe), "levels")[0].scores.tolist() == [0.75, 0.5]
    assert [WORDS[int(word)] for word in five[0].targets] == ["fear", "surprised"]


def test_every_row_comes_once_a_turn(five: Faces) -> None:
    batch = drawn(five, 7, range(5))
    sources = {one.numpy().tobytes() for one in batch.source}
    assert len(sources) == 5


def test_a_draw_follows_from_its_number(five: Faces) -> None:
    whole, part = drawn(five, 7, range(8)), drawn(five, 7, range(4, 8))
    assert torch.equal(whole.noise[4:], part.noise)
    assert torch.equal(whole.time[4:], part.time)
    assert torch.equal(whole.edits[12:], part.edits[4:])
    assert torch.equal(whole.asked.score[4:8], part.asked.score[:4])
    assert not torch.equal(drawn(five, 8, range(8)).noise, whole.noise)
    times = np.concatenate([drawn(five, 0, range(at, at + 40)).time for at in range(0, 400, 40)])
    assert 0.45 < times.mean() < 0.55


def test_a_row_that_cannot_be_trained_on(spoil: Callable[..., Path]) -> None:
    def no_scores(row: Row) -> Row:
        first, second = row.dst
        return replace(row, dst=(replace(first, scores={}), second))

    with pytest.raises(InputError, match=r"ffe\.jsonl:1: dst\[0\]\.scores"):
        gathered(spoil(no_scores))

    def no_picture(row: Row) -> Row:
        return replace(row, src=replace(row.src, image="gone.png"))

    with pytest.raises(InputError, match=r"ffe\.jsonl:1: gone\.png"):
        gathered(spoil(no_picture))


def test_no_rows(ffe: Path) -> None:
    with pytest.raises(InputError, match="no rows to train on"):
        gathered(ffe, ("nobody",))
