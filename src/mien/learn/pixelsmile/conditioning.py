"""How strongly an expression is asked for: a place between two embeddings.

PixelSmile is told of each edit how strongly it shows what it should: the score of its own category,
as a judge gave it, sets the place on the line from "neutral" to the expression (section 3.2).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from mien.core.errors import InputError
from mien.learn.ffe.row import Target

CONTINUOUS, ONE_HOT, LEVELS = "continuous", "one-hot", "levels"
_LEVELS = (0.5, 0.75, 1.0)


@dataclass(frozen=True, eq=False)
class Conditioning:
    """What is asked of n pictures.

    Attributes:
        neutral: embeddings (n, tokens, width), or (n,) numbers of words where the model has
            embeddings of its own.
        target: likewise.
        score: (n,), 0 to 1.
    """

    neutral: Tensor
    target: Tensor
    score: Tensor


def interpolated(neutral: Tensor, target: Tensor, score: Tensor) -> Tensor:
    """The place neutral + score (target - neutral), for all tokens.

    Args:
        neutral: (n, tokens, width).
        target: (n, tokens, width).
        score: (n,).
    """
    return torch.lerp(neutral, target, score.to(neutral).reshape(-1, 1, 1))


def score_of(target: Target, scores: str = CONTINUOUS) -> float:
    """How strongly an edit shows its category, 0 to 1.

    Args:
        target: of a row.
        scores: see :func:`counted`.

    Raises:
        InputError: nobody has scored it.
    """
    score = target.scores.get(target.category)
    if score is None:
        raise InputError(
            f"{target.picture.image}: {target.category} has no score: run mien ffe annotate"
        )
    return counted(float(score), scores)


def counted(score: float, scores: str) -> float:
    """As how strong an expression of some score counts.

    Args:
        score: 0 to 1.
        scores: :data:`CONTINUOUS`: as it is; :data:`ONE_HOT`, an ablation of ours: 1;
            :data:`LEVELS`: the nearest of 0.5, 0.75 and 1, the lower of two as near. The paper's
            ablation is trained on MEAD, whose annotations say no more than these three; here they
            are made of the scores of any set.
    """
    if scores == LEVELS:
        return min(_LEVELS, key=lambda level: abs(level - score))
    return 1.0 if scores == ONE_HOT else score
