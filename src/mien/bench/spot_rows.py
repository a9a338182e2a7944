"""From outcomes to figures: what must hold of spotting."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from mien.bench.result import Row, interval
from mien.bench.spot_cases import (
    AMPLITUDES,
    CONFOUNDS,
    HAND,
    RATES,
    SOURCES,
    Case,
    Happening,
)
from mien.bench.spot_read import OURS
from mien.bench.spot_run import Outcome
from mien.bench.spotting_metrics import (
    Counts,
    counts_of,
    f1_interval,
    names_strongest,
    pairs_of,
    pooled,
    rate_interval,
    spread_of,
)
from mien.core.face import Event

Done = tuple[Case, Outcome]
Pair = tuple[Event, Event, Outcome]
"""What was found, the truth, and the clip."""

_F1 = {200.0: 0.95, 100.0: 0.95, 60.0: 0.95, 30.0: 0.85}
_CONFOUNDED, _MOMENT, _SIDE, _UNIT, _ALARMS = 0.80, 15.0, 0.95, 0.85, 0.5


def rows_of(done: Sequence[Done]) -> list[Row]:
    """All figures that the outcomes allow; cells without a clip are left out."""
    clean, confounded = of_group(done, "clean"), of_group(done, "confound")
    return [
        *_clean(clean),
        *_confounded(confounded),
        *_moments([one for one in clean if one[0].rate == RATES[0]]),
        *_names(clean + confounded),
        *_macro(of_group(done, "macro")),
        *_quiet(of_group(done, "quiet")),
        *_footage(done),
        *_spent(done),
    ]


def of_group(done: Sequence[Done], group: str) -> list[Done]:
    """Those of the cases of one group."""
    return [one for one in done if one[0].group == group]


def _asked(one: Done) -> Happening:
    assert one[0].happening is not None
    return one[0].happening


def _clean(clean: list[Done]) -> list[Row]:
    rows = []
    for rate in RATES:
        here = [one for one in clean if one[0].rate == rate]
        rows += f1_rows(f"micro F1, clean, {rate:g} fps", here, _F1[rate])
        for pixels in AMPLITUDES:
            some = [one for one in here if _asked(one).pixels == pixels]
            rows += f1_rows(f"micro F1, clean, {rate:g} fps, {pixels:g} px", some)
    for source in SOURCES:
        some = [one for one in clean if _asked(one).source == source]
        rows += f1_rows(f"micro F1, clean, all rates, {source}", some)
    return rows


def _confounded(confounded: list[Done]) -> list[Row]:
    rows = []
    for what in CONFOUNDS:
        here = [one for one in confounded if one[0].confound == what]
        rows += f1_rows(f"micro F1, {what}, 200 fps, 1 to 3 px", here, _CONFOUNDED)
    return rows


def f1_rows(
    figure: str, done: Sequence[Done], floor: float | None = None, who: str = OURS,
    kind: str = "micro",
) -> list[Row]:  # fmt: skip
    """F1 of all who were asked on these clips; no row without a clip."""
    by_person: dict[str, list[Counts]] = {}
    for case, outcome in done:
        if who in outcome.found:
            counts = counts_of(outcome.found[who], outcome.true, outcome.time(case.rate))
            by_person.setdefault(outcome.person, []).append(counts[kind])
    if not by_person:
        return []
    every = pooled(one for counts in by_person.values() for one in counts)
    low, high = f1_interval(by_person)
    detail = f"{every.f1:.3f} (P {every.precision:.2f}, R {every.recall:.2f})"
    n = f"{sum(map(len, by_person.values()))} clips, {len(by_person)} people"
    asked, held = ("", None) if floor is None else (f"≥ {floor:g}", every.f1 >= floor)
    return [Row(figure, asked, detail, n, f"{low:.3f} to {high:.3f}", held)]


def _pairs(done: Iterable[Done], who: str = OURS) -> list[Pair]:
    return [
        (found, true, outcome)
        for case, outcome in done
        for found, true in pairs_of(
            outcome.found[who], outcome.true, outcome.time(case.rate), "micro"
        )
    ]


def _moments(done: list[Done]) -> list[Row]:
    """How far onset, apex and offset are off; an apex inside a plateau is not off."""
    pairs = _pairs(done)
    errors = {
        "onset": [found.onset - true.onset for found, true, _ in pairs],
        "apex": [found.apex - min(max(found.apex, o.top[0]), o.top[1]) for found, _, o in pairs],
        "offset": [found.offset - true.offset for found, true, _ in pairs],
    }
    rows = []
    for moment, values in errors.items():
        spread = spread_of([1000.0 * value for value in values])
        if not spread.n:
            continue
        low, high = interval(np.abs([1000.0 * value for value in values]))
        held = spread.median <= _MOMENT if moment != "offset" else None
        rows.append(Row(
            f"{moment}, clean, 200 fps, ms off: median (90th percentile; bias)",
            "" if held is None else f"≤ {_MOMENT:g}",
            f"{spread.median:.1f} ({spread.p90:.1f}; {spread.bias:+.1f})",
            f"{spread.n} events", f"{low:.1f} to {high:.1f}", held,
        ))  # fmt: skip
    return rows


def _names(done: list[Done]) -> list[Row]:
    """Side and strongest action unit of the events that were found."""
    pairs = _pairs(done)
    return [
        *_share("side right, of events found", pairs, _SIDE, lambda p: p[0].side == p[1].side),
        *_share(
            "strongest AU right, of events found",
            pairs,
            _UNIT,
            lambda pair: names_strongest(pair[0], pair[2].accepted),
        ),
    ]


def _share(
    figure: str, pairs: list[Pair], floor: float, right: Callable[[Pair], bool]
) -> list[Row]:
    """Share of events, its interval by person."""
    if not pairs:
        return []
    by_person: dict[str, list[bool]] = {}
    for pair in pairs:
        by_person.setdefault(pair[2].person, []).append(right(pair))
    table = np.array([(sum(hits), len(hits)) for hits in by_person.values()], dtype=np.float64)

    def share(drawn: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        hits, count = drawn.sum(axis=0)
        return float(hits / count)

    measured, (low, high) = share(table), interval(table, share)
    n = f"{len(pairs)} events, {len(by_person)} people"
    words = f"{low:.1%} to {high:.1%}"
    return [Row(figure, f"≥ {floor:.0%}", f"{measured:.1%}", n, words, measured >= floor)]


def _macro(macro: list[Done]) -> list[Row]:
    return [
        *f1_rows("macro F1, clean, 60 fps, 3 px", macro, kind="macro"),
        *f1_rows("F1 of micro and macro together, same clips", macro, kind="all"),
    ]


def _quiet(quiet: list[Done]) -> list[Row]:
    """False alarms where nothing happens; in speech only micro ones, for speech does move."""
    rows = []
    for what in (*CONFOUNDS, HAND):
        here = [outcome for case, outcome in quiet if case.confound == what]
        if here:
            alarms = sum(_false(outcome, talking=what == "speech") for outcome in here)
            low, high = rate_interval(alarms, len(here) / 100.0)
            figure = f"false alarms, nothing but {what}, all rates, per 100 clips"
            measured = f"{100.0 * alarms / len(here):.3g}"
            n = f"{len(here)} clips"
            rows.append(Row(figure, "0", measured, n, f"{low:.2g} to {high:.2g}", alarms == 0))
    return rows


def _footage(done: Sequence[Done]) -> list[Row]:
    kinds = {
        "still": ("still",),
        "talking": ("talking",),
        "still and talking": ("still", "talking"),
    }
    rows = []
    for what, groups in kinds.items():
        here = [one for one in done if one[0].group in groups]
        minutes = sum(case.seconds for case, _ in here) / 60.0
        if minutes:
            alarms = sum(_false(outcome, talking=True) for _, outcome in here)
            low, high = rate_interval(alarms, minutes)
            both = len(groups) > 1
            asked, held = (f"≤ {_ALARMS:g}", alarms / minutes <= _ALARMS) if both else ("", None)
            rows.append(Row(
                f"false micro-expressions a minute, {what}", asked, f"{alarms / minutes:.2f}",
                f"{alarms} in {minutes:.1f} min", f"{low:.2f} to {high:.2f}", held,
            ))  # fmt: skip
    return rows


def _false(outcome: Outcome, *, talking: bool) -> int:
    return sum(event.kind == "micro" or not talking for event in outcome.found[OURS])


def _spent(done: Sequence[Done]) -> list[Row]:
    """Frames a second, so that one knows what a run costs."""
    frames = sum(outcome.frames for _, outcome in done)
    rows = []
    for what, name in (("film", "filming a clip"), (OURS, "reading it")):
        seconds = sum(outcome.took[what] for _, outcome in done)
        if seconds:
            n = f"{len(done)} clips"
            rows.append(Row(f"{name}, frames a second", "", f"{frames / seconds:.0f}", n, "", None))
    return rows
