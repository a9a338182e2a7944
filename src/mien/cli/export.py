"""``mien export``: a reading in the formats of other programs."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import local_path


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("export")(export)


def export(
    track: Annotated[
        Path,
        typer.Argument(
            metavar="TRACK",
            parser=local_path,
            help="The folder that mien read wrote, or the track.csv or track.parquet in it.",
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            help="openface, fex, elan, bids, livelink, arkit, mediapipe, gltf, vrma or"
            " vrma-presets.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            parser=local_path,
            help="File to write, for bids the folder of the dataset; without it, beside the folder"
            " of the reading.",
        ),
    ] = None,
    face: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Only this face, as numbered in the track; without it, everybody where the format"
            " holds more than one face, else the largest.",
        ),
    ] = None,
    media: Annotated[
        Path | None,
        typer.Option(
            metavar="CLIP", parser=local_path, help="The clip that was read, to link to (elan)."
        ),
    ] = None,
    entities: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="How the recording is called (bids): sub-01_ses-1_task-rest_run-1."
        ),
    ] = None,
) -> None:
    """Write what was read for other programs: tables, annotations, avatars.

    Prints the files it wrote, one per line.

    \b
    Examples:
      mien export out/interview --to openface
      mien export out/interview --to elan --media interview.mp4
      mien export out/interview --to bids -o study --entities sub-01_task-interview
      mien export out/interview --to gltf -o face.glb
    """
    from mien.flows.export import export as write

    remarks: list[str] = []
    written = write(track, to, out, face=face, media=media, entities=entities, say=remarks.append)
    for line in remarks:
        typer.echo(f"mien: {line}", err=True)
    for path in written:
        typer.echo(path)
