"""``mien edit``: the same person with another expression."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import Neutral, au_pairs, expression_pairs, local_path, numbers
from mien.cli.progress import bar


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    app.command("edit")(edit)


def edit(
    source: Annotated[
        Path, typer.Argument(metavar="IN", parser=local_path, help="The photo to edit.")
    ],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="OUT", parser=local_path, help="The picture to write."),
    ],
    expression: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=S",
            help="Go towards an expression: 0 stays, 1 is all of it, up to 1.5. Repeatable.",
        ),
    ] = None,
    au: Annotated[
        list[str] | None,
        typer.Option(
            metavar="AU=X",
            help="Add to an action unit, on the FACS scale of 0 to 5. Repeatable.",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="AU=X", help="Set an action unit to a value from 0 to 5. Repeatable."
        ),
    ] = None,
    strengths: Annotated[
        str | None,
        typer.Option(
            metavar="S,S,...",
            help="Write one picture per strength of the whole wish, as OUT with -0.50 before its "
            "ending.",
        ),
    ] = None,
    face: Annotated[
        int, typer.Option(min=0, metavar="N", help="Which face, 0 is the largest.")
    ] = 0,
    neutral: Neutral = None,
    measure: Annotated[
        Path | None,
        typer.Option(
            metavar="REPORT.json",
            parser=local_path,
            help="Write what was asked, what was measured on the result, and what else moved.",
        ),
    ] = None,
) -> None:
    """Write a photo with another expression.

    Prints the files it wrote, one per line.

    \b
    Examples:
      mien edit me.jpg -o happy.jpg --expression happy=0.6
      mien edit me.jpg -o smirk.png --au AU12L=2.5
      mien edit me.jpg -o still.png --expression neutral=1
      mien edit me.jpg -o shut.png --set AU25=0 --set AU26=0
      mien edit me.jpg -o row.png --expression sad=1 --strengths 0,0.5,1
    """
    wish = {
        **expression_pairs(expression or (), "--expression", "happy=0.6"),
        **au_pairs(au or (), "--au", "AU12L=2.5"),
    }
    targets = au_pairs(set_ or (), "--set", "AU12=0")
    steps = numbers(strengths, "--strengths") if strengths is not None else None

    from mien.flows.edit_file import edit_file

    with bar() as progress:
        written = edit_file(
            source,
            out,
            wish,
            set=targets or None,
            strengths=steps,
            face=face,
            neutral=neutral,
            report=measure,
            progress=progress,
        )
    for path in written:
        typer.echo(path)
