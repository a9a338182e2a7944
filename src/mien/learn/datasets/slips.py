"""Slips of the pen in a label: what is like nothing that any set writes. They are notes, no errors.

Codes are those of Ekman, Friesen & Hager, *FACS* (2002), with 41, 42 and 44 of the edition of 1978.
"""

from collections.abc import Iterator

from mien.core.document import did_you_mean
from mien.learn.datasets.schema import Clip

EMOTIONS = (
    "anger", "confused", "contempt", "disgust", "fear", "happiness", "helpless", "negative",
    "others", "pain", "positive", "repression", "sadness", "surprise", "sympathy", "tense",
)  # fmt: skip
"""Words for emotions, as in ``Clip.emotion``."""

_CODES = frozenset(
    (*range(3), *range(4, 47), *range(50, 67), *range(68, 75), *range(80, 86), 91, 92, 97, 98)
)


def slips(clip: Clip) -> Iterator[str]:
    """What is likely one, a few words each: an emotion nobody knows, a code that is none."""
    for word in clip.emotion.split("+"):
        if word and word not in EMOTIONS:
            yield f"unknown emotion {word!r}{did_you_mean(word, EMOTIONS)}"
    for unit in clip.aus or ():
        if unit.number not in _CODES:
            yield f"AU cell: {unit.name}: no such unit"
