"""What a configuration compares pictures by."""

from mien.learn.pixelsmile.backbone import Backbone
from mien.learn.pixelsmile.config import Config
from mien.learn.pixelsmile.encoders import Encoder, random_conv
from mien.learn.pixelsmile.losses import TRIPLETS
from mien.learn.pixelsmile.objective import Judges

FEATURES, PERSONS = 1, 2  # seeds of stand-ins


def judges_of(
    config: Config,
    backbone: Backbone,
    features: Encoder | None = None,
    persons: Encoder | None = None,
) -> Judges:
    """The losses that a configuration asks for.

    Args:
        config: of the run.
        backbone: whose latents are decoded.
        features: of the contrastive loss; None for the stand-in that has learned nothing.
        persons: of the identity loss; likewise.
    """
    return Judges(
        backbone.decode,
        TRIPLETS.get(config.contrast),
        features or random_conv(FEATURES),
        (persons or random_conv(PERSONS)) if config.identity else None,
        config.symmetric,
    )
