"""``mien data``: sets of labelled micro-expressions, all read into one form."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.options import local_path
from mien.core.errors import InputError

if TYPE_CHECKING:
    from mien.learn.datasets.schema import Clip, Finding
    from mien.learn.datasets.stats import Tally
    from mien.learn.datasets.table import Loaded

_SETTINGS = {"help_option_names": ["-h", "--help"]}
_MOST = 50  # findings that are printed; more are counted
_EXAMPLES = 3  # clips named beside a remark

Name = Annotated[str, typer.Argument(metavar="NAME", help="Which set: casme2, samm, folder, ...")]
Root = Annotated[
    Path,
    typer.Argument(metavar="ROOT", parser=local_path, help="Its folder, or the sheet in it."),
]
Frames = Annotated[
    Path | None,
    typer.Option(
        "--frames", metavar="DIR", parser=local_path, help="Folder of the images, if another."
    ),
]
LabelsOnly = Annotated[
    bool, typer.Option("--labels-only", help="Look at the sheet alone, not for images.")
]
AsDistributed = Annotated[
    bool, typer.Option("--as-distributed", help="Leave known slips of the sheet as they are.")
]


def register(app: typer.Typer) -> None:
    """Add the verb to the command."""
    verbs = typer.Typer(no_args_is_help=True, rich_markup_mode=None, context_settings=_SETTINGS)
    for name, verb in (("check", check), ("stats", stats)):
        verbs.command(name)(verb)
    app.add_typer(verbs, name="data", help=_HELP)


_HELP = """Sets of labelled micro-expressions: check a copy, count what it holds.

All are read into one table. None comes with mien: their authors give them to those who sign for
them. NAME is one of casme, casme2, samm, samm-lv, smic-hs, smic-vis, smic-nir, smic-hs-e,
smic-vis-e, smic-nir-e, cas-me-2, cas-me-3a, cas-me-3c, mmew, 4dme, dfme, megc2019, or folder for
clips of your own.

\b
Examples:
  mien data check casme2 /data/CASME2
  mien data stats samm /data/SAMM --csv samm.csv
"""


def check(
    name: Name,
    root: Root,
    frames: Frames = None,
    labels_only: LabelsOnly = False,
    as_distributed: AsDistributed = False,
) -> None:
    """Check a copy of a set: labels, images, what was corrected. Exit code 1 if a check fails.

    \b
    Examples:
      mien data check casme2 /data/CASME2
      mien data check samm SAMM_Micro_FACS_Codes_v2.xlsx --labels-only
      mien data check folder my-clips
    """
    loaded = _load(name, root, frames, labels_only, as_distributed)
    of_kind: dict[str, list[Finding]] = defaultdict(list)
    for finding in loaded.findings:
        of_kind[finding.kind].append(finding)
    for finding in of_kind["fixed"]:
        typer.echo(_line(finding))
    _print_some([_line(finding) for finding in of_kind["error"]])
    for finding in of_kind["note"]:
        typer.echo(_line(finding))
    for remark in _remarks(loaded.clips):
        typer.echo(remark)
    counts = f"errors: {len(of_kind['error'])}, corrected: {len(of_kind['fixed'])}"
    typer.echo(f"{name}: {len(loaded.clips)} clips{_of_published(loaded)}, {counts}")
    if of_kind["error"]:
        raise typer.Exit(1)


def stats(
    name: Name,
    root: Root,
    frames: Frames = None,
    labels_only: LabelsOnly = False,
    as_distributed: AsDistributed = False,
    table: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", parser=local_path, help="Write the unified table."),
    ] = None,
) -> None:
    """Count what a copy of a set holds, beside the published counts. Exit code 1 if check fails.

    \b
    Examples:
      mien data stats casme2 /data/CASME2
      mien data stats samm /data/SAMM --csv samm.csv
    """
    from mien.learn.datasets import unified
    from mien.learn.datasets.stats import beside, published, tally

    if table is not None:
        _check_table(table, root)
    loaded = _load(name, root, frames, labels_only, as_distributed)
    counted, known = tally(loaded.clips), published(name)
    typer.echo(f"{name}: {loaded.dataset.title}\n{'':24}{'here':>8}{'published':>12}")
    for what, here, there in beside(counted, known):
        differs = "  differs" if there not in {None, here} else ""
        typer.echo(f"{what:24}{here:>8}{'-' if there is None else there:>12}{differs}")
    for line in _more(counted, known.get("fps", ())):
        typer.echo(line)
    errors = sum(finding.kind == "error" for finding in loaded.findings)
    if table is not None:
        unified.write(loaded.clips, table)
        typer.echo(table)
    if errors:
        typer.echo(f"mien: errors: {errors}: see mien data check {name}", err=True)
        raise typer.Exit(1)


def _load(
    name: str, root: Path, frames: Path | None, labels_only: bool, as_distributed: bool
) -> "Loaded":
    from mien.learn.datasets.table import load

    if frames is not None and labels_only:
        raise InputError("--frames says where the images are, --labels-only not to look: drop one")
    return load(name, root, frames=frames, labels_only=labels_only, as_distributed=as_distributed)


def _check_table(table: Path, root: Path) -> None:
    """Refuse to write over labels, and to leave what the next command would take for labels."""
    from mien.learn.datasets.table import is_sheet
    from mien.learn.datasets.unified import is_table

    if table.suffix.casefold() != ".csv":
        raise InputError(f"--csv {table}: give a name that ends in .csv")
    folder = root if root.is_dir() else root.parent
    if table.resolve() == root.resolve() or (table.exists() and not is_table(table)):
        what = "is no table of mien data, and it would be overwritten"
        raise InputError(f"--csv {table}: {what}: choose another name")
    if is_sheet(table.name) and table.resolve().is_relative_to(folder.resolve()):
        what = f"would be taken for labels in {folder}: choose another name or folder"
        raise InputError(f"--csv {table}: {what}")


def _line(finding: "Finding") -> str:
    return f"{finding.kind:<6}  " + " ".join(f"{finding.where}: {finding.what}".split())


def _print_some(lines: list[str]) -> None:
    for line in lines[:_MOST]:
        typer.echo(line)
    if len(lines) > _MOST:
        typer.echo(f"error   ... and {len(lines) - _MOST} more")


def _remarks(clips: "Iterable[Clip]") -> list[str]:
    """One line for every flag, with the clips that have it."""
    having: dict[str, list[str]] = defaultdict(list)
    for clip in clips:
        for flag in dict.fromkeys(clip.flags):
            if not flag.startswith(("fixed: ", "error: ")):
                having[flag].append(f"{clip.subject} {clip.clip}")
    lines = []
    for flag, names in having.items():
        more = f", ... {len(names)} clips" if len(names) > _EXAMPLES else ""
        lines.append(f"note    {flag}: {', '.join(names[:_EXAMPLES])}{more}")
    return lines


def _of_published(loaded: "Loaded") -> str:
    from mien.learn.datasets.stats import published

    clips = published(loaded.dataset.name).get("clips")
    return f" of {clips} published" if clips else ""


def _more(counted: "Tally", rates: Iterable[float]) -> list[str]:
    """What is counted and has no published counterpart."""
    known = ", ".join(map(str, rates))
    wanted = f"; published {known}" if known else ""
    lines = [f"frames per second  {_counts(counted.fps, '{:g}')}{wanted}"]
    if counted.durations is not None:
        low, mean, high = (f"{1000 * seconds:.0f}" for seconds in counted.durations)
        lines.append(f"duration           {low} to {high} ms, mean {mean} ms")
    if counted.coded:
        lines.append(f"action units       {_counts(counted.aus)}; {counted.coded} clips coded")
        lines.append(f"class from AUs     {_counts(counted.derived)}")
    if counted.both:
        lines.append(f"                   as in the sheet: {counted.agree} of {counted.both}")
    return lines


def _counts(counts: Mapping[Any, int], form: str = "{}") -> str:
    return ", ".join(f"{form.format(key)}: {many}" for key, many in counts.items()) or "none"
