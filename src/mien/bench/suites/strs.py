"""STRS, the spot-then-recognise score: as the official script counts it, and strictly."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mien.bench.micro.audited import audited
from mien.bench.micro.estimate import Estimate
from mien.bench.micro.logs import write_matches
from mien.bench.micro.published import beside
from mien.bench.micro.report import Report, Table, shown, told, write_figures
from mien.bench.micro.spans import Marked, by_clip, read_labels, read_predicted
from mien.bench.micro.spotting import matches
from mien.bench.micro.strs import (
    MODES,
    Overlooked,
    Score,
    classes_of,
    overlooked,
    score,
    strict_counts,
    strict_estimate,
)
from mien.core.errors import InputError


def run(
    predicted: Path,
    truth: Path,
    names: Sequence[str] | None = None,
    audit: Path | None = None,
    log: Path | None = None,
    out: Path | None = None,
) -> Report:
    """STRS and all that it is made of, in both modes.

    Args:
        predicted: a csv of predictions: subject, video, onset, offset, emotion; kind, whose
            macro-expressions are passed over.
        truth: a csv of labels, likewise.
        names: emotions that are evaluated; None: all that are labelled.
        audit: what was chosen on whom; see :mod:`mien.learn.audit`.
        log: written as a spotting log, of the strict mode.
        out: written with the figures as JSON.

    Raises:
        InputError: a file that cannot be used, labels without a micro-expression, an emotion that
            nobody shows, or an audit that leaks.
    """
    all_labels = read_labels(truth, "emotion")
    all_called = read_predicted(predicted, by_clip(all_labels), "emotion")
    labels, called = _micro(all_labels), _micro(all_called)
    if not labels:
        raise InputError(f"{truth}: labels no micro-expression, and STRS is of these")
    passed = len(all_labels) - len(labels), len(all_called) - len(called)
    named = _classes(names, labels, truth)
    lines = audited(audit, {span.subject for span in (*called, *labels)})
    scores = {str(mode): _figures(score(called, labels, mode, named)) for mode in MODES}
    strs = strict_estimate(strict_counts(called, labels, named))
    tables, read_with = beside("strs")
    report = Report(
        (_table(scores, strs), *tables),
        (*lines, *_passed(*passed), _not_counted(overlooked(called, labels)), *read_with),
        {"classes": list(named), **scores, "strict STRS": strs, "audit": lines},
    )
    if log is not None:
        write_matches(matches(called, labels), log)
    if out is not None:
        write_figures(report, out)
    return report


def _micro(spans: Sequence[Marked]) -> list[Marked]:
    return [span for span in spans if span.kind == "micro"]


def _passed(labels: int, predictions: int) -> list[str]:
    if not labels and not predictions:
        return []
    return [f"macro-expressions are passed over: {labels} labels, {predictions} predictions"]


def _classes(names: Sequence[str] | None, labels: Sequence[Marked], truth: Path) -> tuple[str, ...]:
    labelled = classes_of(labels)
    for name in names or ():
        if name not in labelled:
            raise InputError(f"{truth}: nobody is labelled {name}: there are {', '.join(labelled)}")
    return labelled if names is None else tuple(names)


def _figures(one: Score) -> dict[str, float]:
    heads = ("precision", "recall", "F1")
    return {
        "TP": one.spotted.tp,
        "FP": one.spotted.fp,
        "FN": one.spotted.fn,
        **{f"spotting {head}": value for head, value in zip(heads, one.spotting, strict=True)},
        **{f"analysis {head}": value for head, value in zip(heads, one.analysis, strict=True)},
        "analysis UF1": one.uf1,
        "analysis UAR": one.uar,
        "STRS": one.strs,
    }


def _table(scores: Mapping[str, Mapping[str, float]], strs: Estimate) -> Table:
    official, strict = scores.values()
    rows = []
    for name, value in official.items():
        both = [str(one) if isinstance(one, int) else told(one) for one in (value, strict[name])]
        rows.append((name, *both))
    rows[-1] = (*rows[-1][:-1], shown(strs))
    title = "spot, then recognise; interval over people"
    return Table(title, ("figure", *scores), tuple(rows))


def _not_counted(found: Overlooked) -> str:
    return (
        f"the official way leaves out labels of people without a prediction ({found.labels}) and "
        f"predictions on clips without a label ({found.predictions}); counts a prediction once for "
        f"each label ({found.twice} more hits); and what it calls UAR is mean precision"
    )
