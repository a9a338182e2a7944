"""The page of a run of FFE-Bench: one file that needs nothing else."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

import numpy as np

from mien import __version__
from mien.bench.ffe import page_courses, page_matrix
from mien.bench.ffe.figures import Content, Figure, JudgeFigures, Sitter
from mien.bench.ffe.metrics import CONFUSABLE
from mien.bench.ffe.page_table import (
    between,
    curves_table,
    figures_table,
    kin_tag,
    number,
    structure_table,
)
from mien.bench.ffe.published import published


def page(content: Content) -> str:
    """The page as HTML: figures, courses, confusion, contact sheet, structure; all of it inline.

    The same content gives the same text. Sections without content are left out.
    """
    printed = published()
    sections = [
        _headline(content),
        _facts(content),
        f"<h2>Figures</h2>{_CAVEAT.format(judge=escape(printed.judge))}{_about_kin(content)}",
        figures_table(content, printed),
        "<h2>Strength against score</h2>",
        f"<p>A good slider rises in a straight line, and keeps its likeness.</p>{page_courses.KEY}",
        *(page_courses.panels(content, judge) for judge in content.judges),
        _curves(content),
        "<h2>What was asked for, and what was seen</h2>",
        f"<p>Per cent of the pictures of a row, at strength {content.at:g}.</p>{page_matrix.KEY}",
        f'<div class="matrices">{"".join(map(page_matrix.matrix, content.judges))}</div>',
        _sheet(content.sheet, content.at),
        _structure(content),
    ]
    own, report = files("mien.bench.ffe"), files("mien.flows.report")
    return Template((own / "page.html").read_text("utf-8")).substitute(
        editor=escape(content.editor),
        style=(report / "page.css").read_text("utf-8") + (own / "page.css").read_text("utf-8"),
        body="\n".join(sections),
        source=escape(printed.source),
        pairs=" and ".join("–".join(pair) for pair in CONFUSABLE),
        version=__version__,
        script=(own / "page.js").read_text("utf-8"),
    )


def _headline(content: Content) -> str:
    lines = "".join(f"<p>{_said(judge, content.at)}</p>" for judge in content.judges)
    return f'<div class="card verdict">{lines}</div>'


def _said(judge: JudgeFigures, at: float) -> str:
    """What a judge found, in one breath."""
    parts = []
    for key, many in (("acc12", "twelve"), ("acc6", "six")):
        if (figure := judge.figures.get(key)) and np.isfinite(figure.value):
            found = f"sees the expression asked for in {figure.value * 100:.0f} % of the pictures"
            parts.append(f"{found} at strength {at:g}, of {many} expressions{_sure(figure)}")
            break
    for key in ("cls12", "cls6"):
        if (figure := judge.figures.get(key)) and np.isfinite(figure.value):
            parts.append(f"its score follows the strength with r {number(figure.value, 2)}")
            break
    if (figure := judge.figures.get("id")) and np.isfinite(figure.value):
        parts.append(f"the likeness to the source is {number(figure.value, 2)}")
    said = "; ".join(parts) or "has no figure"
    return f"<b>{escape(judge.judge)}</b>{kin_tag(judge)} {said}."


def _sure(figure: Figure) -> str:
    percent = Figure(figure.value, figure.n, figure.low * 100, figure.high * 100)
    words = between(percent, 0)
    return f" (95 % interval {words} %)" if words else ""


def _facts(content: Content) -> str:
    facts = {
        "editor": escape(content.editor),
        "judged by": "<br>".join(escape(judge.judge) for judge in content.judges),
        "portraits": f"{content.portraits}",
        "edited pictures": f"{content.pictures}",
        "strengths": ", ".join(f"{strength:g}" for strength in content.strengths),
        "classes judged at": f"strength {content.at:g}",
    }
    cells = "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in facts.items())
    lines = "<br>".join(map(escape, content.conditions))
    return f'<dl class="facts">{cells}</dl><p class="small">{lines}</p>'


def _about_kin(content: Content) -> str:
    if not any(judge.kin for judge in content.judges):
        return ""
    return (
        '<p class="small"><span class="tag kin">same family</span> This judge is built on the same'
        " model as the editor. It may like what the editor draws: read it beside another"
        " judge, never alone.</p>"
    )


def _curves(content: Content) -> str:
    if not content.curves:
        return ""
    return (
        "<h2>What a strength draws</h2><p>Read by mien's reader, median over people; 1 is as much"
        " as it sees of the mesh's whole recipe. The limit is the strength from which more brings"
        " no more of it, or another person. <code>curves.json</code> beside this page holds the"
        " curves.</p>" + curves_table(content.curves, content.at)
    )


def _sheet(sitters: Sequence[Sitter], at: float) -> str:
    if not sitters:
        return ""
    names = list(dict.fromkeys(name for sitter in sitters for name in sitter.edited))
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("source", *names))
    rows = "".join(
        f"<tr><td>{_picture(sitter.source, f'{sitter.name}, source')}"
        f"<small>{escape(sitter.name)}</small></td>"
        + "".join(
            f"<td>{_picture(sitter.edited.get(name), f'{sitter.name}, {name}')}</td>"
            for name in names
        )
        + "</tr>"
        for sitter in sitters
    )
    return (
        f"<h2>Contact sheet</h2><p>Everything at strength {at:g}. A click makes a picture large."
        f'</p><div class="wide"><table class="sheet"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _picture(jpeg: bytes | None, name: str) -> str:
    if jpeg is None:
        return "–"
    data = b64encode(jpeg).decode("ascii")
    said = escape(name)
    return f'<button type="button"><img src="data:image/jpeg;base64,{data}" alt="{said}"></button>'


def _structure(content: Content) -> str:
    if not content.structure:
        return ""
    # The smile: medians of 16 people of the London set, wings of the nose and width of the cheeks
    # over the distance of the pupils; quartiles 5 to 9 % and -1 to 0 %.
    return (
        f"<h2>Structure</h2><p>What else became of the face at strength {content.at:g}: widths"
        " against those of the source, and sharpness over that of the source (1 is as sharp). A"
        " posed smile by itself widens the nose by 8 % and the face not at all; what changes under"
        " every expression is the editor's doing.</p>" + structure_table(content.structure)
    )


_CAVEAT = (
    "<p>The judge of the published rows, {judge}, is a large vision model, and the portraits and"
    " recognisers there are others, not all public. The figures here are not the same thing."
    " Compare editors under one judge; across judges, at most their order.</p>"
)
