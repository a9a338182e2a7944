"""Whether a movement may be given an emotion's name.

Action units, pose and timing are measured, and always may be. A word such as "happy" is an
inference about a person: nobody gets one who did not ask, and who asks says for what setting.
``policy.csv`` beside this file decides, setting by setting; it is no legal advice.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from mien.core.document import did_you_mean
from mien.core.errors import InputError


@dataclass(frozen=True)
class Ground:
    """What justifies an exception.

    Attributes:
        kind: ``"medical"`` or ``"safety"``.
        record: where that is written down: a protocol, an approval, a prescription.

    Raises:
        InputError: another kind, or no record.
    """

    kind: str
    record: str

    def __post_init__(self) -> None:
        if self.kind not in ("medical", "safety"):
            raise InputError(f"ground {self.kind!r}: is medical or safety")
        if not self.record.strip():
            raise InputError(f"ground {self.kind}: say where it is recorded")


@dataclass(frozen=True)
class Decision:
    """What the policy says.

    Attributes:
        allowed: whether names may be given.
        reason: why, in a few words.
    """

    allowed: bool
    reason: str


NOT_ASKED = Decision(False, "nobody asked for names")


def may_infer(context: str | None, ground: Ground | None = None) -> Decision:
    """Whether names of emotions may be inferred.

    Args:
        context: where the recording was made, one of :func:`contexts`; None where nobody asked.
        ground: what justifies it at work and in education.

    Raises:
        InputError: an unknown context.
    """
    if context is None:
        return NOT_ASKED
    if context not in contexts():
        hint = did_you_mean(context, contexts()) or f": use one of {', '.join(contexts())}"
        raise InputError(f"unknown context {context!r}{hint}")
    return _table()[context, ground.kind if ground else "none"]


def contexts() -> tuple[str, ...]:
    """The settings that the policy knows, in the order of its table."""
    return tuple(dict.fromkeys(context for context, _ in _table()))


@cache
def _table() -> Mapping[tuple[str, str], Decision]:
    text = (files("mien.guard") / "policy.csv").read_text("utf-8")
    table = {
        (row["context"], row["ground"]): Decision(row["allowed"] == "yes", row["reason"])
        for row in csv.DictReader(text.splitlines())
    }
    return MappingProxyType(table)
