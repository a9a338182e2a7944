"""From outcomes to figures: mien beside the baselines, and beside itself with something changed."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mien.bench.result import Row
from mien.bench.spot_cases import RATES
from mien.bench.spot_read import CHANGES, LANDMARKS, LEARNED, MDMD, OURS
from mien.bench.spot_rows import Done, f1_rows, of_group
from mien.bench.spot_run import Outcome
from mien.bench.spotting_metrics import counts_of, pooled

_FLOORS = (0.0, 0.3, 0.4, 0.5)  # of confidence


def rows_beside(done: Sequence[Done]) -> list[Row]:
    """Comparisons: with a floor of confidence, the learned opinion, other spotters, changed parts.

    The last two on the clips on which these were run, too.
    """
    clean, confounded = of_group(done, "clean"), of_group(done, "confound")
    return [
        *_surer(done),
        *_joined(done),
        *_compared(clean, confounded),
        *_changed(clean + confounded + of_group(done, "quiet")),
    ]


def _surer(done: Sequence[Done]) -> list[Row]:
    """What a reader gains and loses who lists only the surer events."""
    rows = []
    for least in _FLOORS:
        sure = [(case, _only_sure(outcome, least)) for case, outcome in done]
        clean, quiet = of_group(sure, "clean"), of_group(sure, "quiet")
        what = f"confidence from {least:g}"
        for rate in RATES:
            here = [one for one in clean if one[0].rate == rate]
            rows += f1_rows(f"micro F1, clean, {rate:g} fps, {what}", here)
        rows += f1_rows(f"micro F1, confounds, 200 fps, {what}", of_group(sure, "confound"))
        alarms = [sum(_alarms(outcome, OURS) for _, outcome in quiet) / max(len(quiet), 1)]
        figure = f"false micro-expressions per 100 clips of nothing, {what}"
        rows.append(Row(figure, "", f"{100 * alarms[0]:.1f}", f"{len(quiet)} clips", "", None))
    return rows


def _only_sure(outcome: Outcome, least: float) -> Outcome:
    sure = tuple(event for event in outcome.found[OURS] if event.confidence >= least)
    return replace(outcome, found={OURS: sure})


def _joined(done: Sequence[Done]) -> list[Row]:
    """What the learned opinion leaves out, true and false; clips of nothing are part of F1."""
    asked = [one for one in done if LEARNED in one[1].found]
    some = [one for group in ("clean", "confound", "quiet") for one in of_group(asked, group)]
    rows = []
    for what in sorted({case.confound for case, _ in some}):
        here = [one for one in some if one[0].confound == what]
        for who in (OURS, LEARNED):
            figure = f"micro F1, {what or 'clean'}, clips of nothing counted: {who}"
            rows += f1_rows(figure, here, who=who)
    quiet = of_group(asked, "quiet")
    alarms = [sum(_alarms(outcome, who) for _, outcome in quiet) for who in (OURS, LEARNED)]
    figure = f"false micro-expressions in clips of nothing: {OURS}, {LEARNED}"
    told = f"{alarms[0]}, {alarms[1]}"
    return [*rows, Row(figure, "", told, f"{len(quiet)} clips", "", None)] if quiet else rows


def _compared(clean: list[Done], confounded: list[Done]) -> list[Row]:
    """The baselines and mien on the same clips: those on which the baselines were run."""
    clean, confounded = (
        [one for one in some if LANDMARKS in one[1].found] for some in (clean, confounded)
    )
    best = max(MDMD, key=lambda who: _pooled_f1(clean + confounded, who))
    groups = [(f"clean, {rate:g} fps", [d for d in clean if d[0].rate == rate]) for rate in RATES]
    groups += [("confounds, 200 fps", confounded)]
    rows = []
    for who in dict.fromkeys((OURS, LANDMARKS, MDMD[0], best)):
        note = ", its best p on these clips" if who == best != MDMD[0] else ""
        for what, some in groups:
            rows += f1_rows(f"micro F1, {what}: {who}{note}", some, who=who)
    return rows


def _pooled_f1(done: Iterable[Done], who: str) -> float:
    counts = pooled(
        counts_of(o.found[who], o.true, o.time(case.rate))["micro"]
        for case, o in done
        if who in o.found
    )
    return 0.0 if math.isnan(counts.f1) else counts.f1


def _changed(done: list[Done]) -> list[Row]:
    """What each part is good for: the same clips read as they are and with something changed."""
    rows = []
    for who in CHANGES:
        some = [one for one in done if who in one[1].found]
        for what in sorted({case.confound for case, _ in some}):
            here = [one for one in some if one[0].confound == what]
            where = what or "clean"
            full = [one for one in here if one[1].true]
            rows += f1_rows(f"micro F1, {where}: {who}", full, who=who)
            rows += f1_rows(f"micro F1, {where}: as it is, beside {who}", full)
            quiet = [outcome for case, outcome in here if case.group == "quiet"]
            if quiet:
                alarms = [sum(_alarms(o, who) for o in quiet) for who in (who, OURS)]
                n = f"{len(quiet)} clips"
                figure = f"false micro-expressions, {where}: {who}, and as it is"
                rows.append(Row(figure, "", f"{alarms[0]}, {alarms[1]}", n, "", None))
    return rows


def _alarms(outcome: Outcome, who: str) -> int:
    return sum(event.kind == "micro" for event in outcome.found[who])
