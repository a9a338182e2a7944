"""What was asked for against what was seen, as a table of shares."""

from html import escape

import numpy as np

from mien.bench.ffe.figures import JudgeFigures
from mien.bench.ffe.metrics import CONFUSABLE
from mien.bench.ffe.page_table import kin_tag

KEY = (
    '<p class="small key"><span><i class="box" style="background: none"></i>right</span>'
    '<span><i class="box dashes"></i>a look-alike, counted in mSCR</span></p>'
)


def matrix(judge: JudgeFigures) -> str:
    """Rows are what was asked for, columns what the judge sees; per cent of the row's pictures.

    Classes that nobody was asked for have no row.
    """
    seen = (*judge.classes, "none")
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in seen)
    rows = "".join(
        f'<tr><th scope="row">{escape(asked)}</th>'
        + "".join(_cell(asked, name, share) for name, share in zip(seen, shares, strict=True))
        + "</tr>"
        for asked, shares in zip(judge.classes, judge.confusion, strict=True)
        if not np.isnan(shares).any()
    )
    return (
        f'<div><h3>{escape(judge.judge)}{kin_tag(judge)}</h3><div class="wide">'
        f'<table class="matrix"><thead><tr><td class="corner">seen →<br>asked ↓</td>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div></div>"
    )


def _cell(asked: str, seen: str, share: float) -> str:
    kinds = {
        "right": asked == seen,
        "pair": (asked, seen) in CONFUSABLE or (seen, asked) in CONFUSABLE,
        "zero": share == 0,
    }
    names = " ".join(kind for kind, holds in kinds.items() if holds)
    label = f' class="{names}"' if names else ""
    return f'<td{label} style="--share:{share:.3f}">{share * 100:.0f}</td>'
