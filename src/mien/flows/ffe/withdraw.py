"""What was made of portraits that are no longer given goes: people may take back their consent.

Only what the stages themselves have made goes, of names that have a record in ``.ffe``: rows and
prompts, the portrait, its edits, and last the record, so that a removal that was stopped goes on.
"""

import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from mien.flows.ffe.collect import SOURCES
from mien.flows.ffe.piece import EDITS
from mien.learn.ffe.entry import parsed
from mien.learn.ffe.form import pictures
from mien.media.files import atomic


def withdraw(out: Path, given: Mapping[str, str], lists: Collection[str]) -> dict[str, str]:
    """Delete what belongs to none of the portraits that are given.

    Args:
        out: folder of the set.
        given: name of every portrait to whose it is; one that is now somebody else's goes too.
        lists: files of the folder that tell of portraits, a line for each.

    Returns:
        Name to person of those that are gone; the name again where nobody is recorded.
    """
    gone = {}
    for record in sorted((out / ".ffe").glob("*/collect.json")):
        name, who = record.parent.name, _person(record)
        if name not in given or who not in (None, given[name]):
            gone[name] = who or name
    if gone:
        for file in lists:
            _untold(out / file, {f"{SOURCES}/{name}.jpg" for name in gone})
    for name in gone:
        _deleted(out, name)
    return gone


def _person(record: Path) -> str | None:
    """Who was collected; None where nobody was, or nothing can be read."""
    try:
        return str(json.loads(record.read_text("utf-8"))["source"]["identity"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _untold(file: Path, sources: Collection[str]) -> None:
    """Take out the lines of some sources; a file of which none is left goes."""
    try:
        lines = file.read_text("utf-8").split("\n")
    except (OSError, ValueError):
        return
    kept = [line for line in lines if not _told(line).intersection(sources)]
    if not any(kept):
        file.unlink()
    elif len(kept) < len(lines):
        with atomic(file) as temporary:
            temporary.write_text("\n".join(kept), "utf-8", newline="\n")


def _told(line: str) -> set[str]:
    """The pictures of a row, or the source of a prompt."""
    stored, _ = parsed(line)
    source = stored.get("source") if isinstance(stored, dict) else None
    return {*(image for _, image, _ in pictures(stored)), str(source)}


def _deleted(out: Path, name: str) -> None:
    edits, known = out / EDITS / name, out / ".ffe" / name
    made = re.compile(rf"{re.escape(name)}-[0-9]{{3,}}-[ab]\.jpg")
    (out / SOURCES / f"{name}.jpg").unlink(missing_ok=True)
    for file in edits.glob("*.jpg"):
        if made.fullmatch(file.name):
            file.unlink()
    for file in (known / "generate.json", known / "collect.json"):
        file.unlink(missing_ok=True)
    for folder in (edits, known):
        with suppress(OSError):  # not there, or something else is in it
            folder.rmdir()
