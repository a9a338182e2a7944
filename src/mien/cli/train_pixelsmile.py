"""``mien train pixelsmile``: train an editor of expressions on FFE."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.many import going_on
from mien.cli.options import local_path
from mien.cli.progress import bar


def register(group: typer.Typer) -> None:
    """Add the command to ``mien train``."""
    group.command("pixelsmile")(pixelsmile)


def pixelsmile(
    config: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG",
            help="A JSON file; nano, mini: small models, minutes and half an hour on a CPU;"
            " published: the settings of the paper.",
        ),
    ],
    data: Annotated[
        Path,
        typer.Option(
            metavar="FFE",
            parser=local_path,
            help="Annotated rows: ffe.jsonl, .parquet, .tar or a folder of shards; see mien ffe.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR",
            parser=local_path,
            help="For weights, curves, strips and the checkpoint; the same command goes on where"
            " it stopped.",
        ),
    ],
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=local_path,
            help="Qwen-Image-Edit-2511; by default where mien models pull pixelsmile puts it.",
        ),
    ] = None,
    clip: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=local_path,
            help="CLIP ViT-L/14, or DanbooruCLIP for drawings, for the contrastive loss; by default"
            " a stand-in.",
        ),
    ] = None,
    persons: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=local_path,
            help="A network like ArcFace's in ONNX for the identity loss, such as glintr100.onnx;"
            " by default a stand-in. Not for nano and mini.",
        ),
    ] = None,
) -> None:
    """Train an editor of expressions as PixelSmile is trained.

    Needs pip install 'mien[train,diffusion]'. Several graphics cards: start it with accelerate
    launch.

    \b
    Examples:
      mien train pixelsmile nano --data ffe.jsonl -o out
      mien train pixelsmile published --data ffe.jsonl -o out --clip clip-vit-large-patch14
    """
    from mien.core.places import models_folder
    from mien.learn.pixelsmile.config import read_config
    from mien.learn.pixelsmile.run import run

    told = read_config(config)
    where = base or models_folder() / "Qwen-Image-Edit-2511"
    with going_on(), bar() as progress:
        weights = run(
            told, data, out, base=where, clip=clip, persons=persons, progress=progress, say=_say
        )
    typer.echo(weights)


def _say(line: str) -> None:
    typer.echo(f"mien: {line}", err=True)
