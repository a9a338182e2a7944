"""Known slips of published sheets, and what is read instead: ``rules.json`` beside this file.

A rule names its set and a row, or what a row must hold, and the fields that it sets. It is data, so
that everybody can see what is changed; ``--as-distributed`` leaves the sheets as they are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from mien.learn.datasets.checks import problems
from mien.learn.datasets.schema import Clip, Entry, Finding


@dataclass(frozen=True)
class Rule:
    """One correction.

    Attributes:
        dataset: name of the set.
        why: a few words, with the source.
        rows: that the sheet must have for the rule to hold; None for any.
        index: row below the header, from 0; None for all.
        when: values that fields of the clip must have.
        set: new values of fields; ``"apex"`` stands for that of the apex.
        drop: whether the row is left out.
    """

    dataset: str
    why: str
    rows: int | None = None
    index: int | None = None
    when: Mapping[str, object] | None = None
    set: Mapping[str, int | str] | None = None
    drop: bool = False

    def fits(self, entry: Entry) -> bool:
        """Whether the rule is about this row."""
        clip = entry.clip
        return (
            self.dataset == clip.dataset
            and self.rows in {None, entry.count}
            and self.index in {None, entry.index}
            and all(getattr(clip, name) == value for name, value in (self.when or {}).items())
        )


@cache
def rules() -> tuple[Rule, ...]:
    """All of them, in the order in which they apply."""
    stored = json.loads((files("mien.learn.datasets") / "rules.json").read_text("utf-8"))
    return tuple(Rule(**rule) for rule in stored["rules"])


def correct(
    entries: Iterable[Entry], known: Iterable[Rule] | None = None
) -> tuple[list[Entry], list[Finding]]:
    """Apply the rules.

    Args:
        entries: as distributed.
        known: rules to apply; None for all that come with mien.

    Returns:
        The entries that are left, those that were changed with a flag, and a finding per change;
        a rule whose result cannot be is not applied, and that is a finding too.
    """
    table = tuple(rules() if known is None else known)
    kept: list[Entry] = []
    findings: list[Finding] = []
    for entry in entries:
        now: Entry | None = entry
        for rule in table:
            if now is not None and rule.fits(now):
                now, said = _applied(rule, now)
                findings += said
        kept += [now] if now is not None else []
    return kept, findings


def _applied(rule: Rule, entry: Entry) -> tuple[Entry | None, list[Finding]]:
    """The entry by the rule, and what was changed: nothing where it says so already."""
    if rule.drop:
        return None, [Finding("fixed", entry.where, f"left out: {rule.why}")]
    clip = entry.clip
    values = {name: _value(clip, value) for name, value in (rule.set or {}).items()}
    changed = {
        name: value
        for name, value in values.items()
        if value is not None and getattr(clip, name) != value
    }
    if not changed:
        return entry, []
    what = ", ".join(f"{name} {getattr(clip, name)} -> {new}" for name, new in changed.items())
    fresh = replace(clip, **changed, flags=(*clip.flags, f"fixed: {what}"))  # type: ignore[arg-type]
    if any(problems(fresh)):  # another order of rows, or another edition: not the row that is meant
        said = f"{what} is known for this row, but cannot be: compare the sheet with the set's own"
        return entry, [Finding("note", entry.where, said)]
    return replace(entry, clip=fresh), [Finding("fixed", entry.where, f"{what}: {rule.why}")]


def _value(clip: Clip, value: int | str) -> int | None:
    return value if isinstance(value, int) else clip.apex
