"""One training run from its configuration to the model file."""

from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import InputError
from mien.core.seams import Progress, Say, silent, unheard
from mien.learn.microexpression.calibrate import calibrated
from mien.learn.microexpression.config import Config
from mien.learn.microexpression.export import export
from mien.learn.microexpression.sources import Labelled, source_of
from mien.learn.microexpression.train import train, validation

MODEL = "micro.onnx"


@dataclass(frozen=True)
class Trained:
    """What a run leaves.

    Attributes:
        model: the file.
        figures: on the synthetic validation.
    """

    model: Path
    figures: dict[str, float]


def run(
    config: Config,
    out: Path,
    labelled: Labelled | None = None,
    progress: Progress = silent,
    say: Say = unheard,
) -> Trained:
    """Train, calibrate, write ``micro.onnx``; a run that was stopped goes on where it was.

    Args:
        config: of the run.
        out: folder of the model and of the checkpoint.
        labelled: windows of a set; None: windows of nobody.
        progress: told about the steps.
        say: is given a line where a run goes on or is stopped, and in the end on what was chosen on
            what, and how good it is there.

    Raises:
        InputError: the folder holds a run with another configuration, the training diverges, or
            the switches ask for windows of a set where there is none.
        MissingExtraError: the extra ``train`` is not installed.
    """
    if labelled is None:
        check_unlabelled(config)
    source = source_of(config.seed, config.switches, labelled)
    net = train(config, source, out, progress, say=say)
    held = validation(config)
    calibration = calibrated(net, held)
    figures = export(net, config, calibration, held, out / MODEL)
    say(
        f"leak audit: {config.steps} steps, fixed beforehand; temperatures and thresholds chosen on"
        f" {len(held)} synthetic windows (seed of their own); nothing was chosen on a test"
    )
    plain, small = (
        ", ".join(f"{of} {figures[f'{kind} {of}']:.3f}" for of in ("AU F1", "class UF1"))
        for kind in ("float", "int8")
    )
    say(f"on {len(held)} synthetic windows: {plain} (int8: {small})")
    return Trained(out / MODEL, figures)


def check_unlabelled(config: Config) -> None:
    """Refuse a configuration that asks for a set.

    Raises:
        InputError: the message begins with the field.
    """
    if "oversample" in config.switches:
        raise InputError("switches: oversample is for a set: windows of nobody are drawn evenly")
