"""One training run from its configuration and a set to the file of the weights."""

import gc
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.seams import Progress, Say, silent, unheard
from mien.learn.pixelsmile import checkpoint
from mien.learn.pixelsmile.config import Config
from mien.learn.pixelsmile.crops import TRAIN, WATCH, crops
from mien.learn.pixelsmile.train import CURVES, EXTRA, train

if TYPE_CHECKING:
    from mien.learn.pixelsmile.backbone import Backbone
    from mien.learn.pixelsmile.encoders import Encoder
    from mien.learn.pixelsmile.examples import Example, Examples

WEIGHTS = {"nano": "nano.safetensors", "qwen": "lora.safetensors"}
_WATCHED = 4  # rows in a strip


@dataclass(frozen=True, eq=False)
class _Ready:
    """What is needed before the first step; by what pictures are compared, with names."""

    backbone: "Backbone"
    examples: "Examples"
    watch: "list[Example]"
    features: "tuple[str, Encoder]"
    persons: "tuple[str, Encoder]"


def run(
    config: Config,
    data: Path,
    out: Path,
    *,
    base: Path | None = None,
    clip: Path | None = None,
    progress: Progress = silent,
    say: Say = unheard,
) -> Path:
    """Train, and write the weights; a run that was stopped goes on where it was.

    Args:
        config: of the run.
        data: rows of FFE, as :func:`mien.learn.ffe.files.entries` takes them; those of the split
            ``train`` and of none are trained on, strips show those of ``validation``.
        out: folder of the weights, checkpoint, curves, strips and, for ``qwen``, latents.
        base: folder of Qwen-Image-Edit-2511; ``nano`` has none.
        clip: folder of CLIP for the contrastive loss; None for a stand-in. Persons are compared by
            a stand-in always: ArcFace's published weights are for research that is not
            commercial.
        progress: told about rows and steps.
        say: is given a line on what is compared by what, and one on time.

    Returns:
        The file of the weights.

    Raises:
        InputError: rows that cannot be trained on, a folder of another run, or no base.
        ModelError: a base that is broken.
        MissingExtraError: the extra ``train``, or ``diffusion``, is not installed.
    """
    require("torch", EXTRA)
    accelerator = require("accelerate", EXTRA).Accelerator()
    from mien.learn.pixelsmile import encoders
    from mien.learn.pixelsmile.judges import judges_of

    if config.backbone == "nano":
        ready = _nano(config, data, progress)
    else:
        ready = _qwen(config, data, out, base, accelerator, progress)
    if clip is not None:
        ready = replace(ready, features=(clip.name, encoders.clip(clip)))
    names = f"expressions by {ready.features[0]}, persons by {ready.persons[0]}"
    say(f"{len(ready.examples)} rows; {names}")
    judges = judges_of(config, ready.backbone, ready.features[1], ready.persons[1])
    train(config, ready.backbone, ready.examples, judges, out, watch=ready.watch, progress=progress)
    weights = out / WEIGHTS[config.backbone]
    if accelerator.is_main_process:
        place = checkpoint.Place(config, ready.examples.digest, config.steps, {})
        checkpoint.export(weights, place, ready.backbone)
        for row in checkpoint.read_curves(out / CURVES, config.steps)[-1:]:
            say(f"{config.steps} steps of {row[-1] / config.steps:.2g} s{_peak()}")
    return weights


def _nano(config: Config, data: Path, progress: Progress) -> _Ready:
    from mien.learn.pixelsmile import stand_ins
    from mien.learn.pixelsmile.examples import Faces, gathered
    from mien.learn.pixelsmile.judges import FEATURES, PERSONS
    from mien.learn.pixelsmile.nano import nano

    rows = gathered(data, TRAIN, progress)
    watch = Faces(gathered(data, _shown(data, config.side)), config.scores)
    return _Ready(
        nano(config.seed),
        Faces(rows, config.scores),
        [*islice(_all(watch), _WATCHED)],
        (stand_ins.SCORES, stand_ins.scores_cnn(rows, FEATURES)),
        (stand_ins.PERSONS, stand_ins.persons_cnn(rows, PERSONS)),
    )


def _qwen(
    config: Config,
    data: Path,
    out: Path,
    base: Path | None,
    accelerator: Any,
    progress: Progress,
) -> _Ready:
    """Everything is encoded first; the text encoder then makes room."""
    import torch

    from mien.edit.backends.pixelsmile.load import load
    from mien.learn.pixelsmile.encoders import RANDOM, random_conv
    from mien.learn.pixelsmile.judges import FEATURES, PERSONS
    from mien.learn.pixelsmile.latents import encoded
    from mien.learn.pixelsmile.qwen import qwen

    if base is None:
        raise InputError("the backbone qwen is trained on a base: give the folder of it")
    device = accelerator.device.type
    pipe = load(base, None, device=device, dtype="bfloat16" if device == "cuda" else "float32")
    share = (accelerator.process_index, accelerator.num_processes)
    examples = encoded(
        data, out / "latents", pipe, config, splits=TRAIN, share=share, progress=progress
    )
    shown = _shown(data, config.side)
    watch = encoded(data, out / "latents", pipe, config, splits=shown, limit=_WATCHED, share=share)
    accelerator.wait_for_everyone()
    pipe.pipeline.text_encoder = None
    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()
    backbone = qwen(pipe, config.rank, config.alpha, config.seed)
    features, persons = (random_conv(seed) for seed in (FEATURES, PERSONS))
    return _Ready(backbone, examples, _all(watch), (RANDOM, features), (RANDOM, persons))


def _shown(data: Path, side: int) -> tuple[str, ...]:
    """The split of the strips: validation, if it has rows."""
    return WATCH if next(crops(data, side, None, WATCH), None) else TRAIN


def _all(examples: "Examples") -> "list[Example]":
    return [examples[number] for number in range(len(examples))]


def _peak() -> str:
    """The most memory of the graphics card there was need of; nothing where there is none."""
    import torch

    if not torch.cuda.is_available():
        return ""
    return f"; {torch.cuda.max_memory_allocated() / 1e9:.1f} GB of the card"
