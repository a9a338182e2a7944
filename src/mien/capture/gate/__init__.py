"""The quality gate: watches a clip while it is read, and says what it allows and what to change."""

from mien.capture.gate.spans import poor_spans
from mien.capture.gate.watch import Gate

__all__ = ["Gate", "poor_spans"]
