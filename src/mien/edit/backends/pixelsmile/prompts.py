"""What PixelSmile is asked: expressions with strengths, in the words it was trained on.

The template, the twelve words and the limit of strength are those of PixelSmile (arXiv 2603.25728,
section 3 and its published code).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from mien.core.errors import InputError

EXPRESSIONS = (
    "happy", "sad", "angry", "fear", "surprised", "disgust",
    "confused", "contempt", "confident", "shy", "sleepy", "anxious",
)  # fmt: skip
NEUTRAL = "neutral"
# Trained from 0 to 1; beyond it extrapolates, and its authors offer it up to here.
MAX_STRENGTH = 3.0

_SUBJECTS = {"human": "person", "anime": "character"}
_LONGEST = 200  # characters of an expression of one's own

# Of the 15 pairs of the six basic expressions the authors show nine that blend, and name two that
# do not.
_BLEND = {
    frozenset(pair.split())
    for pair in (
        "disgust fear", "happy disgust", "happy fear", "happy sad", "happy surprised",
        "sad angry", "sad disgust", "sad fear", "sad surprised",
    )
}  # fmt: skip
_FAIL = {
    frozenset(("fear", "surprised")): "collapse into one",
    frozenset(("angry", "happy")): "give unstable faces",
}


@dataclass(frozen=True)
class Wish:
    """What a square should become.

    Attributes:
        strengths: expression to strength, 0 to 3 (trained: 0 to 1). An expression is one of
            :data:`EXPRESSIONS`, ``neutral``, or words of one's own that finish the sentence "show a
            ... expression". Several blend. Nothing, or only zeros, leaves the square as it is;
            ``{"neutral": 1}`` has it drawn at strength 0.
        text: a whole prompt of one's own in place of strengths.
        domain: ``human`` or ``anime``: which of PixelSmile's models is loaded.
        conditioning: how a strength becomes an embedding, see
            :data:`mien.edit.backends.pixelsmile.conditioning.CONDITIONINGS`.

    Raises:
        InputError: a strength out of range, an unknown domain, strengths and a text, or words that
            hold marks of the model's own.
    """

    strengths: Mapping[str, float] = field(default_factory=dict, hash=False)
    text: str = ""
    domain: str = "human"
    conditioning: str = "score_one_all"

    def __post_init__(self) -> None:
        if self.domain not in _SUBJECTS:
            raise InputError(f"unknown domain {self.domain!r}: use one of {', '.join(_SUBJECTS)}")
        if self.text and self.strengths:
            raise InputError("a wish has strengths or a text of its own: give one of them")
        for words in (*self.strengths, self.text):
            _check_words(words)
        for expression, strength in self.strengths.items():
            if not expression.strip():
                raise InputError("an expression has a name: give one, such as happy")
            check_strength(strength, expression)

    @property
    def idle(self) -> bool:
        """Whether nothing is wished for."""
        return not self.text and not any(self.strengths.values())

    def prompts(self) -> list[str]:
        """The prompts that must be encoded for it; the first one is where its strengths start."""
        if self.text:
            return [self.text]
        wanted = [name for name, strength in self.strengths.items() if strength]
        return [prompt(name, self.domain) for name in dict.fromkeys((NEUTRAL, *wanted))]


def prompt(expression: str, domain: str = "human") -> str:
    """The sentence that asks for an expression.

    Args:
        expression: a word, or several.
        domain: ``human`` or ``anime``.
    """
    return f"Edit the {_SUBJECTS[domain]} to show a {expression.strip()} expression"


def between(first: Wish, second: Wish, t: float) -> Wish:
    """The wish on the way from one to another: their conditionings mixed linearly.

    Args:
        first: the wish at 0, made of strengths.
        second: the wish at 1, made of strengths.
        t: 0 to 1.

    Raises:
        InputError: one of them is a text, they differ in domain or conditioning, or t is out of
            range.
    """
    if not 0.0 <= t <= 1.0:
        raise InputError(f"{t:g}: the way from one wish to another goes from 0 to 1")
    if first.text or second.text:
        raise InputError("a way leads between wishes with strengths: a text has none")
    if (first.domain, first.conditioning) != (second.domain, second.conditioning):
        raise InputError("a way leads between wishes of one domain and conditioning")
    names = dict.fromkeys((*first.strengths, *second.strengths))
    mixed = {
        name: (1.0 - t) * first.strengths.get(name, 0.0) + t * second.strengths.get(name, 0.0)
        for name in names
    }
    return Wish(mixed, domain=first.domain, conditioning=first.conditioning)


def warnings(wish: Wish) -> list[str]:
    """A line for each pair of expressions in a wish that is not known to blend."""
    names = sorted(name for name, strength in wish.strengths.items() if strength)
    lines = []
    for pair in combinations((name for name in names if name != NEUTRAL), 2):
        known = frozenset(pair)
        if known in _FAIL:
            lines.append(f"{pair[0]} and {pair[1]} {_FAIL[known]}: use one of them")
        elif known not in _BLEND:
            lines.append(f"{pair[0]} and {pair[1]}: nobody has shown that they blend")
    return lines


def check_strength(strength: float, name: str = "strength") -> None:
    """Make sure that a strength is one.

    Raises:
        InputError: it is not within 0 to 3.
    """
    if not math.isfinite(strength) or not 0.0 <= strength <= MAX_STRENGTH:
        raise InputError(
            f"{name}={strength:g}: a strength lies between 0 and {MAX_STRENGTH:g}; PixelSmile was"
            " trained up to 1"
        )


def _check_words(words: str) -> None:
    if len(words) > _LONGEST or not words.isprintable() or "<|" in words:
        raise InputError(
            f"{words[:20]!a}: words for PixelSmile are up to {_LONGEST} characters on one"
            " line, without the mark <|"
        )
