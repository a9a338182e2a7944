"""What PixelSmile minimises (arXiv 2603.25728, section 3 and appendix B).

A row has a source and two edits of it, a and b. Each is a branch: noise is mixed into it, the model
says a velocity, and what that makes of the picture at once is compared with both edits.

Velocities and latents have shape (n, ...); pictures are compared as features, (n, width). Times run
from 0, the picture, to 1, noise alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

TEMPERATURE = 0.07
MARGIN = 0.2
EPSILON = 1e-6
GATE = 0.6  # of the time; a face guessed from more noise than this is nobody's
GATED = 1e-5  # weight beyond it
CONTRAST_WEIGHT, IDENTITY_WEIGHT = 1.0, 0.1

Triplet = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Losses:
    """The parts of the loss, numbers without weights.

    Attributes:
        flow: half the sum of the flow matching of both branches.
        contrast: of the features; 0 where it is switched off.
        identity: likewise.
    """

    flow: Tensor
    contrast: Tensor
    identity: Tensor

    @property
    def total(self) -> Tensor:
        """The published sum."""
        weighted = CONTRAST_WEIGHT * self.contrast + IDENTITY_WEIGHT * self.identity
        return self.flow + weighted


def noised(clean: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """The point on the line from a picture to noise.

    Args:
        clean: latents.
        noise: of the same shape.
        time: (n,), 0 to 1.
    """
    share = _along(time, clean)
    return (1.0 - share) * clean + share * noise


def clean_estimate(noisy: Tensor, velocity: Tensor, time: Tensor) -> Tensor:
    """The picture that one step with a velocity leads to; exact for the true velocity."""
    return noisy - _along(time, noisy) * velocity


def flow_matching(velocity: Tensor, clean: Tensor, noise: Tensor) -> Tensor:
    """Mean square of what a velocity lacks of noise - picture, a number.

    The paper writes picture - source in its equation 6; its code does what is done here.
    """
    return functional.mse_loss(velocity, noise - clean)


def info_nce(generated: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """Cross-entropy of which of two pictures is meant, by cosine over temperature, (n,)."""
    nearer = _cosine(generated, positive) - _cosine(generated, negative)
    return functional.softplus(-nearer / TEMPERATURE)


def hinge(generated: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """What the cosine distance to the positive lacks of being smaller by the margin, (n,)."""
    nearer = _cosine(generated, positive) - _cosine(generated, negative)
    return (MARGIN - nearer).relu()


def log_ratio(generated: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """Logarithm of the ratio of both cosine distances, (n,); at least log of epsilon over 2."""
    near = (1.0 - _cosine(generated, positive)).clamp(min=0.0)  # rounding brings it below
    far = (1.0 - _cosine(generated, negative)).clamp(min=0.0)
    return torch.log((near + EPSILON) / (far + EPSILON))


TRIPLETS: dict[str, Triplet] = {"infonce": info_nce, "hinge": hinge, "log-ratio": log_ratio}


def contrastive(
    generated: tuple[Tensor, Tensor],
    truth: tuple[Tensor, Tensor],
    triplet: Triplet,
    *,
    symmetric: bool = True,
) -> Tensor:
    """Each branch drawn to its own edit and away from the other one, a number.

    Args:
        generated: features of what the branches a and b make.
        truth: features of the edits a and b.
        triplet: of :data:`TRIPLETS`.
        symmetric: the mean over both branches; otherwise of a alone, as the published ablation has
            it.
    """
    (made_a, made_b), (true_a, true_b) = generated, truth
    first = triplet(made_a, true_a, true_b)
    if not symmetric:
        return first.mean()
    return 0.5 * (first + triplet(made_b, true_b, true_a)).mean()


def identity(generated: Tensor, truth: Tensor, time: Tensor, seen: Tensor | None = None) -> Tensor:
    """1 - cosine of embeddings of a face, a number; hardly weighed where noise hid the face.

    The published code decides by the time of a batch's first picture for all of them. Here each
    picture is weighed by its own time.

    Args:
        generated: embeddings of what was made.
        truth: of the edits.
        time: (n,), of what was made.
        seen: (n,), whether there is a face to be compared; None: on all of them.
    """
    weight = torch.where(time > GATE, GATED, 1.0).to(generated)
    if seen is not None:
        weight = weight * seen
    return (weight * (1.0 - _cosine(generated, truth))).mean()


def _cosine(one: Tensor, other: Tensor) -> Tensor:
    return functional.cosine_similarity(one, other, dim=-1)


def _along(time: Tensor, like: Tensor) -> Tensor:
    return time.reshape(-1, *[1] * (like.ndim - 1))
