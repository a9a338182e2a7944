"""The seam between the trainer and what is trained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from mien.learn.pixelsmile.conditioning import Conditioning


class Velocity(Protocol):
    """A model that says where noisy pictures should go."""

    def __call__(
        self, noisy: Tensor, time: Tensor, source: Tensor, conditioning: Conditioning
    ) -> Tensor:
        """The velocity, noise - picture, as the model would have it.

        Args:
            noisy: latents (n, ...).
            time: (n,), 0 (the picture) to 1 (noise alone).
            source: latents of the pictures that are edited, as ``noisy``.
            conditioning: what is asked of each.
        """
        ...


@dataclass(frozen=True, eq=False)
class Backbone:
    """What is trained, and what the trainer must know of it.

    Attributes:
        module: a torch module that is a :class:`Velocity`; what of it requires a gradient is
            trained and kept.
        decode: latents to pictures (n, 3, H, W), -1 to 1, with gradients.
        header: for the files of its weights.
        key: the name of a trained parameter to its key in a finished file.
    """

    module: Any
    decode: Callable[[Tensor], Tensor]
    header: Mapping[str, str]
    key: Callable[[str], str] = str
