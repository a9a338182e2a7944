"""From the motion of a face to events: expressions and micro-expressions.

What counts is a movement over the background of this face in this clip, not an intensity: a real
micro-expression is often far below a FACS trace. Known patterns of movement are looked for twice
(``search``): against the running median, where what lasts long is gone, and against the level at
which the face rests. The clearest one wins its span of time; what moves with it belongs to it.
Blinks, what the skin round the eye does during one, and talking are no expressions.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import Prepared
from mien.capture import filters
from mien.capture.course import Course
from mien.capture.event import event_of
from mien.capture.limits import Limits
from mien.capture.search import Found, busy_spans, shares, standing_out, taken
from mien.capture.signals import signals_of
from mien.core.face import Event

Array = NDArray[np.float64]


def spot(
    course: Course,
    aus: Array,
    prepared: Prepared,
    face: int = 0,
    limits: Limits | None = None,
) -> list[Event]:
    """Events of one face, in order of time.

    Below 25 frames a second a brief movement cannot be told from a longer one: such events
    (half a second or less) are left out, called neither micro nor macro.

    Args:
        course: of the face; rows that shall not count are not in it.
        aus: shape (len(course), len(COLUMNS)), what the track says of the same rows.
        prepared: the face.
        face: its index.
        limits: what counts.
    """
    limits = limits or Limits()
    events: list[Event] = []
    for stretch in filters.stretches(course.time, course.stretch):
        for block, span in filters.blocks(course.time[stretch]):
            rows = stretch[block]
            found = _of_block(course.select(rows), aus[rows], prepared, limits)
            events += [replace(e, face=face) for e in found if span.start <= e.apex < span.end]
    return _merged(sorted(events, key=lambda event: event.onset), limits)


def _of_block(course: Course, aus: Array, prepared: Prepared, limits: Limits) -> list[Event]:
    """Events of rows without long gaps."""
    if len(course) < 3:
        return []
    signals = signals_of(course, aus, limits)
    busy = busy_spans(signals, limits)
    events: list[Event] = []
    kept: list[Found] = []
    for one in standing_out(signals, limits):
        covered = taken(one, busy)
        if one.regions & covered or any(shares(one, other) for other in kept):
            continue
        event = event_of(signals, one, course, prepared, covered, limits)
        if event is not None:
            kept.append(one)
            events += [] if one.doubtful and event.kind == "micro" else [event]
    return events


def _merged(events: list[Event], limits: Limits) -> list[Event]:
    """Micro-expressions that follow one another without a pause made one.

    Codecs move a face in fits and starts, and put it right later. Where both together last too long
    for one, the surer of them stands.
    """
    kept: list[Event] = []
    for event in events:
        last = kept[-1] if kept else None
        if last is not None and last.kind == event.kind == "micro" and event.onset <= last.offset:
            main = max(last, event, key=lambda one: one.confidence)
            end = max(event.offset, last.offset)
            if end - last.onset <= limits.micro:
                fast = main.apex - last.onset <= limits.micro_onset + limits.error
                kind = "micro" if fast else "macro"
                main = replace(main, onset=last.onset, offset=end, kind=kind)
            kept[-1] = main
        else:
            kept.append(event)
    return kept
