"""Options that several suites of ``mien bench`` share."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import local_path

Data = Annotated[
    Path,
    typer.Option(
        envvar="MIEN_TEST_DATA",
        metavar="DIR",
        parser=local_path,
        help="Folder with the measuring photos.",
    ),
]
Jobs = Annotated[int, typer.Option(min=1, metavar="N", help="Processes to use.")]

PHOTOS = Path("../shared/data")
"""Where the photos are, beside the checkout."""
