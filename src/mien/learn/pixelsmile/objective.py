"""A batch, what chance adds to it, and its loss: both branches through the model at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mien.learn.pixelsmile import losses
from mien.learn.pixelsmile.alignment import aligned
from mien.learn.pixelsmile.backbone import Velocity
from mien.learn.pixelsmile.conditioning import Conditioning
from mien.learn.pixelsmile.encoders import Encoder


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows as the model takes them.

    Attributes:
        source: latents (n, ...).
        edits: latents of the edits, those of a before those of b, (2 n, ...).
        asked: what makes the edits of their sources, likewise.
        noise: (n, ...); the same for both branches.
        time: (n,), 0 to 1; likewise.
        points: (2 n, 5, 2), of the faces of the edits, px, see
            :func:`mien.learn.pixelsmile.alignment.aligned`; NaN where a person is not compared.
            None: nobody has looked for them.
    """

    source: Tensor
    edits: Tensor
    asked: Conditioning
    noise: Tensor
    time: Tensor
    points: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Judges:
    """What is compared besides velocities, and how; None where the loss is switched off.

    Attributes:
        decode: of the model's latents.
        triplet: of the contrastive loss.
        symmetric: see :func:`mien.learn.pixelsmile.losses.contrastive`.
        features: what it compares.
        identity: embeddings of persons.
        aligned: whether those are of aligned faces; otherwise of whole squares.
        compared: what does so, for the header of what is trained.
    """

    decode: Encoder
    triplet: losses.Triplet | None
    features: Encoder
    identity: Encoder | None
    symmetric: bool = True
    aligned: bool = False
    compared: str = ""


def loss_of(model: Velocity, batch: Batch, judges: Judges) -> losses.Losses:
    """The loss of a batch, with its parts."""
    noise, time, source = (torch.cat([one, one]) for one in (batch.noise, batch.time, batch.source))
    noisy = losses.noised(batch.edits, noise, time)
    velocity = model(noisy, time, source, batch.asked)
    nothing = velocity.new_zeros(())
    # The mean over both branches is half the sum of their means.
    flow = losses.flow_matching(velocity, batch.edits, noise)
    if judges.triplet is None and judges.identity is None:
        return losses.Losses(flow, nothing, nothing)
    made = judges.decode(losses.clean_estimate(noisy, velocity, time))
    with torch.no_grad():
        true = judges.decode(batch.edits)
    contrast, identity = nothing, nothing
    if judges.triplet is not None:
        a, b = judges.features(made).chunk(2)
        true_a, true_b = judges.features(true).chunk(2)
        contrast = losses.contrastive(
            (a, b), (true_a, true_b), judges.triplet, symmetric=judges.symmetric
        )
    if judges.identity is not None:
        seen = None
        if judges.aligned:
            assert batch.points is not None
            seen = batch.points.isfinite().all(dim=(1, 2))
            made, true = (aligned(one, batch.points) for one in (made, true))
        identity = losses.identity(judges.identity(made), judges.identity(true), time, seen)
    return losses.Losses(flow, contrast, identity)
