"""ELAN annotation file (``.eaf``, format 3.0): events, their action units, and gaps of the reading.

A tier per kind of event (value: its action units with their peaks), one with their words, one per
action unit that takes part in any (value: its peak), and ``status`` wherever the row is not ``ok``.
ELAN knows milliseconds. Annotations of one tier must not overlap; what does goes to a second tier.
"""

import mimetypes
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from mien.core.face import Event
from mien.core.facs import COLUMNS
from mien.core.signal import Track
from mien.export.material import Material

# Onset and offset in milliseconds, and what stands there.
Span = tuple[int, int, str]

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_STEREOTYPES = {
    "Time_Subdivision": "Time subdivision of parent annotation's time interval, no time gaps"
    " allowed within this interval",
    "Symbolic_Subdivision": "Symbolic subdivision of a parent annotation",
    "Symbolic_Association": "1-1 association with a parent annotation",
    "Included_In": "Time alignable annotations within the parent annotation's time interval, gaps"
    " are allowed",
}


def write(material: Material, path: Path) -> None:
    """Write the tiers of every face; with more than one, ``@1`` and so on tells whose they are.

    Raises:
        OSError: the file cannot be written.
    """
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "mien",
            "DATE": "1970-01-01T00:00:00+00:00",  # must be there; the same input, the same file
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    _header(root, material.media)
    order = ET.SubElement(root, "TIME_ORDER")
    faces = sorted(set(material.track.face.tolist()))
    for face in faces:
        mark = f"@{face}" if len(faces) > 1 else ""
        for name, spans in _tiers(material, face):
            for number, lane in enumerate(_lanes(spans)):
                tier = f"{name}{mark}" if not number else f"{name} {number + 1}{mark}"
                _tier(root, order, tier, f"face {face}", lane)
    _sort(order)
    ET.SubElement(
        root,
        "LINGUISTIC_TYPE",
        {"LINGUISTIC_TYPE_ID": "mien", "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false"},
    )
    for name, text in _STEREOTYPES.items():
        ET.SubElement(root, "CONSTRAINT", {"STEREOTYPE": name, "DESCRIPTION": text})
    ET.indent(root, " ")
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _header(root: ET.Element, media: Path | None) -> None:
    header = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if media is not None:
        kind = mimetypes.guess_type(media.name)[0] or "unknown"
        address = media.resolve().as_uri()
        ET.SubElement(header, "MEDIA_DESCRIPTOR", {"MEDIA_URL": address, "MIME_TYPE": kind})


def _tiers(material: Material, face: int) -> Iterator[tuple[str, list[Span]]]:
    """Name and annotations of each tier of a face."""
    events = [event for event in material.events if event.face == face]
    for kind in ("micro", "macro"):
        yield kind, [(*_times(e), _peaks(e)) for e in events if e.kind == kind]
    yield "description", [(*_times(e), e.description) for e in events if e.description]
    for column in COLUMNS:
        found = [e for e in events if column in e.aus]
        if found:
            yield column, [(*_times(e), f"{e.aus[column]:.2f}") for e in found]
    yield "status", list(_gaps(material.track.of_face(face)))


def _times(event: Event) -> tuple[int, int]:
    """Onset and offset in milliseconds, at least one apart."""
    onset, offset = round(1000 * event.onset), round(1000 * event.offset)
    return onset, max(offset, onset + 1)


def _peaks(event: Event) -> str:
    """The action units, the strongest first, and the apex."""
    peaks = sorted(event.aus.items(), key=lambda item: -item[1])
    said = " ".join(f"{name}={peak:.2f}" for name, peak in peaks)
    return f"{said} apex={event.apex:.3f} s"


def _gaps(track: Track) -> Iterator[Span]:
    """Runs of rows that are not ``ok``, each up to the next row."""
    ends = np.append(track.time[1:], track.time[-1:])
    for status, rows in groupby(range(len(track)), key=lambda i: str(track.status[i])):
        if status != "ok":
            run = list(rows)
            start, end = round(1000 * track.time[run[0]]), round(1000 * ends[run[-1]])
            yield start, max(end, start + 1), status


def _lanes(spans: Iterable[Span]) -> list[list[Span]]:
    """The annotations on as few tiers as keep them from overlapping; one where there are none."""
    lanes: list[list[Span]] = [[]]
    for span in sorted(spans):
        free = next((lane for lane in lanes if not lane or lane[-1][1] <= span[0]), None)
        if free is None:
            lanes.append(free := [])
        free.append(span)
    return lanes


def _tier(root: ET.Element, order: ET.Element, name: str, who: str, lane: list[Span]) -> None:
    fields = {"TIER_ID": name, "LINGUISTIC_TYPE_REF": "mien", "PARTICIPANT": who}
    tier = ET.SubElement(root, "TIER", fields)
    for onset, offset, text in lane:
        slots = []
        for moment in (onset, offset):
            slots.append(f"ts{len(order) + 1}")
            values = {"TIME_SLOT_ID": slots[-1], "TIME_VALUE": str(moment)}
            ET.SubElement(order, "TIME_SLOT", values)
        label = {
            "ANNOTATION_ID": f"a{len(order) // 2}",
            "TIME_SLOT_REF1": slots[0],
            "TIME_SLOT_REF2": slots[1],
        }
        note = ET.SubElement(ET.SubElement(tier, "ANNOTATION"), "ALIGNABLE_ANNOTATION", label)
        ET.SubElement(note, "ANNOTATION_VALUE").text = text


def _sort(order: ET.Element) -> None:
    """The slots in order of time, as the format wants them; their names stay."""
    order[:] = sorted(order, key=lambda slot: int(slot.get("TIME_VALUE", "0")))
