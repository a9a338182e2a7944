"""The diffusion model that draws, loaded once and kept."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mien.core.errors import InputError, MienError
from mien.edit.backends.pixelsmile.base import check_base
from mien.edit.backends.pixelsmile.load import Pipe, check_dtype, check_scale, hasten, load
from mien.edit.backends.pixelsmile.lora import check_lora
from mien.edit.backends.pixelsmile.presets import Preset, check_preset


@dataclass(frozen=True)
class Model:
    """Which model draws, and how it fits into the machine.

    Attributes:
        base: folder of Qwen-Image-Edit-2511, as diffusers has it.
        lora: PixelSmile's file; None for the base model alone.
        few_steps: a LoRA that draws in a few steps; None for none.
        lora_scale: weight of ``lora``.
        preset: how it fits into memory.
        device: ``cuda``, ``mps`` or ``cpu``; None for the best there is.
        dtype: ``bfloat16`` or ``float32``.
        cache: threshold of the first-block cache; 0 draws every step in full.
        compiled: whether torch compiles the blocks of the transformer first.

    Raises:
        InputError: a value that none of these takes.
    """

    base: Path
    lora: Path | None = None
    few_steps: Path | None = None
    lora_scale: float = 1.0
    preset: Preset = Preset.FULL
    device: str | None = None
    dtype: str = "bfloat16"
    cache: float = 0.0
    compiled: bool = False

    def __post_init__(self) -> None:
        if not self.cache >= 0.0:
            raise InputError(f"cache={self.cache:g}: the threshold is 0 or more, such as 0.1")
        check_scale(self.lora_scale)
        check_dtype(self.dtype)
        if self.device is not None:
            check_preset(self.preset, self.device)

    @property
    def files(self) -> list[Path]:
        """All of them that are there."""
        found = [self.lora, self.few_steps, *sorted(self.base.rglob("*"))]
        return [path for path in found if path is not None and path.is_file()]


def check_files(model: Model) -> None:
    """Make sure that its files are there and whole, by their heads alone: that is fast.

    Raises:
        InputError, ModelError, MissingExtraError: as :func:`load` of the backend.
    """
    check_base(model.base)
    for path in (model.lora, model.few_steps):
        if path is not None:
            check_lora(path)


@lru_cache(maxsize=1)
def loaded(model: Model) -> Pipe:
    """The model, ready to draw; the last one that was asked for is kept.

    Raises:
        InputError, ModelError, MissingExtraError: as :func:`load` of the backend.
        MienError: out of memory.
    """
    try:
        return _made(model)
    except MemoryError:
        pass  # and so let go of the frames and of all they hold
    except RuntimeError as error:  # of torch, which need not be installed to get here
        if "memory" not in str(error):
            raise
    raise MienError(
        f"out of memory while the model is loaded with preset {model.preset}: use one that needs"
        " less; mien doctor says which fits"
    )


def _made(model: Model) -> Pipe:
    pipe = load(
        model.base,
        model.lora,
        preset=model.preset,
        device=model.device,
        dtype=model.dtype,
        lora_scale=model.lora_scale,
        few_steps=model.few_steps,
    )
    if model.cache or model.compiled:
        hasten(pipe, threshold=model.cache, compiled=model.compiled)
    return pipe
