"""How a run was made, and what a reader must know of it, in plain lines."""

import filecmp
from collections.abc import Sequence

from mien.bench.ffe.run import Verdicts
from mien.bench.ffe.witnesses import Witness
from mien.judge.identity import MOBILEFACENET, PUBLISHED
from mien.judge.judge import Judge


def conditions(
    found: Sequence[Verdicts], judges: Sequence[Judge], likeness: Witness, data: str, at: float
) -> tuple[str, ...]:
    """The lines below the facts of the page.

    Args:
        found: what was said, by portrait.
        judges: of expression.
        likeness: the witness of identity.
        data: where the portraits are from.
        at: strength at which a class is named.
    """
    return (
        f"Portraits: {data}. All judges see the square round the face, before and after.",
        f"Classes, likeness and HES are taken at strength {at:g}; CLS over all strengths.",
        _likeness(likeness),
        *filter(None, (_unanswered(found, judge) for judge in judges)),
        *filter(None, (_untouched(found),)),
    )


def _likeness(likeness: Witness) -> str:
    """By which recognisers it is measured."""
    names = [one.name for one in (*PUBLISHED, MOBILEFACENET) if one.key in likeness.keys]
    theirs = ", ".join(one.name for one in PUBLISHED)
    if len(names) == len(PUBLISHED):
        return f"Likeness is the mean cosine of {theirs}, as in the paper."
    which = f"the mean cosine of {' and '.join(names)}" if names[1:] else f"{names[0]}'s cosine"
    return f"Likeness is {which}; the paper's a mean of {theirs}."


def _unanswered(found: Sequence[Verdicts], judge: Judge) -> str:
    """On how many pictures a judge said nothing; empty where on none."""
    said = [by.get(judge.fingerprint) for one in found for by in one.said.values()]
    silent = sum(not words for words in said)
    if not silent:
        return ""
    return (
        f"{judge.name} saw no face or gave no answer on {silent} of {len(said)} pictures; they"
        " count as wrong."
    )


def _untouched(found: Sequence[Verdicts]) -> str:
    """How many edits are none; empty where all are."""
    same = [
        filecmp.cmp(one.source, picture, shallow=False)
        for one in found
        for (_, strength), picture in one.pictures.items()
        if strength > 0 and picture.is_file()
    ]
    if not any(same):
        return ""
    return f"{sum(same)} of {len(same)} edits at a strength above 0 are the source itself."
