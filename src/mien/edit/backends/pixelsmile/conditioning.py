"""From strengths to the embedding that conditions the model.

PixelSmile moves between the embeddings of two prompts, "neutral" and the expression (section 3.2 of
arXiv 2603.25728), by default over all tokens: ``e(a) = neutral + a * (target - neutral)``. Its
published code names five other ways, kept here for comparison; all take embeddings of shape
(tokens, width) and equal length, and a strength a of 0 to 3.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError
from mien.edit.backends.pixelsmile.prompts import Wish, check_strength, prompt

if TYPE_CHECKING:
    from torch import Tensor


_DIRECT = "the conditioning direct knows no strength but 1"


@dataclass(frozen=True)
class Word:
    """Where the word of an expression stands in a prompt, counted from its end.

    Attributes:
        start: its first token, negative; -7 in PixelSmile's prompts.
        stop: the token after its last one, negative; -6 there.
    """

    start: int
    stop: int


def find_word(tokenizer: Any, text: str, expression: str) -> Word:
    """Where an expression stands in a text, in tokens from the end.

    Args:
        tokenizer: a fast tokenizer of transformers, which knows where its tokens lie.
        text: a prompt with all that follows it, up to the last token.
        expression: the words after "to show a".

    Raises:
        InputError: the text does not ask for it.
    """
    place = text.rfind(f" {expression} expression")
    if place < 0:
        raise InputError(f"{expression!r} is not what the prompt asks for: use the template")
    first, last = place + 1, place + 1 + len(expression)
    spans = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
    inside = [i for i, (start, stop) in enumerate(spans) if start < last and stop > first]
    return Word(inside[0] - len(spans), inside[-1] + 1 - len(spans))


def counter(tokenizer: Any) -> Callable[[str], int]:
    """How many tokens a text has."""
    return lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"])


def interpolate(neutral: "Tensor", target: "Tensor", strength: float) -> "Tensor":
    """All tokens on the line from one embedding to another; 0 and 1 give the two bit for bit.

    Raises:
        InputError: different numbers of tokens, or a strength out of range.
    """
    _check(neutral, target, strength)
    return neutral.lerp(target, strength)


def blend(neutral: "Tensor", parts: Sequence[tuple["Tensor", float]]) -> "Tensor":
    """Several expressions at once: ``neutral + sum(a * (target - neutral))``.

    A single one is the same as :func:`interpolate`, bit for bit.

    Args:
        neutral: shape (tokens, width).
        parts: embeddings and their strengths.

    Raises:
        InputError: different numbers of tokens, or a strength out of range.
    """
    moving = [(target, strength) for target, strength in parts if strength]
    if len(moving) == 1:
        return interpolate(neutral, *moving[0])
    total = start = neutral.float()
    for target, strength in moving:
        _check(neutral, target, strength)
        total = total + strength * (target.float() - start)
    return total.to(neutral.dtype)


def _direct(_neutral: "Tensor", target: "Tensor", strength: float, _word: Word) -> "Tensor":
    if strength != 1.0:
        raise InputError(_DIRECT)
    return target


def _score_scale(_neutral: "Tensor", target: "Tensor", strength: float, word: Word) -> "Tensor":
    scaled = target.clone()
    scaled[word.start : word.stop] *= strength
    return scaled


def _score_one(neutral: "Tensor", target: "Tensor", strength: float, word: Word) -> "Tensor":
    return _only(neutral, target, strength, slice(word.start, None))


def _score_one_exp(neutral: "Tensor", target: "Tensor", strength: float, word: Word) -> "Tensor":
    return _only(neutral, target, strength, slice(word.stop, None))


def _score_one_tgt(neutral: "Tensor", target: "Tensor", strength: float, word: Word) -> "Tensor":
    return _only(neutral, target, strength, slice(word.start, word.stop))


def _score_one_all(neutral: "Tensor", target: "Tensor", strength: float, _word: Word) -> "Tensor":
    return interpolate(neutral, target, strength)


# By their published names: which tokens move from neutral to the target. The rest is the target's.
CONDITIONINGS: Mapping[str, Callable[["Tensor", "Tensor", float, Word], "Tensor"]] = {
    "score_one_all": _score_one_all,  # all; what PixelSmile was trained with
    "score_one": _score_one,  # the word and what follows
    "score_one_exp": _score_one_exp,  # what follows the word
    "score_one_tgt": _score_one_tgt,  # the word
    "score_scale": _score_scale,  # none; the word's embedding is multiplied by the strength
    "direct": _direct,  # none; there is no strength
}


def conditioned(
    wish: Wish, embeddings: Mapping[str, "Tensor"], tokenizer: Any, end: str
) -> "Tensor":
    """The embedding of a wish.

    Args:
        wish: not an idle one.
        embeddings: of its prompts, shape (tokens, width) each.
        tokenizer: see :func:`find_word`.
        end: what the model's template puts after a prompt.

    Returns:
        Shape (tokens, width).

    Raises:
        InputError: an unknown conditioning, expressions whose prompts differ in their number of
            tokens from the neutral one, or a blend by a conditioning that knows none.
    """
    check_conditioning(wish)
    start, *targets = (embeddings[text] for text in wish.prompts(counter(tokenizer)))
    moving = wish.moving
    if wish.conditioning == "score_one_all":
        return blend(start, list(zip(targets, moving.values(), strict=True)))
    if not moving:
        return start
    ((name, strength),) = moving.items()
    word = find_word(tokenizer, prompt(name, wish.domain) + end, name.strip())
    return CONDITIONINGS[wish.conditioning](start, targets[0], strength, word)


def check_conditioning(wish: Wish) -> None:
    """Make sure that a wish can be conditioned as it says, as far as that shows without a model.

    Raises:
        InputError: an unknown conditioning, a blend by one that knows none, or a strength other
            than 1 for ``direct``.
    """
    how, moving = wish.conditioning, wish.moving
    if how not in CONDITIONINGS:
        raise InputError(f"unknown conditioning {how!r}: use one of {', '.join(CONDITIONINGS)}")
    if how != "score_one_all" and len(moving) > 1:
        raise InputError(f"{how} takes one expression: blend with score_one_all")
    if how == "direct" and any(strength != 1.0 for strength in moving.values()):
        raise InputError(_DIRECT)


def _only(neutral: "Tensor", target: "Tensor", strength: float, rows: slice) -> "Tensor":
    """The target's embedding, interpolated in some rows."""
    mixed = target.clone()
    mixed[rows] = interpolate(neutral, target, strength)[rows]
    return mixed


def _check(neutral: "Tensor", target: "Tensor", strength: float) -> None:
    if neutral.shape != target.shape:
        raise InputError(
            f"prompts of {target.shape[0]} and {neutral.shape[0]} tokens cannot be mixed: blend"
            " expressions of one length, or have one drawn alone, with the conditioning direct"
        )
    check_strength(strength)
