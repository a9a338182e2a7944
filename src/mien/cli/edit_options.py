"""The options of ``mien edit``."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import edit_backend
from mien.cli.options import local_path

Source = Annotated[
    Path,
    typer.Argument(
        metavar="IN", parser=local_path, help="The photo, a clip, or a folder of photos."
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        "-o",
        "--out",
        metavar="OUT",
        parser=local_path,
        help="The picture to write; for a folder, or several recipes, the folder to make.",
    ),
]
Expressions = Annotated[
    list[str] | None,
    typer.Option(
        "--expression",
        metavar="NAME=S",
        help="Go towards an expression: 0 stays, 1 is all of it, up to 1.5 (3 with "
        "--backend pixelsmile). Repeat to blend. "
        "NAME is one of `mien recipes` or a recipe's file.",
    ),
]
Texts = Annotated[
    list[str] | None,
    typer.Option(
        "--text",
        metavar="WORDS[=S]",
        help='For --backend pixelsmile: an expression in your own words, such as "faintly amused". '
        "Repeat to blend.",
    ),
]
Recipes = Annotated[
    list[str] | None,
    typer.Option(
        "--recipe",
        metavar="NAME|FILE.json[=S]",
        help="Apply a recipe, at strength 1 unless given. Repeat for one picture each.",
    ),
]
Aus = Annotated[
    list[str] | None,
    typer.Option(
        "--au",
        metavar="AU=X",
        help="Add to an action unit, on the FACS scale of 0 to 5. Repeatable.",
    ),
]
Fixed = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="AU=X", help="Set an action unit to a value from 0 to 5. Repeatable."
    ),
]
Strengths = Annotated[
    str | None,
    typer.Option(
        "--strengths",
        metavar="S,S,...",
        help="Write one picture per strength of the whole wish, as OUT with -0.50 before its "
        "ending; for a folder, into folders with -0.50 after their names.",
    ),
]
Face = Annotated[
    str,
    typer.Option(
        "--face",
        metavar="N|X,Y|all",
        help="Which face: its number, 0 is the largest; a point on it in pixels; or all of them.",
    ),
]
Turn = Annotated[
    str | None,
    typer.Option(
        "--turn",
        metavar="YAW,PITCH,ROLL",
        help="Turn the head further, by up to 10 degrees: to the subject's left, up, to their left "
        "shoulder.",
    ),
]
Points = Annotated[
    Path | None,
    typer.Option(
        "--points",
        metavar="POINTS.json",
        parser=local_path,
        help="A drawn face: where its eyes, mouth and chin are, placed by you.",
    ),
]
Measure = Annotated[
    Path | None,
    typer.Option(
        "--measure",
        metavar="REPORT.json",
        parser=local_path,
        help="Write what was asked, what was measured on the result, and what else moved. "
        "A folder always gets it, as report.json.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        metavar="N",
        help="For a folder: how many processes share the photos.",
    ),
]
Timeline = Annotated[
    Path | None,
    typer.Option(
        "--timeline",
        metavar="KEYS.json",
        parser=local_path,
        help="For a clip: what is wanted when.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="NAME[=S]", help="Make a clip of a photo: the expression it begins with."
    ),
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="NAME[=S]", help="The expression such a clip ends with."),
]
Seconds = Annotated[
    float,
    typer.Option("--seconds", min=0.1, metavar="T", help="How long such a clip takes on its way."),
]
Blinks = Annotated[
    bool, typer.Option("--blinks", help="Let the person blink in such a clip, as people do.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Other blinks.")]
Backend = Annotated[
    edit_backend.Name,
    typer.Option(
        "--backend",
        help="What draws: mien's mesh, at once on any machine; or PixelSmile, a diffusion model "
        "for a large graphics card.",
    ),
]
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="NAME=VALUE",
        help="A setting of --backend pixelsmile, such as steps=8 or preset=4-bit. Repeatable.",
    ),
]
