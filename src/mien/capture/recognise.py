"""What a movement looks like: categories by prototypes of action units, with probabilities.

Second to the action units, and only where the policy allows it. A name says what the prototypes of
the literature call such a movement, not what anybody feels.

By Bayes' rule an event is either an expression of a category, shown in part (a micro-expression is
one or two units of a longer prototype) with the odd unit beside it, or none of these: any units at
all. Each unit weighs by its share of the strongest, so that a trace
beside a clear movement decides little and the size of the whole nothing.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import product

from mien.capture.describe import shares
from mien.core.face import Event
from mien.core.facs import ACTION_UNITS
from mien.guard.policy import Decision

CAVEAT = (
    "A name says what a movement looks like, not what a person feels: people scowl in about a third"
    " of their episodes of anger, and for other reasons, too (Barrett et al. 2019)."
)

# Assumed, not fitted to people: sets of labelled micro-expressions may not be shipped.
_NONE = 0.5  # share of the movements of a face that are none of these
_VARIANT = 0.5  # weight of a variant beside a prototype
_SHOWN = 0.9  # most of a prototype that is expected to be seen
_ODD = 0.03  # an expression has about one unit in thirty beside its own
_WHOLE = 0.5  # share of the strongest peak from which a unit counts as wholly there
_LEAST = 0.05  # probability below which a name is not worth saying

_UNILATERAL = ("AU12", "AU14")  # units that mean something else on one side only
_EVEN, _LOPSIDED = 2 / 3, 1 / 3  # weaker side over the stronger one
_UNITS = [u.code for u in ACTION_UNITS if u.region != "gaze" and u.code != "AU27"] + [
    f"U{code}" for code in _UNILATERAL
]


def named(event: Event, decision: Decision) -> Event:
    """The event with the names of the categories that it looks like.

    Args:
        event: with its peaks over rest.
        decision: of :func:`mien.guard.policy.may_infer`; the names stay empty where it refuses.

    Returns:
        The event with category and probability, most likely first, from 0.05 on. What lacks to 1
        are less likely ones and none of these. Categories as likely as each other are all named.
    """
    if not decision.allowed:
        return replace(event, names=())
    likely = sorted(probabilities(event.aus).items(), key=lambda item: (-item[1], item[0]))
    return replace(event, names=tuple((name, p) for name, p in likely if p >= _LEAST))


def probabilities(aus: Mapping[str, float]) -> dict[str, float]:
    """Probability of every category; they sum to 1 with that of none of these.

    Args:
        aus: AU column to peak over rest; all zero where nothing rises.
    """
    likely = dict.fromkeys(_categories(), 0.0)
    alone = _one_sided(aus)
    for unilateral, share in ((False, 1.0 - alone), (True, alone)):
        presence = _presence(aus, unilateral)
        if share > 0 and presence:
            for name, p in _posterior(presence).items():
                likely[name] += share * p
    return likely


def _posterior(presence: Mapping[str, float]) -> dict[str, float]:
    count = sum(presence.values())
    told = sum(presence.get(unit, 0.0) for unit in _telling())  # the odd ones tell no category
    weight = (1.0 - _NONE) / len(_categories())
    found = {
        name: weight * sum(share * _likelihood(presence, p, told) for p, share in members.items())
        for name, members in _categories().items()
    }
    none = _NONE * _chance(presence, dict.fromkeys(_UNITS, count / len(_UNITS)))
    total = sum(found.values()) + none
    return {name: value / total for name, value in found.items()}


def _likelihood(presence: Mapping[str, float], prototype: frozenset[str], told: float) -> float:
    """Chance of these units where a prototype shows as many of its own as are told."""
    shown = min(max(told, 1.0) / len(prototype), _SHOWN)
    return _chance(presence, {u: shown if u in prototype else _ODD for u in _UNITS})


def _chance(presence: Mapping[str, float], rate: Mapping[str, float]) -> float:
    """Chance of units, each there with its own rate; a unit half there counts half each way."""
    log = 0.0
    for unit, p in rate.items():
        there = presence.get(unit, 0.0)
        log += there * math.log(p) + (1.0 - there) * math.log(1.0 - p)
    return math.exp(log)


def _presence(aus: Mapping[str, float], unilateral: bool) -> dict[str, float]:
    """How far each unit is there, 0 to 1.

    A wide open jaw is a jaw that drops; lips that part because of it are no unit of their own.

    Args:
        aus: AU column to peak.
        unilateral: whether a lip corner that moves is one corner alone.
    """
    there = {code: min(share / _WHOLE, 1.0) for code, share in shares(aus).items()}
    if jaw := max(there.pop("AU27", 0.0), there.get("AU26", 0.0)):
        there["AU26"] = jaw
        there.pop("AU25", None)
    if unilateral:
        there = {f"U{unit}" if unit in _UNILATERAL else unit: p for unit, p in there.items()}
    return {unit: p for unit, p in there.items() if unit in _UNITS}


def _one_sided(aus: Mapping[str, float]) -> float:
    """0 where the lip corners move alike, 1 where one has less than a third of the other."""
    left, right = (max(0.0, *(aus.get(f"{code}{s}", 0.0) for code in _UNILATERAL)) for s in "LR")
    weak, strong = sorted((left, right))
    if not strong > 0:
        return 0.0
    return min(max((_EVEN - weak / strong) / (_EVEN - _LOPSIDED), 0.0), 1.0)


@cache
def _categories() -> Mapping[str, Mapping[frozenset[str], float]]:
    """Prototypes of every category, each with its share of the whole."""
    stored = json.loads((files("mien.capture") / "prototypes.json").read_text("utf-8"))
    return {entry["name"]: _members(entry) for entry in stored["categories"]}


@cache
def _telling() -> frozenset[str]:
    """Units that are in any prototype."""
    members = (prototype for each in _categories().values() for prototype in each)
    return frozenset().union(*members)


def _members(entry: Mapping[str, list[str]]) -> dict[frozenset[str], float]:
    weights: dict[frozenset[str], float] = {}
    for kind, weight in (("prototypes", 1.0), ("variants", _VARIANT)):
        for text in entry[kind]:
            for units in _sets_of(text):
                weights.setdefault(units, weight)
    total = sum(weights.values())
    return {units: weight / total for units, weight in weights.items()}


def _sets_of(text: str) -> Iterator[frozenset[str]]:
    """The sets of units that a formula stands for: ``"9+16+15|26"`` for two."""
    for units in product(*(part.split("|") for part in text.split("+"))):
        yield frozenset(
            f"U{'AU' + u[1:]}" if u.startswith("U") else f"AU{int(u):02d}" for u in units
        )
