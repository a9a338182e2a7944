"""``events.csv``: the events of a clip as the spotting challenges (MEGC) log them.

One row per event. The first six columns are a row of the challenge's log: the clip, the labelled
span, the spotted span, and what became of it (TP, FP or FN). Nothing is labelled here, so the
labelled span and the result are empty; whoever scores the file fills them in. The other columns
are mien's own. Spans are frame numbers with both ends included, counted from 0 in the order of
presentation, as in ``track.csv``.
"""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.core.errors import InputError
from mien.core.face import Event
from mien.core.facs import INDEX
from mien.core.signal import Track

NAME = "events.csv"
COLUMNS = (
    "video", "gt_onset", "gt_offset", "pred_onset", "pred_offset", "result",
    "apex", "kind", "aus", "side", "face", "confidence", "support",
)  # fmt: skip

_KINDS, _SIDES = ("micro", "macro"), ("L", "R", "both")


@dataclass(frozen=True)
class Spotted:
    """One row.

    Attributes:
        video: name of the clip.
        onset: first frame.
        offset: last frame.
        apex: frame.
        kind: ``"micro"`` or ``"macro"``.
        aus: AU columns, the strongest first.
        side: ``"L"``, ``"R"`` or ``"both"``.
        face: index of the face, largest first.
        confidence: 0 to 1.
        support: noise levels by which the expression network agrees; NaN where it says nothing.
    """

    video: str
    onset: int
    offset: int
    apex: int
    kind: str
    aus: tuple[str, ...]
    side: str
    face: int
    confidence: float
    support: float = math.nan


def spotted(events: Iterable[Event], track: Track, video: str) -> list[Spotted]:
    """Events on the frames of their clip; each moment falls on the frame presented nearest to it.

    Args:
        events: of the clip.
        track: of the clip; all its faces tell when a frame was presented.
        video: name of the clip.
    """
    frames, first = np.unique(track.frame, return_index=True)
    times = track.time[first]
    between = (times[1:] + times[:-1]) / 2

    def nearest(time: float) -> int:
        return int(frames[np.searchsorted(between, time)])

    return [
        Spotted(
            video=video,
            onset=nearest(event.onset),
            offset=nearest(event.offset),
            apex=nearest(event.apex),
            kind=event.kind,
            aus=tuple(sorted(event.aus, key=lambda name: -event.aus[name])),
            side=event.side,
            face=event.face,
            confidence=event.confidence,
            support=event.support,
        )
        for event in events
    ]


def write(rows: Iterable[Spotted], path: Path) -> None:
    """Write rows; confidence to a ten-thousandth, support to a hundredth.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for row in rows:
            log = (row.video, "", "", row.onset, row.offset, "")
            own = (row.apex, row.kind, "+".join(row.aus), row.side, row.face)
            support = "" if math.isnan(row.support) else f"{row.support:.2f}"
            table.writerow((*log, *own, f"{row.confidence:.4f}", support))


def read(path: Path) -> list[Spotted]:
    """Read rows that :func:`write` wrote, scored or not.

    Raises:
        InputError: other columns, or a row that cannot be.
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise InputError(f"{path}: is no events.csv of mien: its columns are others")
        try:
            return [_parsed(row) for row in rows]
        except (ValueError, TypeError, AttributeError):
            raise InputError(f"{path}: line {rows.line_num} is damaged") from None


def _parsed(row: dict[str, str]) -> Spotted:
    onset, apex, offset = (int(row[name]) for name in ("pred_onset", "apex", "pred_offset"))
    aus = tuple(name for name in row["aus"].split("+") if name)
    if row["kind"] not in _KINDS or row["side"] not in _SIDES or not onset <= apex <= offset:
        raise ValueError(row)
    if any(name not in INDEX for name in aus):
        raise ValueError(row)
    return Spotted(
        video=row["video"],
        onset=onset,
        offset=offset,
        apex=apex,
        kind=row["kind"],
        aus=aus,
        side=row["side"],
        face=int(row["face"]),
        confidence=float(row["confidence"]),
        support=float(support) if (support := row["support"].strip()) else math.nan,
    )
