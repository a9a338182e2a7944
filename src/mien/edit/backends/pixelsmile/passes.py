"""How often the parts of a model run, for tests and timing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mien.edit.backends.pixelsmile.load import Pipe


@dataclass
class Passes:
    """What has run so far.

    Attributes:
        prompts: passes of the text encoder.
        squares: passes of the autoencoder's encoder.
        steps: calls of the transformer, each for a batch.
        pictures: pictures in these calls.
        whole: calls that went past the transformer's first block; fewer with the first-block cache.
    """

    prompts: int = 0
    squares: int = 0
    steps: int = 0
    pictures: int = 0
    whole: int = 0


@contextmanager
def counted(pipe: Pipe) -> Iterator[Passes]:
    """Counts while this lasts."""
    count = Passes()

    def prompt(_module: Any, _args: Any) -> None:
        count.prompts += 1

    def square(_module: Any, _args: Any) -> None:
        count.squares += 1

    def step(_module: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        count.steps += 1
        count.pictures += len(kwargs["hidden_states"])

    def second_block(_module: Any, _args: Any) -> None:
        count.whole += 1

    parts = pipe.pipeline
    hooks = [
        parts.text_encoder.register_forward_pre_hook(prompt),
        parts.vae.encoder.register_forward_pre_hook(square),
        parts.transformer.register_forward_pre_hook(step, with_kwargs=True),
        parts.transformer.transformer_blocks[1].attn.register_forward_pre_hook(second_block),
    ]
    try:
        yield count
    finally:
        for hook in hooks:
            hook.remove()
