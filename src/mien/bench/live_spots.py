"""The causal spotter beside the offline one, on the same clips."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mien.anatomy.threads import one_thread
from mien.bench.people import each, people
from mien.bench.result import Row, interval
from mien.bench.spot_cases import RATES, Case, matrix, subset
from mien.bench.spot_read import OURS
from mien.bench.spot_rows import Done, f1_rows, of_group
from mien.bench.spot_run import Outcome
from mien.bench.spot_scene import film
from mien.bench.spotting_metrics import counts_of, pairs_of
from mien.core.face import Event
from mien.flows.live.run import live
from mien.flows.live.source import from_file
from mien.flows.read import read

LIVE = "live"
_WORSE, _DELAY = 0.05, 150.0
_GROUPS = ("clean", "confound", "quiet")


@dataclass(frozen=True)
class _Work:
    case: Case
    data: Path


@dataclass(frozen=True)
class Spotted:
    """One clip.

    Attributes:
        case: what it is.
        outcome: what both found.
        said: seconds of the clip at which each event was said live.
    """

    case: Case
    outcome: Outcome
    said: tuple[float, ...]


def spotted(data: Path, share: float, jobs: int) -> Iterator[tuple[int, int, Spotted]]:
    """Each clip with its number and their count.

    Args:
        data: folder with ``london/``, and ``peers`` beside it.
        share: of the clips of ``mien bench spot`` with one event or none.
        jobs: how many processes share them.
    """
    cases = subset([case for case in matrix() if case.group in _GROUPS], share)
    count = len(people(data))
    cases.sort(key=lambda case: case.person % count)
    work = [_Work(case, data) for case in cases]
    for number, one in enumerate(each(_spotted, work, jobs)):
        yield number + 1, len(cases), one


def rows_of(done: Sequence[Spotted]) -> list[Row]:
    """F1 of both, their difference, and how soon events are said."""
    pairs: list[Done] = [(one.case, one.outcome) for one in done]
    clean, confounded = of_group(pairs, "clean"), of_group(pairs, "confound")
    rows = []
    for rate in RATES:
        here = [one for one in clean if one[0].rate == rate]
        for who in (LIVE, OURS):
            rows += f1_rows(f"micro F1, clean, {rate:g} fps: {_NAMES[who]}", here, who=who)
    for who in (LIVE, OURS):
        rows += f1_rows(f"micro F1, confounds, 200 fps: {_NAMES[who]}", confounded, who=who)
    quiet = of_group(pairs, "quiet")
    for who in (LIVE, OURS):
        rows += f1_rows(
            f"micro F1, all of these and clips of nothing: {_NAMES[who]}", pairs, who=who
        )
        alarms = sum(event.kind == "micro" for _, o in quiet for event in o.found[who])
        figure = f"false micro-expressions in clips of nothing: {_NAMES[who]}"
        rows.append(Row(figure, "", f"{alarms}", f"{len(quiet)} clips", "", None))
    return [*rows, _difference(pairs), *_delays(done)]


_NAMES = {LIVE: "live", OURS: "offline"}


def _difference(pairs: Sequence[Done]) -> Row:
    by_person: dict[str, list[float]] = {}
    for case, outcome in pairs:
        sums = by_person.setdefault(outcome.person, [0.0] * 6)
        for at, who in ((0, LIVE), (3, OURS)):
            one = counts_of(outcome.found[who], outcome.true, outcome.time(case.rate))["micro"]
            for i, value in enumerate((one.tp, one.fp, one.fn)):
                sums[at + i] += value
    table = np.array(list(by_person.values()))

    def apart(drawn: Any) -> float:
        live_, offline = np.split(drawn.sum(axis=0), 2)
        return _f1(live_) - _f1(offline)

    measured, (low, high) = apart(table), interval(table, apart)
    return Row(
        "micro F1 of all, live less offline", f"≥ −{_WORSE:g}", f"{measured:+.3f}",
        f"{len(pairs)} clips, {len(by_person)} people", f"{low:+.3f} to {high:+.3f}",
        measured >= -_WORSE,
    )  # fmt: skip


def _f1(counts: Any) -> float:
    tp, fp, fn = counts
    return float(2.0 * tp / max(2.0 * tp + fp + fn, 1.0))


def _delays(done: Sequence[Spotted]) -> list[Row]:
    """By the clock of the clip; what it takes to compute comes on top, see the latency."""
    own, true = [], []
    for one in done:
        found, time = one.outcome.found[LIVE], one.outcome.time(one.case.rate)
        when = dict(zip(map(id, found), one.said, strict=True))
        for event, truth in pairs_of(found, one.outcome.true, time, "micro"):
            own.append(1e3 * (when[id(event)] - event.offset))
            true.append(1e3 * (when[id(event)] - truth.offset))
    if not own:
        return []
    return [
        Row(
            f"micro-expression said after {what}, ms of the clip: 95th percentile", asked,
            f"{np.percentile(values, 95.0):.0f}", f"{len(values)} events",
            f"median {np.median(values):.0f}", held(float(np.percentile(values, 95.0))),
        )
        for what, values, asked, held in (
            ("the offset that it names", own, f"≤ {_DELAY:g}", lambda p95: p95 <= _DELAY),
            ("its true offset", true, "", lambda _: None),
        )
    ]  # fmt: skip


def _spotted(work: _Work) -> Spotted:
    case = work.case
    with tempfile.TemporaryDirectory(prefix="mien-live-") as folder, one_thread():
        clip = Path(folder) / "clip.mp4"
        filmed = film(case, work.data, clip)
        offline = read(clip, learned=False).events
        found = _said_live(clip)
    bare = tuple(_bare(event) for event in offline)
    outcome = Outcome(
        case=case.name,
        person=filmed.person,
        frames=filmed.frames,
        true=filmed.true,
        accepted=tuple(sorted(filmed.accepted)),
        top=(0.0, 0.0),
        found={OURS: bare, LIVE: tuple(event for event, _ in found)},
        took={},
    )
    return Spotted(case, outcome, tuple(when for _, when in found))


def _said_live(clip: Path) -> list[tuple[Event, float]]:
    """Events as they are said, and when."""
    heard: list[dict[str, Any]] = []
    keep: Callable[[dict[str, Any]], None] = heard.append
    live(from_file(clip, fast=True), {"bench": keep}, fast=True)
    fields = ("kind", "onset", "apex", "offset", "aus", "side", "region", "confidence")
    return [
        (Event(face=0, **{name: one[name] for name in fields}), one["time"])
        for one in heard
        if one["type"] == "event"
    ]


def _bare(event: Event) -> Event:
    """An event without its curve."""
    return Event(
        event.kind, event.onset, event.apex, event.offset, event.face, event.aus, event.side,
        event.region, event.confidence,
    )  # fmt: skip
