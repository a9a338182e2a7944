"""``mien train``: train the networks of mien, and make windows of a labelled set."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli import train_pixelsmile
from mien.cli.options import Roots, folder_path, sets_of
from mien.cli.progress import bar
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.core.seams import Progress
    from mien.learn.microexpression.config import Config

_SETTINGS = {"help_option_names": ["-h", "--help"]}
_HELP = """Train a network of mien: the learned opinion on micro-expressions, or PixelSmile.

Needs pip install 'mien[train]', for PixelSmile 'mien[train,diffusion]'.

\b
Examples:
  mien train microexpression shipped -o out
  mien train microexpression loso.json -o out --set casme2 --root /data/CASME2
  mien train microexpression cross.json -o out --set casme2 --root /data/CASME2 \\
    --set samm --root /data/SAMM
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
            parser=folder_path,
            help="For the model and the checkpoint; the same command goes on where it stopped.",
        ),
    ],
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME",
            help="Leave one subject out of this set, see mien data; several times: one set.",
        ),
    ] = None,
    roots: Roots = None,
) -> None:
    """Train a network, and write it as ONNX with its story in the header.

    With --set: a network per subject, each tested on the one left out; with several, a network per
    set, trained on the others. Writes the answers as logs and the leak audit, for mien bench megc
    and mien bench au. How the model of the package does on a set, without training: mien bench
    learned --set.

    \b
    Examples:
      mien train microexpression shipped -o out
      mien train microexpression loso.json -o out --set casme2 --root /data/CASME2
      mien train microexpression cross.json -o out --set casme2 --root /data/CASME2 \\
        --set samm --root /data/SAMM
    """
    from mien.learn.microexpression.config import read_config

    given = sets_of(sets, roots)
    told = read_config(config)
    with bar() as progress:
        if not given:
            written = [_alone(config, told, out, progress)]
        else:
            from mien.flows.learned_set import left_out

            written = left_out(told, given, out, progress=progress, say=_say)
    for path in written:
        typer.echo(path)


def _alone(name: str, config: "Config", out: Path, progress: "Progress") -> Path:
    """The model of a training without a set."""
    from mien.learn.microexpression.run import check_unlabelled, run

    try:
        check_unlabelled(config)
    except InputError as error:
        raise InputError(f"{name}: {error}: give --set and --root, or leave it out") from None
    return run(config, out, progress=progress, say=_say).model


def _say(line: str) -> None:
    typer.echo(f"mien: {line}", err=True)
