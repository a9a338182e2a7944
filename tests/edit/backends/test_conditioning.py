import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from mien.core.errors import InputError
from mien.edit.backends.pixelsmile.conditioning import (
    CONDITIONINGS,
    Word,
    blend,
    conditioned,
    counter,
    find_word,
    interpolate,
)
from mien.edit.backends.pixelsmile.encode import end_of_prompt
from mien.edit.backends.pixelsmile.load import Pipe
from mien.edit.backends.pixelsmile.prompts import EXPRESSIONS, NEUTRAL, Wish, prompt

WORD = Word(-7, -6)
FORMATS = [torch.float32, torch.bfloat16]


def states(seed: int, kind: torch.dtype = torch.float32, tokens: int = 12) -> Tensor:
    """Like the text encoder's: a few very large numbers among small ones."""
    values = torch.randn((tokens, 8), generator=torch.Generator().manual_seed(seed))
    values[:, 2] *= 1e4
    return values.to(kind)


@pytest.mark.parametrize("kind", FORMATS)
def test_ends_are_exact(kind: torch.dtype) -> None:
    neutral, target = states(0, kind), states(1, kind)
    assert torch.equal(interpolate(neutral, target, 0.0), neutral)
    assert torch.equal(interpolate(neutral, target, 1.0), target)


@given(st.integers(0, 24), st.integers(0, 99))
def test_exactly_linear(eighths: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    neutral, target = torch.randint(-999, 999, (2, 5, 4), generator=generator).float()
    strength = eighths / 8  # numbers that the format holds, so that equal means equal
    expected = neutral + strength * (target - neutral)
    assert torch.equal(interpolate(neutral, target, strength), expected)
    assert torch.equal(blend(neutral, [(target, strength)]), expected)


@given(st.floats(0.0, 3.0))
@pytest.mark.parametrize("kind", FORMATS)
def test_blend_of_one_is_the_one(kind: torch.dtype, strength: float) -> None:
    neutral, target, other = (states(seed, kind) for seed in range(3))
    alone = interpolate(neutral, target, strength)
    assert torch.equal(blend(neutral, [(target, strength)]), alone)
    assert torch.equal(blend(neutral, [(other, 0.0), (target, strength)]), alone)


def test_blend_adds_and_knows_no_order() -> None:
    neutral, first, second = (torch.full((3, 4), value) for value in (8.0, 16.0, 2.0))
    parts = [(first, 0.5), (second, 2.0)]
    assert torch.equal(blend(neutral, parts), torch.full((3, 4), 8.0 + 0.5 * 8.0 - 2.0 * 6.0))
    assert torch.equal(blend(neutral, parts), blend(neutral, parts[::-1]))
    assert torch.equal(blend(neutral, []), neutral)


def test_what_cannot_be_mixed() -> None:
    with pytest.raises(InputError, match="13 and 12 tokens cannot be mixed"):
        interpolate(states(0), states(1, tokens=13), 0.5)
    with pytest.raises(InputError, match="between 0 and 3"):
        blend(states(0), [(states(1), 1.0), (states(2), 4.0)])


@pytest.mark.parametrize(
    ("name", "moving"),
    [
        ("score_one_all", range(12)), ("score_one", range(5, 12)), ("score_one_exp", range(6, 12)),
        ("score_one_tgt", [5]),
    ],
)  # fmt: skip
def test_which_tokens_move(name: str, moving: list[int]) -> None:
    neutral, target = states(0), states(1)
    mixed = CONDITIONINGS[name](neutral, target, 0.5, WORD)
    rows = torch.tensor([i in moving for i in range(12)])
    assert torch.equal(mixed[rows], interpolate(neutral, target, 0.5)[rows])
    assert torch.equal(mixed[~rows], target[~rows])


def test_the_two_that_do_not_interpolate() -> None:
    neutral, target = states(0), states(1)
    scaled = CONDITIONINGS["score_scale"](neutral, target, 0.5, WORD)
    assert torch.equal(scaled[5], 0.5 * target[5])
    assert torch.equal(scaled[:5], target[:5])
    assert torch.equal(scaled[6:], target[6:])
    assert torch.equal(CONDITIONINGS["direct"](neutral, target, 1.0, WORD), target)
    with pytest.raises(InputError, match="no strength but 1"):
        CONDITIONINGS["direct"](neutral, target, 0.5, WORD)


def test_all_reach_the_target_at_one() -> None:
    for way in CONDITIONINGS.values():
        assert torch.equal(way(states(0), states(1), 1.0, WORD), states(1))


def test_the_word_is_found(pipe: Pipe) -> None:
    tokenizer, end = pipe.pipeline.tokenizer, end_of_prompt(pipe)
    for expression in EXPRESSIONS:
        assert find_word(tokenizer, prompt(expression) + end, expression) == WORD
    longer = find_word(tokenizer, prompt("very happy") + end, "very happy")
    assert longer.start < WORD.start
    assert longer.stop == WORD.stop
    with pytest.raises(InputError, match="use the template"):
        find_word(tokenizer, "Let her wink" + end, "happy")


def conditioning(pipe: Pipe, wish: Wish) -> Tensor:
    names = [NEUTRAL, *EXPRESSIONS]
    embeddings = {prompt(name): states(i) for i, name in enumerate(names)}
    return conditioned(wish, embeddings, pipe.pipeline.tokenizer, end_of_prompt(pipe))


def test_conditioning_of_wishes(pipe: Pipe) -> None:
    happy = states(1 + EXPRESSIONS.index("happy"))
    assert torch.equal(conditioning(pipe, Wish({"neutral": 1.0})), states(0))
    assert torch.equal(conditioning(pipe, Wish({"happy": 1.0, "neutral": 0.4})), happy)
    for name, way in CONDITIONINGS.items():
        wish = Wish({"happy": 1.0}, conditioning=name)
        assert torch.equal(conditioning(pipe, wish), way(states(0), happy, 1.0, WORD))
        neutral = Wish({"neutral": 1.0}, conditioning=name)
        assert torch.equal(conditioning(pipe, neutral), states(0))


def test_conditionings_that_are_not_there(pipe: Pipe) -> None:
    with pytest.raises(InputError, match="blend with score_one_all"):
        conditioning(pipe, Wish({"happy": 1.0, "sad": 1.0}, conditioning="score_one"))
    with pytest.raises(InputError, match="unknown conditioning 'score_multi_all'"):
        conditioning(pipe, Wish({"happy": 1.0}, conditioning="score_multi_all"))


def test_a_transition_is_a_line_in_conditioning(pipe: Pipe) -> None:
    start = conditioning(pipe, Wish({"happy": 1.0}))
    stop = conditioning(pipe, Wish({"sad": 0.5, "shy": 1.5}))
    for t in (0.0, 0.25, 0.5, 1.0):
        mixed = Wish({"happy": 1.0 - t, "sad": 0.5 * t, "shy": 1.5 * t})
        halfway = conditioning(pipe, mixed)
        torch.testing.assert_close(halfway, start + t * (stop - start), rtol=1e-5, atol=1e-2)


def test_own_words_start_at_a_neutral_of_their_length(pipe: Pipe) -> None:
    tokenizer, end = pipe.pipeline.tokenizer, end_of_prompt(pipe)
    wish = Wish({"quite happy": 0.5})
    texts = wish.prompts(counter(tokenizer))
    lengths = {counter(tokenizer)(text) for text in texts}
    assert len(lengths) == 1
    assert lengths.pop() > counter(tokenizer)(prompt(NEUTRAL))
    embeddings = {text: states(i) for i, text in enumerate(texts)}
    mixed = conditioned(wish, embeddings, tokenizer, end)
    assert torch.equal(mixed, interpolate(states(0), states(1), 0.5))
