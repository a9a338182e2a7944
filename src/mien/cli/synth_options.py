"""The options of ``mien synth``."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import local_path

Source = Annotated[
    Path,
    typer.Argument(
        metavar="PHOTO",
        parser=local_path,
        help="A face from the front, at rest; with --count also a folder of such photos.",
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        "-o",
        "--out",
        metavar="CLIP",
        parser=local_path,
        help="The clip to write (.mp4, .mov or .mkv); with --count a folder.",
    ),
]
Aus = Annotated[
    list[str] | None,
    typer.Option(
        "--au",
        metavar="AU=X",
        help="What moves: an action unit and by how much it rises, up to 5. Repeatable; without "
        "it nothing happens.",
    ),
]
Pixels = Annotated[
    float | None,
    typer.Option(
        "--pixels",
        metavar="PX",
        help="How far the skin goes where it goes farthest; of --au only the ratio counts then.",
    ),
]
FaceWidth = Annotated[
    float, typer.Option("--face-width", metavar="PX", help="Width of the face in the clip.")
]
Onset = Annotated[
    float, typer.Option("--onset", metavar="MS", help="When the movement begins, in milliseconds.")
]
Apex = Annotated[
    float | None,
    typer.Option("--apex", metavar="MS", help="When it is largest; 100 ms later unless given."),
]
Offset = Annotated[
    float | None,
    typer.Option("--offset", metavar="MS", help="When it has gone; 200 ms after that."),
]
Family = Annotated[
    str,
    typer.Option(
        "--family", metavar="NAME", help="How it comes and goes: cosine, gamma or linear."
    ),
]
Seconds = Annotated[float, typer.Option("--seconds", metavar="T", help="Length of the clip.")]
Rate = Annotated[float, typer.Option("--rate", metavar="FPS", help="Frames per second.")]
Noise = Annotated[
    float, typer.Option("--noise", metavar="LEVELS", help="Noise of the sensor, of 255 levels.")
]
Exposure = Annotated[
    float,
    typer.Option(
        "--exposure",
        metavar="SHARE",
        help="How much of the time the shutter is open, 0 to 1: blurs what moves.",
    ),
]
Flicker = Annotated[
    float,
    typer.Option("--flicker", metavar="SHARE", help="How far lamps brighten and dim, 0 to 1."),
]
Mains = Annotated[
    float, typer.Option("--mains", metavar="HZ", help="Of the mains; lamps flicker twice as fast.")
]
Crf = Annotated[
    int, typer.Option("--crf", metavar="N", help="Losses of the codec: 0 least, 51 most.")
]
Yaw = Annotated[
    float, typer.Option("--yaw", metavar="DEG", help="How far the head turns to either side.")
]
Roll = Annotated[
    float, typer.Option("--roll", metavar="DEG", help="How far it tips to either shoulder.")
]
Drift = Annotated[
    float, typer.Option("--drift", metavar="PX", help="How far it sways to either side.")
]
Blinks = Annotated[bool, typer.Option("--blinks", help="The person blinks.")]
Speech = Annotated[bool, typer.Option("--speech", help="The person talks.")]
Hand = Annotated[bool, typer.Option("--hand", help="A hand passes before the face.")]
Track = Annotated[
    bool, typer.Option("--track", help="Write the truth of every frame too, CLIP.truth.csv.")
]
Count = Annotated[
    int | None,
    typer.Option(
        "--count",
        min=1,
        metavar="N",
        help="Make so many clips into a folder; what is not given is left to chance.",
    ),
]
Jobs = Annotated[
    int,
    typer.Option("--jobs", min=1, metavar="N", help="With --count: how many processes share them."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Other chance.")]
