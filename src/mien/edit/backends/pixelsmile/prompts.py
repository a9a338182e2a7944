"""What PixelSmile is asked: expressions with strengths, in the words it was trained on.

The template, the twelve words and the limit of strength are those of PixelSmile (arXiv 2603.25728,
section 3 and its published code).
"""

import math
from collections.abc import Callable, Mapping
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
_STRESS = 60  # words that a neutral prompt is made longer by

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
        domain: ``human`` or ``anime``: which of PixelSmile's models is loaded.
        conditioning: how a strength becomes an embedding, see
            :data:`mien.edit.backends.pixelsmile.conditioning.CONDITIONINGS`.

    Raises:
        InputError: a strength out of range, an unknown domain, or words that hold marks of the
            model's own.
    """

    strengths: Mapping[str, float] = field(default_factory=dict, hash=False)
    domain: str = "human"
    conditioning: str = "score_one_all"

    def __post_init__(self) -> None:
        check_domain(self.domain)
        for expression, strength in self.strengths.items():
            _check_words(expression)
            if not expression.strip():
                raise InputError("an expression has a name: give one, such as happy")
            check_strength(strength, expression)

    @property
    def idle(self) -> bool:
        """Whether nothing is wished for."""
        return not any(self.strengths.values())

    @property
    def moving(self) -> dict[str, float]:
        """What of it is not neutral and has a strength."""
        return {name: a for name, a in self.strengths.items() if a and name != NEUTRAL}

    def prompts(self, tokens: Callable[[str], int]) -> list[str]:
        """The prompts that must be encoded for it; the first one is where its strengths start.

        Args:
            tokens: how many a text has.
        """
        targets = [prompt(name, self.domain) for name in self.moving]
        return [_neutral(targets, self.domain, tokens), *targets]


def prompt(expression: str, domain: str = "human") -> str:
    """The sentence that asks for an expression.

    Args:
        expression: a word, or several.
        domain: ``human`` or ``anime``.
    """
    return f"Edit the {_SUBJECTS[domain]} to show a {expression.strip()} expression"


def _neutral(targets: list[str], domain: str, tokens: Callable[[str], int]) -> str:
    """The neutral prompt with as many tokens as what is asked, so that it can be interpolated.

    The twelve words have one token each, as neutral has; longer words of one's own get a neutral
    that is stressed as often as needed.
    """
    plain = prompt(NEUTRAL, domain)
    wanted = {tokens(target) for target in targets}
    for stress in range(_STRESS + 1) if len(wanted) == 1 else ():
        stressed = prompt(" ".join((*["very"] * stress, NEUTRAL)), domain)
        if {tokens(stressed)} == wanted:
            return stressed
    return plain


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


def check_domain(domain: str) -> None:
    """Make sure that there are words for a domain.

    Raises:
        InputError: there are none.
    """
    if domain not in _SUBJECTS:
        raise InputError(f"unknown domain {domain!r}: use one of {', '.join(_SUBJECTS)}")


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
