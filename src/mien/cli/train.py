"""``mien train``: train the networks of mien, and make windows of a labelled set."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import train_pixelsmile
from mien.cli.options import local_path
from mien.cli.progress import bar
from mien.core.errors import InputError

_SETTINGS = {"help_option_names": ["-h", "--help"]}
_HELP = """Train a network of mien: the learned opinion on micro-expressions, or PixelSmile.

Needs pip install 'mien[train]', for PixelSmile 'mien[train,diffusion]'.

\b
Examples:
  mien train microexpression shipped -o out
  mien train microexpression loso.json -o out --set casme2 --root /data/CASME2
  mien train pixelsmile nano --data ffe.jsonl -o out
"""


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    verbs = typer.Typer(no_args_is_help=True, rich_markup_mode=None, context_settings=_SETTINGS)
    verbs.command("microexpression")(microexpression)
    train_pixelsmile.register(verbs)
    app.add_typer(verbs, name="train", help=_HELP)


def microexpression(
    config: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG", help="A JSON file; shipped: the one of the model in the package."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR",
            parser=local_path,
            help="For the model and the checkpoint; the same command goes on where it stopped.",
        ),
    ],
    dataset: Annotated[
        str | None,
        typer.Option(
            "--set", metavar="NAME", help="Leave one subject out of this set; see mien data."
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(metavar="ROOT", parser=local_path, help="With --set: its folder."),
    ] = None,
) -> None:
    """Train a network, and write it as ONNX with its story in the header.

    With --set: a network per subject, each tested on the one left out; writes the answers as logs
    and the leak audit, for mien bench megc and mien bench au.

    \b
    Examples:
      mien train microexpression shipped -o out
      mien train microexpression loso.json -o out --set casme2 --root /data/CASME2
    """
    from mien.learn.microexpression.config import read_config

    if (dataset is None) != (root is None):
        raise InputError("--set and --root go together: which set, and where it is")
    told = read_config(config)
    with bar() as progress:
        if dataset is None or root is None:
            from mien.learn.microexpression.run import run

            trained = run(told, out, progress=progress, say=_say)
            for name, value in trained.figures.items():
                _say(f"{name} {value:.3g}")
            written = [trained.model]
        else:
            from mien.flows.learned_set import left_out

            written = left_out(told, dataset, root, out, progress=progress, say=_say)
    for path in written:
        typer.echo(path)


def _say(line: str) -> None:
    typer.echo(f"mien: {line}", err=True)
