"""What an event is as a movement, in words: which muscles, which side, how fast, how long.

A smile is described by what has been found to differ between posed and felt ones: whether the
cheeks rise with it (AU06 with AU12), how even it is, how fast it comes and how long it lasts. That
is movement; what a person feels does not follow from it, and is not said.
"""

from collections.abc import Mapping
from dataclasses import replace

from mien.core.face import Event
from mien.core.facs import ACTION_UNITS
from mien.core.objective import class_of_units

_NAMES = {unit.code: unit.name for unit in ACTION_UNITS}
_CODES = {column: unit.code for unit in ACTION_UNITS for column in unit.columns}
_SIDED = {unit.code for unit in ACTION_UNITS if unit.sided}
_LEADS, _SHOWS = 0.5, 0.25  # share of the strongest peak: for the class, and to be worth a word
_EVEN, _LOPSIDED = 2 / 3, 1 / 3  # weaker side over the stronger one
_OVER = "more than "


def shares(aus: Mapping[str, float]) -> dict[str, float]:
    """How strong each action unit is beside the strongest one, sides taken together.

    Args:
        aus: AU column to peak.

    Returns:
        Code of the unit to its share, over 0 to 1, strongest first; NaN and what does not rise
        are left out.
    """
    peaks: dict[str, float] = {}
    for column, peak in aus.items():
        if peak > 0:
            code = _CODES[column]
            peaks[code] = max(peaks.get(code, 0.0), peak)
    strongest = max(peaks.values(), default=1.0)
    ordered = sorted(peaks, key=lambda code: (-peaks[code], code))
    return {code: peaks[code] / strongest for code in ordered}


def objective_class(event: Event) -> str:
    """The class of a movement by its action units alone, ``"I"`` to ``"VII"``.

    Micro-expressions are compared by these instead of by emotions, which labels disagree on
    (Davison, Merghani & Yap, 2018). Units with less than half of the strongest peak do not count.
    """
    leading = (code for code, share in shares(event.aus).items() if share >= _LEADS)
    return class_of_units(leading)


def described(event: Event) -> Event:
    """The event with its movement in words."""
    parts = (_units(event), _speed(event), f"objective class {objective_class(event)}")
    return replace(event, description="; ".join(part for part in parts if part))


def _units(event: Event) -> str:
    """The units from the strongest down, sided ones with their side; of a smile always AU06."""
    found = shares(event.aus)
    shown = [code for code, share in found.items() if share >= _SHOWS]
    words = [f"{_NAMES[code]} {code}{_side(event.aus, code)}" for code in shown]
    if "AU12" in shown and "AU06" not in shown:
        words.append(f"{'little' if 'AU06' in found else 'no'} {_NAMES['AU06']} AU06")
    return ", ".join(words)


def _side(aus: Mapping[str, float], code: str) -> str:
    if code not in _SIDED:
        return ""
    left, right = (max(0.0, aus.get(f"{code}{side}", 0.0)) for side in "LR")
    ratio, stronger = min(left, right) / max(left, right), "left" if left > right else "right"
    if ratio >= _EVEN:
        return " (even)"
    return f" (more {stronger})" if ratio >= _LOPSIDED else f" ({stronger})"


def cut(event: Event) -> tuple[bool, bool]:
    """Whether an event had begun before it is seen, and whether it goes on after that.

    So where its curve begins with the onset, or ends with the offset: the clip does, the face is
    lost, or a poor span begins. The event then lasts longer than from onset to offset.
    """
    if not event.evidence:
        return False, False
    (first, _), (last, _) = event.evidence[0], event.evidence[-1]
    return first == event.onset, last == event.offset


def _speed(event: Event) -> str:
    rise, fall = event.apex - event.onset, event.offset - event.apex
    early, late = cut(event)
    early |= late and fall <= 0  # its true apex is still to come
    late |= early and rise <= 0
    up = f"rises in {_OVER * early}{rise:.2f} s" if rise > 0 else "has risen before it is seen"
    down = f"falls in {_OVER * late}{fall:.2f} s" if fall > 0 else "is not seen to fall"
    words = f"{up}, {down}"
    return f"{words}, at most {event.velocity:.2g} IOD/s" if event.velocity > 0 else words
