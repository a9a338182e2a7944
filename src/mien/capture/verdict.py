"""What the quality gate says: one verdict per check and span."""

from dataclasses import dataclass

from mien.core.signal import Interval

LEVELS = ("good", "usable", "poor")  # best first


@dataclass(frozen=True)
class Verdict:
    """One check of one span of a clip.

    Attributes:
        check: its name, such as ``"blur"``.
        level: one of :data:`LEVELS`; events are not looked for where it is ``"poor"``.
        span: seconds; None for the whole clip.
        value: what was measured, in the unit that the reason names; NaN where there is no number.
        reason: one sentence that says what was found.
        advice: one sentence that says what to change; empty where nothing needs changing.
    """

    check: str
    level: str
    span: Interval | None
    value: float
    reason: str
    advice: str = ""
