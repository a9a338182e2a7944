"""From cases to outcomes: each clip is made, read by everything, and thrown away.

Outcomes are kept as JSON Lines in a folder, one per clip as soon as it is there, so that a run that
was stopped goes on where it was.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.bench.people import each, people
from mien.bench.spot_cases import Case
from mien.bench.spot_courses import top
from mien.bench.spot_read import changes_for, spotted
from mien.bench.spot_scene import film
from mien.core.face import Event

STORE = "spot.jsonl"


@dataclass(frozen=True)
class Outcome:
    """What was found on one clip.

    Attributes:
        case: name of the case.
        person: name of the person.
        frames: number of frames, at an even rate.
        true: the event in it, if any.
        accepted: AU columns of which each is a right name for its strongest part.
        top: seconds, first and last moment at which the event stands at its peak.
        found: events by who found them.
        took: seconds by what they were spent on.
    """

    case: str
    person: str
    frames: int
    true: tuple[Event, ...]
    accepted: tuple[str, ...]
    top: tuple[float, float]
    found: dict[str, tuple[Event, ...]]
    took: dict[str, float]

    def time(self, rate: float) -> NDArray[np.float64]:
        """Shape (frames,), seconds."""
        return np.arange(self.frames) / rate


@dataclass(frozen=True)
class _Work:
    case: Case
    data: Path


def outcomes(
    cases: Sequence[Case], data: Path, folder: Path, jobs: int
) -> Iterator[tuple[Case, Outcome]]:
    """The outcome of every case, those first that are known already.

    Args:
        cases: what is asked for.
        data: folder with ``london/``, and ``peers`` beside it.
        folder: keeps what is found.
        jobs: how many processes share the clips.
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / STORE
    known = _stored(store)
    yield from ((case, known[case.name]) for case in cases if case.name in known)
    # Of one person together: the portrait is understood once.
    count = len(people(data))
    left = [case for case in cases if case.name not in known]
    left.sort(key=lambda case: case.person % count)
    with store.open("a", encoding="utf-8") as file:
        work = [_Work(case, data) for case in left]
        for case, outcome in zip(left, each(_outcome, work, jobs), strict=True):
            file.write(json.dumps(asdict(outcome)) + "\n")
            file.flush()
            yield case, outcome


def _outcome(work: _Work) -> Outcome:
    case = work.case
    with tempfile.TemporaryDirectory(prefix="mien-spot-") as folder, one_thread():
        clip = Path(folder) / "clip.mp4"
        clock = perf_counter()
        filmed = film(case, work.data, clip)
        took = {"film": perf_counter() - clock}
        eventful = case.happening is not None
        found, spent = spotted(
            clip,
            filmed.rest,
            compared=eventful and case.compared,
            changed=changes_for(case.confound) if case.ablated else (),
        )
    now = case.happening
    return Outcome(
        case=case.name,
        person=filmed.person,
        frames=filmed.frames,
        true=filmed.true,
        accepted=tuple(sorted(filmed.accepted)),
        top=top(now.apex, now.offset, now.family) if now else (0.0, 0.0),
        found={who: tuple(_bare(event) for event in events) for who, events in found.items()},
        took={**took, **spent},
    )


def _bare(event: Event) -> Event:
    """An event without its curve, which would fill the store, and without an opinion on it."""
    return replace(event, evidence=(), learned=None)


def _stored(store: Path) -> dict[str, Outcome]:
    """What an earlier run has found; the line at which it was stopped is left out."""
    if not store.is_file():
        return {}
    text = store.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        store.write_text(whole, "utf-8")
    return {one.case: one for one in map(_outcome_of, whole.splitlines())}


def _outcome_of(line: str) -> Outcome:
    read = json.loads(line)
    return Outcome(
        **{
            **read,
            "true": tuple(Event(**event) for event in read["true"]),
            "accepted": tuple(read["accepted"]),
            "top": tuple(read["top"]),
            "found": {w: tuple(Event(**event) for event in e) for w, e in read["found"].items()},
        }
    )
