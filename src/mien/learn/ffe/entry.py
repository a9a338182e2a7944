"""A place in a file at which a row should be."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mien.core.errors import InputError
from mien.learn.ffe.row import Row, row_of

Read = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Entry:
    """What is at such a place.

    Attributes:
        where: file and line, for messages.
        stored: what is there, as parsed from JSON; None where nothing can be read.
        problem: why not, empty where it can.
        read: the bytes of a picture of the row by its path; None where there is none.
    """

    where: str
    stored: object
    problem: str
    read: Read


def row_at(entry: Entry) -> Row:
    """The row of an entry.

    Raises:
        InputError: it is none; the message names file and line.
    """
    if entry.problem:
        raise InputError(f"{entry.where}: {entry.problem}")
    try:
        return row_of(entry.stored)
    except InputError as error:
        raise InputError(f"{entry.where}: {error}") from None


def parsed(text: str) -> tuple[Any, str]:
    """A value of JSON and no problem, or None and why it cannot be read."""
    try:
        return json.loads(text, object_pairs_hook=_once), ""
    except InputError as error:
        return None, str(error)
    except json.JSONDecodeError as error:
        return None, f"is no JSON: {error.msg} at column {error.colno}"
    except (ValueError, RecursionError):  # deep nesting, numbers of thousands of digits
        return None, "is no row: nested or written too long"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object that names nothing twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{twice!a}: is there twice")
    return found
