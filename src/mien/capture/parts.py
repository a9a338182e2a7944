"""The parts of the reader that can be left out, to see what each is worth."""

from enum import StrEnum


class Part(StrEnum):
    """What a clip can be read without; for measuring, not for use."""

    LIGHT = "light"  # taken off before motion is measured
    HANDS = "hands"  # looked for, and what they cover left out
    GATE = "gate"  # keeps poor spans from being searched
    CODEC = "codec"  # jumps where it begins anew taken off
    SMOOTHING = "smoothing"  # over a tenth of a second
    HEAD = "head"  # what follows its turns taken off
    BACKGROUND = "background"  # of the clip, by which patterns are whitened
    BLINKS = "blinks"  # told from expressions
    TALK = "talk"  # told from expressions


Without = frozenset[Part]
NOTHING: Without = frozenset()
