"""``events.json``: the expressions and micro-expressions of a clip."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mien.core.errors import InputError
from mien.core.face import Event, Opinion
from mien.core.facs import INDEX

NAME = "events.json"

_TIMES = ("onset", "apex", "offset")
_KINDS, _SIDES = ("micro", "macro"), ("L", "R", "both")


def write(events: Iterable[Event], path: Path) -> None:
    """Write events; times to the microsecond, intensities to a ten-thousandth.

    Raises:
        OSError: the file cannot be written.
    """
    text = ",\n".join(_text(event) for event in events)
    path.write_text(f"[\n{text}\n]\n" if text else "[]\n", encoding="utf-8")


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


def _text(event: Event) -> str:
    """One event; its evidence, which may be long, on one line."""
    lines = json.dumps(_entry(event), indent=1).removesuffix("\n}")
    evidence = json.dumps([[round(t, 4), round(h, 2)] for t, h in event.evidence])
    return f'{lines},\n "evidence": {evidence}\n}}'


def _entry(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind,
        **{name: round(getattr(event, name), 6) for name in _TIMES},
        "face": event.face,
        "aus": {column: round(peak, 4) for column, peak in event.aus.items()},
        "side": event.side,
        "region": event.region,
        "confidence": round(event.confidence, 4),
        "velocity": _or_null(event.velocity, 4),
        "names": {name: round(probability, 4) for name, probability in event.names},
        "description": event.description,
        "support": _or_null(event.support, 2),
        "learned": _learned(event.learned),
    }


def _learned(opinion: Opinion | None) -> dict[str, Any] | None:
    if opinion is None:
        return None
    likely = {
        name: {what: round(value, 4) for what, value in getattr(opinion, name).items()}
        for name in ("aus", "classes")
    }
    return {**likely, "abstains": opinion.abstains}


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
        **_extras(entry),
    )


def _extras(entry: dict[str, Any]) -> dict[str, Any]:
    """What may be missing: speed, evidence, names, words, support and the learned opinion."""
    return {
        "velocity": _or_nan(entry.get("velocity")),
        "evidence": tuple((float(t), float(h)) for t, h in entry.get("evidence", ())),
        "names": tuple((str(name), float(p)) for name, p in entry.get("names", {}).items()),
        "description": str(entry.get("description", "")),
        "support": _or_nan(entry.get("support")),
        "learned": _opinion(entry.get("learned")),
    }


def _opinion(entry: dict[str, Any] | None) -> Opinion | None:
    if entry is None:
        return None
    aus, classes = (
        {str(name): float(value) for name, value in entry[part].items()}
        for part in ("aus", "classes")
    )
    return Opinion(aus, classes, bool(entry["abstains"]))


def _or_null(value: float, digits: int) -> float | None:
    return None if math.isnan(value) else round(value, digits)


def _or_nan(value: Any) -> float:
    return math.nan if value is None else float(value)
