"""PixelSmile as callers use it: squares and wishes in, squares out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError, MienError
from mien.core.seams import Progress, silent
from mien.edit.backends.pixelsmile.conditioning import conditioned, counter
from mien.edit.backends.pixelsmile.denoise import Item, Sampling, decode, denoise
from mien.edit.backends.pixelsmile.encode import Encoded, encode, end_of_prompt
from mien.edit.backends.pixelsmile.load import Pipe
from mien.edit.backends.pixelsmile.prompts import Wish

Square = NDArray[np.uint8]
Result = TypeVar("Result")

_NOTHING = " "  # the prompt that guidance pulls away from


def redraw(
    pipe: Pipe,
    squares: Sequence[Square],
    wishes: Sequence[Wish],
    how: Sampling | None = None,
    *,
    side: int | None = None,
    progress: Progress = silent,
) -> list[Square]:
    """Redraw squares with other expressions.

    The same square may come several times with different wishes: it is encoded once, and so is each
    prompt about it.

    Args:
        pipe: the model.
        squares: RGB, shape (S, S, 3), of one side length.
        wishes: one for each square; an idle one gives its square back.
        how: see :class:`Sampling`.
        side: px, at which they are drawn and given back, a multiple of 32; None for their own.
            PixelSmile was trained at 512, its published code draws at 1024.
        progress: told about prompts and steps; whatever it raises ends the work.

    Returns:
        RGB, shape (side, side, 3) each; an idle wish's square is the array that came in.

    Raises:
        InputError: squares of different sides, a wish too many or too few, or what
            :func:`prepare` and :func:`paint` raise.
        MienError: out of memory.
    """
    if len(squares) != len(wishes):
        raise InputError(f"{len(squares)} squares and {len(wishes)} wishes: give one for each")
    if len({square.shape for square in squares}) > 1:
        raise InputError("the squares differ in size: give squares of one side length")
    how = how or Sampling()
    busy = [i for i, wish in enumerate(wishes) if not wish.idle]
    encoded: dict[int, Encoded] = {}
    for i in busy:
        if id(squares[i]) not in encoded:
            theirs = [wishes[j] for j in busy if squares[j] is squares[i]]
            encoded[id(squares[i])] = prepare(
                pipe, squares[i], theirs, how, side=side, progress=progress
            )
    jobs = [(encoded[id(squares[i])], wishes[i]) for i in busy]
    drawn = dict(zip(busy, paint(pipe, jobs, how, progress), strict=True))
    return [drawn.get(i, square) for i, square in enumerate(squares)]


def prepare(
    pipe: Pipe,
    square: Square,
    wishes: Sequence[Wish],
    how: Sampling | None = None,
    *,
    side: int | None = None,
    known: Encoded | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Encode a square and what some wishes ask of it, for :func:`paint`.

    Args:
        pipe: the model.
        square: RGB, shape (S, S, 3).
        wishes: to come; with ``known`` only what is new in them is encoded.
        how: as for :func:`paint`: guidance has a prompt of its own.
        side: px, at which it will be drawn; None for its own.
        known: an earlier result.
        progress: told about the prompts.

    Raises:
        InputError: no square, or a side that is no multiple of 32.
        MienError: out of memory.
    """
    tokens = counter(pipe.pipeline.tokenizer)
    prompts = [text for wish in wishes if not wish.idle for text in wish.prompts(tokens)]
    if (how or Sampling()).guidance > 1.0:
        prompts.append(_NOTHING)
    return _within_memory(
        pipe, lambda: encode(pipe, square, prompts, side, known=known, progress=progress)
    )


def paint(
    pipe: Pipe,
    jobs: Sequence[tuple[Encoded, Wish]],
    how: Sampling | None = None,
    progress: Progress = silent,
) -> list[Square]:
    """Draw wishes on encoded squares, in batches.

    Args:
        pipe: the model.
        jobs: squares prepared for one side, with their prompts, and wishes that are not idle.
        how: see :class:`Sampling`.
        progress: told about the steps; whatever it raises ends the work.

    Returns:
        RGB, shape (side, side, 3) each.

    Raises:
        InputError: an unknown conditioning, or expressions that cannot be mixed.
        MienError: out of memory.
    """
    if not jobs:
        return []
    how = how or Sampling()
    side = jobs[0][0].side
    if any(encoded.side != side for encoded, _ in jobs):
        raise InputError("the squares are to be drawn at different sides: paint them apart")

    def work() -> list[Square]:
        items = [_item(pipe, encoded, wish, how) for encoded, wish in jobs]
        drawn = denoise(pipe, items, side, how, progress)
        return [decode(pipe, latents, side) for latents in drawn]

    return _within_memory(pipe, work)


def _item(pipe: Pipe, encoded: Encoded, wish: Wish, how: Sampling) -> Item:
    tokenizer = pipe.pipeline.tokenizer
    embedding = conditioned(wish, encoded.prompts, tokenizer, end_of_prompt(pipe))
    negative = encoded.prompts[_NOTHING] if how.guidance > 1.0 else None
    return Item(embedding, encoded.source, negative)


def _within_memory(pipe: Pipe, work: Callable[[], Result]) -> Result:
    """Do some work, and leave nothing behind whatever ends it.

    Raises:
        MienError: there was not enough memory.
    """
    import torch

    try:
        return work()
    except (torch.OutOfMemoryError, MemoryError):
        pass  # and so let go of the frames and of all they hold
    except RuntimeError as error:
        if "allocate memory" not in str(error):  # how torch says it on the CPU
            raise
    finally:
        pipe.pipeline.maybe_free_model_hooks()
    if pipe.device.type == "cuda":
        torch.cuda.empty_cache()
    raise MienError(
        "out of memory: try a smaller batch, a smaller side, or a preset that needs less"
    )
