"""One training run from its configuration and a set to the file of the weights."""

import gc
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.seams import Progress, Say, silent, unheard
from mien.learn.pixelsmile import checkpoint
from mien.learn.pixelsmile.config import SMALL, Config
from mien.learn.pixelsmile.crops import TRAIN, WATCH, crops, digests
from mien.learn.pixelsmile.train import CURVES, EXTRA, begun, share_of, train

if TYPE_CHECKING:
    from mien.learn.pixelsmile.backbone import Backbone
    from mien.learn.pixelsmile.encoders import Named
    from mien.learn.pixelsmile.examples import Example, Examples

WEIGHTS = {**{name: f"{name}.safetensors" for name in SMALL}, "qwen": "lora.safetensors"}
_WATCHED = 4  # rows in a strip
_EXPRESSIONS, _PERSONS = "expressions", "persons"  # what is compared


@dataclass(frozen=True, eq=False)
class _Ready:
    """What is needed before the first step; what stands in for an encoder is made when asked."""

    backbone: "Backbone"
    examples: "Examples"
    watch: "list[Example]"
    stand_in: "Callable[[str], Named]"
    faces: int = 0  # edits that show one, where that matters


def run(
    config: Config,
    data: Path,
    out: Path,
    *,
    base: Path | None = None,
    clip: Path | None = None,
    persons: Path | None = None,
    progress: Progress = silent,
    say: Say = unheard,
) -> Path:
    """Train, and write the weights; a run that was stopped goes on where it was.

    Args:
        config: of the run.
        data: rows of FFE, as :func:`mien.learn.ffe.files.entries` takes them; those of the split
            ``train`` and of none are trained on, strips show those of ``validation``.
        out: folder of the weights, checkpoint, curves, strips and, for ``qwen``, latents.
        base: folder of Qwen-Image-Edit-2511; small models have none.
        clip: folder of CLIP for the contrastive loss; None for a stand-in. Like ``persons`` not
            read where the configuration has its loss switched off.
        persons: file of a network like ArcFace's for the identity loss, see
            :mod:`mien.learn.pixelsmile.recogniser`; not for a small model. None for a stand-in.
        progress: told about rows and steps.
        say: is given a line on what is compared by what, and one on time.

    Returns:
        The file of the weights.

    Raises:
        InputError: rows that cannot be trained on, a folder of another run, no base, encoders that
            are none, a batch that the processes cannot share, or a loss that is no number any more.
        ModelError: a base that is broken.
        MissingExtraError: the extra ``train``, or ``diffusion``, is not installed.
    """
    require("torch", EXTRA)
    accelerator = require("accelerate", EXTRA).Accelerator()
    require("tensorboardX", EXTRA)
    from mien.learn.pixelsmile.judges import judges_of

    share_of(config, accelerator.num_processes)
    given = _given(config, clip, persons)  # before rows are encoded, which takes long
    recogniser = given.get(_PERSONS)
    if config.backbone in SMALL:
        ready = _small(config, data, out, progress)
    else:
        faces = recogniser is not None
        ready = _qwen(config, data, out, base, accelerator, progress, count=faces)
    by = {what: one or ready.stand_in(what) for what, one in given.items()}
    names = ", ".join(f"{what} by {one.name}" for what, one in by.items())
    say(f"{len(ready.examples)} rows; {names or 'only velocities are compared'}")
    if recogniser is not None:
        if not ready.faces:
            raise InputError(
                f"{data}: no edit shows a face by which {recogniser.name} could compare"
            )
        say(f"a face was found on {ready.faces} of {2 * len(ready.examples)} edits")
    encode = {what: one.encode for what, one in by.items()}
    judges = replace(
        judges_of(config, ready.backbone, encode.get(_EXPRESSIONS), encode.get(_PERSONS)),
        aligned=recogniser is not None,
        compared=", ".join(f"{what} by {one.told}" for what, one in by.items()),
    )
    train(config, ready.backbone, ready.examples, judges, out, watch=ready.watch, progress=progress)
    weights = out / WEIGHTS[config.backbone]
    if accelerator.is_main_process:
        place = checkpoint.Place(config, ready.examples.digest, config.steps, {}, judges.compared)
        checkpoint.export(weights, place, ready.backbone)
        for row in checkpoint.read_curves(out / CURVES, config.steps)[-1:]:
            say(f"{config.steps} steps of {row[-1] / config.steps:.2g} s{_peak()}")
    return weights


def _given(config: Config, clip: Path | None, persons: Path | None) -> "Mapping[str, Named | None]":
    """By what is compared what the configuration has compared; None where a stand-in is to."""
    from mien.learn.pixelsmile import encoders
    from mien.learn.pixelsmile.recogniser import recogniser

    if persons is not None and config.backbone in SMALL:
        raise InputError(
            f"{persons}: sees faces of 112 px, and {config.backbone} draws {config.side}:"
            " leave it out"
        )
    given: dict[str, Named | None] = {}
    if config.contrast != "none":
        given[_EXPRESSIONS] = None if clip is None else encoders.named(clip, encoders.clip)
    if config.identity:
        given[_PERSONS] = None if persons is None else encoders.named(persons, recogniser)
    return given


def _small(config: Config, data: Path, out: Path, progress: Progress) -> _Ready:
    """Nothing is learned yet; what stands in is when it is asked for."""
    from mien.learn.pixelsmile import stand_ins
    from mien.learn.pixelsmile.encoders import Named
    from mien.learn.pixelsmile.examples import Faces, gathered
    from mien.learn.pixelsmile.judges import FEATURES, PERSONS
    from mien.learn.pixelsmile.mmdit import small

    rows = gathered(data, TRAIN, progress, config.side)
    examples = Faces(rows, config.scores)
    begun(out, config, examples.digest)
    watch = Faces(gathered(data, _shown(data, config.side), side=config.side), config.scores)

    def stand_in(what: str) -> Named:
        if what == _EXPRESSIONS:
            return Named(stand_ins.SCORES, stand_ins.scores_cnn(rows, FEATURES))
        return Named(stand_ins.PERSONS, stand_ins.persons_cnn(rows, PERSONS))

    backbone = small(config.backbone, config.seed)
    return _Ready(backbone, examples, [*islice(_all(watch), _WATCHED)], stand_in)


def _qwen(
    config: Config,
    data: Path,
    out: Path,
    base: Path | None,
    accelerator: Any,
    progress: Progress,
    *,
    count: bool,
) -> _Ready:
    """Everything is encoded first; the text encoder then makes room; faces are counted if asked.

    The folder is looked at before anything is put into it.
    """
    import torch

    from mien.edit.backends.pixelsmile.load import load
    from mien.learn.pixelsmile.encoders import RANDOM, Named, random_conv
    from mien.learn.pixelsmile.judges import FEATURES, PERSONS
    from mien.learn.pixelsmile.latents import Store, base_seal, digest_of, encoded
    from mien.learn.pixelsmile.qwen import qwen

    if base is None:
        raise InputError("the backbone qwen is trained on a base: give the folder of it")
    store = Store(out / "latents", base_seal(base))
    begun(out, config, digest_of(digests(data), store, config.side))
    device = accelerator.device.type
    pipe = load(base, None, device=device, dtype="bfloat16" if device == "cuda" else "float32")
    share = (accelerator.process_index, accelerator.num_processes)
    examples = encoded(data, store, pipe, config, splits=TRAIN, share=share, progress=progress)
    shown = _shown(data, config.side)
    watch = encoded(data, store, pipe, config, splits=shown, limit=_WATCHED, share=share)
    accelerator.wait_for_everyone()
    pipe.pipeline.text_encoder = None
    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()
    backbone = qwen(pipe, config.rank, config.alpha, config.seed)
    faces = examples.faces() if count else 0

    def stand_in(what: str) -> Named:
        return Named(RANDOM, random_conv(FEATURES if what == _EXPRESSIONS else PERSONS))

    return _Ready(backbone, examples, _all(watch), stand_in, faces)


def _shown(data: Path, side: int) -> tuple[str, ...]:
    """The split of the strips: validation, if it has rows."""
    return WATCH if next(crops(data, side, None, WATCH), None) else TRAIN


def _all(examples: "Examples") -> "list[Example]":
    return [examples[number] for number in range(len(examples))]


def _peak() -> str:
    """The most memory there was need of: of the graphics card, or without one of the process."""
    import torch

    if torch.cuda.is_available():
        return f"; {torch.cuda.max_memory_allocated() / 1e9:.1f} GB of the card"
    if sys.platform == "win32":  # which does not say
        return ""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # bytes
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return f"; {most / 1e9:.1f} GB of memory"
