"""The options of ``mien ffe``."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.options import local_path

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        parser=local_path,
        help="Rows of a set: .jsonl, .parquet, a shard (.tar) or a folder of shards.",
    ),
]
Portraits = Annotated[
    Path,
    typer.Argument(
        metavar="PORTRAITS",
        parser=local_path,
        help="A folder of portraits, each of another person, or a list (.csv, .jsonl).",
    ),
]
Out = Annotated[
    Path,
    typer.Option("-o", "--out", metavar="DIR", parser=local_path, help="Folder of the set."),
]
Licence = Annotated[
    str | None,
    typer.Option("--licence", metavar="TEXT", help="By which the portraits may be used."),
]
Consent = Annotated[
    str | None,
    typer.Option("--consent", metavar="TEXT", help="Where the people's consent is recorded."),
]
Domain = Annotated[
    str,
    typer.Option("--domain", metavar="NAME", help="human or anime; seen by itself if left out."),
]
Pairs = Annotated[
    int, typer.Option("--pairs", metavar="N", help="Pairs of targets made of each portrait.")
]
Confusable = Annotated[
    float,
    typer.Option("--confusable", metavar="SHARE", help="Of the pairs that are of look-alikes."),
]
Twins = Annotated[
    Path | None,
    typer.Option(
        "--pairs-from",
        metavar="FILE",
        parser=local_path,
        help="An annotated set: its look-alikes are taken, as its scores have them.",
    ),
]
Overlap = Annotated[
    float,
    typer.Option(
        "--overlap",
        metavar="SHARE",
        help="How far look-alikes go towards each other: 1 is up to half of the way.",
    ),
]
Jitter = Annotated[
    float, typer.Option("--jitter", metavar="SD", help="How much the action units vary, in log.")
]
Blends = Annotated[
    float,
    typer.Option("--blends", metavar="SHARE", help="Of the targets with some of another category."),
]
OneSided = Annotated[
    float,
    typer.Option("--one-sided", metavar="SHARE", help="Of the targets on one half of the face."),
]
Strengths = Annotated[
    str,
    typer.Option("--strengths", metavar="LOW,HIGH", help="Any between is as likely; up to 1.5."),
]
Pictures = Annotated[
    Path | None,
    typer.Option(
        "--pictures",
        metavar="DIR",
        parser=local_path,
        help="Edits made elsewhere after prompts.jsonl: DIR/NAME.png.",
    ),
]
Judges = Annotated[
    list[str] | None,
    typer.Option(
        "--judge",
        metavar="NAME",
        help="Who scores, as in mien bench ffe; repeatable. Without it the truth of the mesh.",
    ),
]
Models = Annotated[
    Path | None,
    typer.Option(
        "--models", metavar="DIR", parser=local_path, help="Of the judges; else $MIEN_MODELS."
    ),
]
Count = Annotated[
    int, typer.Option("--annotators", metavar="N", help="Of the truth: how many score it.")
]
Noise = Annotated[
    float, typer.Option("--noise", metavar="SD", help="Of the truth: by how much each is off.")
]
Size = Annotated[
    int, typer.Option("--size", metavar="PX", help="Longer side of all pictures, at most.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Other chance.")]
Validation = Annotated[
    float, typer.Option("--validation", metavar="SHARE", help="Of the people, to validate on.")
]
Test = Annotated[float, typer.Option("--test", metavar="SHARE", help="Of the people, to test on.")]
Until = Annotated[
    str,
    typer.Option(
        "--until", metavar="STAGE", help="The last one: collect, compose, generate or annotate."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, metavar="N", help="How many processes share the work."),
]
Headers = Annotated[
    bool,
    typer.Option("--headers", help="Read the headers of the pictures only; no near-duplicates."),
]
Rows = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar="FILE", parser=local_path, help="Rows to write; FILE if left out."
    ),
]
Truth = Annotated[
    bool, typer.Option("--truth", help="What the mesh drew, as annotators would score it.")
]
Converted = Annotated[
    Path,
    typer.Option(
        "-o", "--out", metavar="FILE", parser=local_path, help="Ends in .jsonl, .parquet or .tar."
    ),
]
