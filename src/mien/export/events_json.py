"""``events.json``: the expressions and micro-expressions of a clip."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mien.core.errors import InputError
from mien.core.face import Event
from mien.core.facs import INDEX

NAME = "events.json"

_TIMES = ("onset", "apex", "offset")
_KINDS, _SIDES = ("micro", "macro"), ("L", "R", "both")


def write(events: Iterable[Event], path: Path) -> None:
    """Write events; times to the microsecond, intensities to a ten-thousandth.

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps([_entry(event) for event in events], indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> list[Event]:
    """Read events that :func:`write` wrote.

    Raises:
        InputError: no list of events, or an event that cannot be.
        OSError: the file cannot be read.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [_event(entry) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: is no events.json of mien: {error}") from None


def _entry(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind,
        **{name: round(getattr(event, name), 6) for name in _TIMES},
        "face": event.face,
        "aus": {column: round(peak, 4) for column, peak in event.aus.items()},
        "side": event.side,
        "region": event.region,
        "confidence": round(event.confidence, 4),
    }


def _event(entry: dict[str, Any]) -> Event:
    onset, apex, offset = (float(entry[name]) for name in _TIMES)
    if not onset <= apex <= offset:
        raise ValueError(f"onset, apex and offset do not rise: {onset}, {apex}, {offset}")
    if entry["kind"] not in _KINDS or entry["side"] not in _SIDES:
        raise ValueError(f"kind {entry['kind']!r}, side {entry['side']!r}")
    unknown = [name for name in entry["aus"] if name not in INDEX]
    if unknown:
        raise ValueError(f"unknown action unit {unknown[0]!r}")
    return Event(
        kind=entry["kind"],
        onset=onset,
        apex=apex,
        offset=offset,
        face=int(entry["face"]),
        aus={name: float(peak) for name, peak in entry["aus"].items()},
        side=entry["side"],
        region=str(entry["region"]),
        confidence=float(entry["confidence"]),
    )
