"""Spotting of expressions in the way of the challenges: one F1 over all clips of a data set."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mien.bench.micro.audited import audited
from mien.bench.micro.estimate import Estimate
from mien.bench.micro.logs import read_matches, write_matches
from mien.bench.micro.published import beside
from mien.bench.micro.report import Report, Table, shown, told, write_figures
from mien.bench.micro.spans import (
    Clips,
    by_clip,
    read_clips,
    read_labels,
    read_predicted,
    with_subjects,
)
from mien.bench.micro.spotting import Match, count, f1, kinds_in, matches
from mien.bench.spotting_metrics import OVERLAP, Counts, rate_interval

_NAMED = 5  # people in a line


def run(
    predicted: Path,
    truth: Path | None = None,
    clips: Path | None = None,
    audit: Path | None = None,
    log: Path | None = None,
    out: Path | None = None,
) -> Report:
    """All figures of a spotter.

    Args:
        predicted: a csv, see :func:`mien.bench.micro.spans.read_predicted`; without ``truth`` a log
            of the challenge, whose results are checked and counted.
        truth: a csv of labels, see :func:`mien.bench.micro.spans.read_labels`.
        clips: a csv of all clips with their seconds, for false alarms per minute.
        audit: what was chosen on whom; see :mod:`mien.learn.audit`.
        log: written as a log of the challenge.
        out: written with the figures as JSON.

    Raises:
        InputError: a file that cannot be used, or an audit that leaks.
    """
    lengths = {} if clips is None else read_clips(clips)
    rows = _from_log(predicted, lengths) if truth is None else _matched(predicted, truth, lengths)
    people = {row.either.subject for row in rows} - {""}
    lines = audited(audit, people | {subject for subject, _ in lengths})
    minutes = sum(lengths.values()) / 60
    counts = {kind: count(rows, kind) for kind in kinds_in(rows)}
    scores = {kind: f1(rows, kind) for kind in counts}
    alarms = {kind: _alarms(one, minutes) for kind, one in counts.items()} if minutes else {}
    tables, read_with = beside("spotting")
    report = Report(
        (_table(counts, scores, alarms), *tables),
        (*lines, *_said(rows, people), *read_with),
        {
            "overlap": OVERLAP,
            "counts": {kind: [one.tp, one.fp, one.fn] for kind, one in counts.items()},
            "precision": {kind: one.precision for kind, one in counts.items()},
            "recall": {kind: one.recall for kind, one in counts.items()},
            "f1": scores,
            "false alarms per minute": alarms or None,
            "audit": lines,
        },
    )
    if log is not None:
        write_matches(rows, log)
    if out is not None:
        write_figures(report, out)
    return report


def _from_log(path: Path, lengths: Clips) -> list[Match]:
    rows = read_matches(path)
    if not lengths:
        return rows
    named = with_subjects([row.either for row in rows], lengths, closed=True)
    return [row.of(one.subject) for row, one in zip(rows, named, strict=True)]


def _matched(predicted: Path, truth: Path, lengths: Clips) -> list[Match]:
    labels = read_labels(truth)
    known, closed = lengths or by_clip(labels), bool(lengths)
    with_subjects(labels, known, closed=closed)
    return matches(read_predicted(predicted, known, closed=closed), labels)


def _alarms(counts: Counts, minutes: float) -> Estimate:
    return Estimate(counts.fp / minutes, *rate_interval(counts.fp, minutes))


def _table(
    counts: Mapping[str, Counts],
    scores: Mapping[str, Estimate],
    alarms: Mapping[str, Estimate],
) -> Table:
    rows = []
    for kind, one in counts.items():
        numbers = (str(one.tp), str(one.fp), str(one.fn), told(one.precision), told(one.recall))
        rate = (shown(alarms[kind]),) if alarms else ()
        rows.append((kind, *numbers, shown(scores[kind]), *rate))
    heads = ("", "TP", "FP", "FN", "precision", "recall", "F1")
    more = ("false alarms/min",) if alarms else ()
    title = "spotting, IoU ≥ 0.5, summed over clips; interval of F1 over people"
    return Table(title, (*heads, *more), tuple(rows))


def _said(rows: Sequence[Match], people: set[str]) -> list[str]:
    labelled = {(row.truth.subject, row.truth.video) for row in rows if row.truth}
    bare = [row for row in rows if (row.either.subject, row.either.video) not in labelled]
    who = f"people: {len(people)}" if people else "no subject is named: no interval"
    said = [who, f"false alarms on clips without a label: {len(bare)}"]
    if others := sorted(people - {subject for subject, _ in labelled}):
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        said.append(f"people without any label: {', '.join(others[:_NAMED])}{more}")
    return said
