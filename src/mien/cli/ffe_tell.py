"""What ``mien ffe`` tells people of its work, on stderr."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mien.flows.ffe.annotate import Annotated

_MOST = 50  # lines about what was left out; more are counted
_ALIKE = 10  # pairs that are printed


def say(line: str) -> None:
    """A line for people, on stderr."""
    typer.echo(f"mien: {line}", err=True)


def say_dropped(dropped: Mapping[str, str]) -> None:
    """What was left out, and why."""
    for name, reason in list(dropped.items())[:_MOST]:
        say(f"{name}: left out: {reason}")
    if len(dropped) > _MOST:
        counts = Counter(list(dropped.values())[_MOST:])
        say("and " + "; ".join(f"{n} more: {why}" for why, n in counts.most_common(3)))


def say_scored(found: "Annotated") -> None:
    """Who agrees how far, and what looks alike to them."""
    from mien.flows.ffe.annotate import TOGETHER
    from mien.learn.ffe.agreement import CONFUSABLE

    if found.unsaid:
        say(f"no judge knows {', '.join(found.unsaid)}: their scores are null")
    if found.unseen:
        say(f"pictures on which no judge sees a face: {len(found.unseen)}")
    who = "simulated annotators" if found.simulated else "judges"
    for name in (TOGETHER, *(one for one in found.agreement if one != TOGETHER)):
        one = found.agreement.get(name)
        if one is not None and math.isfinite(one.icc):
            say(f"agreement of {who}, {name}: ICC(2,k) {one.icc:.2f}, alpha {one.alpha:.2f}")
    alike = [(pair, share) for pair, share in found.confused.items() if share >= CONFUSABLE]
    for pair, share in alike[:_ALIKE]:
        say(f"look-alikes: {'-'.join(pair)} {share:.2f}")
