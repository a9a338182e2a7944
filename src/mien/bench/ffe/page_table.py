"""The tables of the page: our figures beside the published ones, and what became of the face."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from mien.bench.ffe.figures import COLUMNS, Column, Content, Figure, JudgeFigures, Structure
from mien.bench.ffe.published import Note, Published
from mien.edit.strengths import Curve

_NONE = "–"


def number(value: float, places: int = 3) -> str:
    """A figure in words: a true minus, and a dash for NaN."""
    return f"{value:.{places}f}".replace("-", "−") if np.isfinite(value) else _NONE


def between(figure: Figure, places: int = 2) -> str:
    """The interval of a figure in words, empty where it has none."""
    if not np.isfinite(figure.low) or not np.isfinite(figure.high):
        return ""
    return f"{number(figure.low, places)} to {number(figure.high, places)}"


def kin_tag(judge: JudgeFigures) -> str:
    """The mark of a judge that is built on the editor's own model."""
    return ' <span class="tag kin">same family</span>' if judge.kin else ""


def figures_table(content: Content, printed: Published) -> str:
    """Our rows, one per judge, above those of the paper, whose variants are folded away."""
    ours = "".join(_ours(content.editor, judge) for judge in content.judges)
    general, control, variants = printed.tables
    merged: dict[str, dict[str, float]] = {}
    for row in (*general.rows, *control.rows):
        merged.setdefault(row.name, {}).update(row.figures)
    others = "".join(_printed(name, figures, printed.notes) for name, figures in merged.items())
    changed = "".join(_printed(row.name, row.figures, printed.notes) for row in variants.rows)
    judged = escape(f"{printed.source}, judge: {printed.judge}")
    notes = "".join(f"<li>{escape(note.text)}</li>" for note in printed.notes)
    meanings = "".join(f"<dt>{c.title}</dt><dd>{escape(c.meaning)}</dd>" for c in COLUMNS)
    return (
        _table(
            _group("measured here")
            + ours
            + _group(f"published, tables {general.number} and {control.number} of {judged}")
            + others
        )
        + f'<ol class="notes">{notes}</ol><p class="small">{escape(printed.sample)}</p>'
        + "<details><summary>What the columns mean</summary>"
        + f'<dl class="meanings">{meanings}</dl></details>'
        + f"<details><summary>Published {escape(variants.title)}</summary>"
        + _table(_group(f"published, table {variants.number} of {judged}") + changed)
        + "</details>"
    )


def structure_table(rows: Sequence[Structure]) -> str:
    """What the edits did to nose, face and sharpness."""
    cells = {
        row.expression: (_change(row.nose), _change(row.face), _ratio(row.sharpness))
        for row in rows
    }
    return _measures(("expression", "nose width", "face width", "sharpness"), cells)


def curves_table(curves: Mapping[str, Curve], at: float) -> str:
    """How far every expression goes at one strength, and at which it goes no further."""
    cells = {
        name: (number(float(np.interp(at, one.strengths, one.measured)), 2), f"{one.limit:g}")
        for name, one in curves.items()
    }
    return _measures(("expression", f"measured at strength {at:g}", "limit"), cells)


def _measures(heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
        for name, cells in rows.items()
    )
    return (
        '<div class="wide"><table class="measures">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _table(rows: str) -> str:
    heads = "".join(
        f'<th scope="col" title="{escape(column.meaning)}">{column.title}'
        f"<small>{_better(column)}</small></th>"
        for column in COLUMNS
    )
    return (
        '<div class="wide"><table class="figures"><thead><tr><td class="corner"></td>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _better(column: Column) -> str:
    return "↓ lower is better" if column.lower else "↑ higher"


def _group(title: str) -> str:
    return f'<tr class="group"><th colspan="{len(COLUMNS) + 1}"><span>{title}</span></th></tr>'


def _ours(editor: str, judge: JudgeFigures) -> str:
    cells = "".join(
        f"<td>{_measured(judge.figures.get(column.key), judge.pooled.get(column.key))}</td>"
        for column in COLUMNS
    )
    name = f"{escape(editor)}<small>judge: {escape(judge.judge)}{kin_tag(judge)}</small>"
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _measured(figure: Figure | None, pooled: Figure | None) -> str:
    if figure is None:
        return _NONE
    small = [between(figure), f"n {figure.n}"]
    if pooled is not None:
        small.append(f"pooled {number(pooled.value)}")
    return f"<b>{number(figure.value)}</b>" + "".join(f"<small>{s}</small>" for s in small if s)


def _printed(name: str, figures: Mapping[str, float], notes: Sequence[Note]) -> str:
    cells = "".join(
        f"<td>{number(figures.get(column.key, np.nan), 4)}{_marks(name, column.key, notes)}</td>"
        for column in COLUMNS
    )
    tag = '<span class="tag">published</span>'
    return f'<tr class="printed"><th scope="row">{escape(name)} {tag}</th>{cells}</tr>'


def _marks(name: str, key: str, notes: Sequence[Note]) -> str:
    found = (
        chr(ord("a") + i)
        for i, note in enumerate(notes)
        if note.figure == key and name in note.names
    )
    return "".join(f" <sup>{mark}</sup>" for mark in found)


def _change(figure: Figure) -> str:
    """A relative change in per cent, with its sign."""
    if not np.isfinite(figure.value):
        return _NONE
    signed = f"{figure.value * 100:+.1f} %".replace("-", "−")
    percent = Figure(figure.value * 100, figure.n, figure.low * 100, figure.high * 100)
    return signed + _aside(between(percent, 1), figure.n)


def _ratio(figure: Figure) -> str:
    return number(figure.value, 2) + _aside(between(figure), figure.n)


def _aside(interval: str, n: int) -> str:
    return f"<small>{interval + ', ' if interval else ''}n {n}</small>"
