"""The ``mien`` command: one file per verb, each a thin call of a flow.

Exit codes: 0 done, 1 a check did not hold (``doctor``, ``data``, ``ffe``, ``bench``), 2 the input
cannot be used (one line on stderr says why), 130 interrupted.
"""

import signal
import sys
import warnings
from typing import Annotated

import typer

from mien.cli import (
    bench,
    calibrate,
    data,
    demo,
    doctor,
    edit,
    export,
    ffe,
    live,
    models,
    read,
    recipes,
    synth,
    train,
)
from mien.core.errors import MienError

_SETTINGS = {"help_option_names": ["-h", "--help"]}

# Plain help and plain errors: they wrap well in any terminal and are easy to search.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)

for verb in (
    demo, doctor, edit, recipes, read, live, export, synth, calibrate, models, data, ffe, train,
    bench,
):  # fmt: skip
    verb.register(app)


def _version(asked: bool) -> None:
    if asked:
        from mien import __version__

        typer.echo(f"mien {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Read and write facial expression.

    Start with `mien doctor` to see whether all is in place, or `mien demo` to see what it does.
    """


def main() -> None:
    """Run the command line and exit: what the ``mien`` script calls."""
    warnings.showwarning = _show_warning
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing is left behind
    try:
        app(prog_name="mien")
    except MienError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        # A folder that may not be written, a disk that is full: the user's to mend, not a bug.
        if error.filename is None:
            raise
        _fail(f"{error.filename}: {error.strerror or error}")


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """A warning as one line, without the place in our code."""
    typer.echo(f"mien: {' '.join(str(message).split())}", err=True)


def _fail(message: str) -> None:
    typer.echo(f"mien: {' '.join(message.split())}", err=True)
    sys.exit(2)
