"""Words for the events of a reading: each movement described, and named where that is allowed."""

from dataclasses import replace
from typing import TYPE_CHECKING

from mien.capture.describe import described
from mien.capture.recognise import named
from mien.core.errors import InputError
from mien.guard.policy import NOT_ASKED, Decision, Ground, may_infer

if TYPE_CHECKING:
    from mien.flows.read import Reading


def permission(context: str | None, ground: Ground | None = None) -> Decision:
    """Leave to name movements, for :func:`annotated`.

    Args:
        context: where the recording was made, one of :func:`mien.guard.policy.contexts`; None where
            nobody asks for names.
        ground: what justifies it at work and in education.

    Raises:
        InputError: the policy refuses, an unknown context, or a ground for nothing.
    """
    if context is None and ground is not None:
        raise InputError(f"ground {ground.kind}: say where the recording was made, too: context")
    decision = may_infer(context, ground)
    if context is not None and not decision.allowed:
        why = f"{decision.reason}; if there is such a reason, give it: ground, record"
        raise InputError(f"context {context}: no names: {why}")
    return decision


def annotated(reading: "Reading", decision: Decision = NOT_ASKED) -> "Reading":
    """The reading with every event described, and named where the decision allows it.

    Args:
        reading: of a clip.
        decision: of :func:`permission`.
    """
    events = [named(described(event), decision) for event in reading.events]
    return replace(reading, events=events)
