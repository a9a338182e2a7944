"""What the network answers with: action units by side, objective class, emotion."""

from collections.abc import Iterable, Mapping
from functools import cache

from mien.core.facs import COLUMNS, expand, mirrored
from mien.core.objective import class_of_units, objective_classes

CODES = (
    "AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12", "AU14", "AU15",
    "AU17", "AU20", "AU23", "AU24", "AU25", "AU26", "AU43",
)  # fmt: skip
"""The twelve that are compared across sets (CD6ME), and what speaks against or beside them."""
UNITS = tuple(column for code in CODES for column in expand(code))
CLASSES = ("none", "I", "II", "III", "IV", "V", "VI", "VII")
EMOTIONS = (
    "others", "happiness", "surprise", "sadness", "fear", "anger", "disgust", "contempt",
)  # fmt: skip
MIRRORED = tuple(UNITS.index(mirrored(name)) for name in UNITS)
"""Where each unit goes on the mirrored face."""

_ASIDE = {"AU43"}  # a blink is no part of an expression


def code_of(column: str) -> str:
    """The unit of a column: ``"AU12"`` of ``"AU12L"``."""
    assert column in COLUMNS
    return column if column in CODES else column[:-1]


def class_of(columns: Iterable[str]) -> str:
    """The objective class of columns that move, ``"none"`` where nothing does but the lids."""
    codes = frozenset(code_of(column) for column in columns) - _ASIDE
    return class_of_units(codes) if codes else "none"


def emotion_of(columns: Iterable[str]) -> str:
    """The emotion whose prototype a movement is part of (FACS Investigator's Guide, 2002).

    One side of a mouth alone is contempt; what no prototype holds is ``"others"``.
    """
    columns = set(columns)
    codes = frozenset(code_of(column) for column in columns) - _ASIDE
    mouth = {column[-1] for column in columns if code_of(column) in ("AU12", "AU14")}
    if codes and codes <= {"AU12", "AU14"} and len(mouth) == 1:
        return "contempt"
    return next((name for name, fits in _PROTOTYPES.items() if codes in fits), "others")


def _sets(*written: str) -> frozenset[frozenset[str]]:
    return frozenset(
        frozenset(f"AU{int(number):02d}" for number in one.split("+")) for one in written
    )


_PROTOTYPES: Mapping[str, frozenset[frozenset[str]]] = {
    "happiness": _sets("12", "6+12"),
    "surprise": _sets("1+2", "1+2+5", "1+2+5+26", "1+2+26", "5+26"),
    "sadness": _sets("1+4", "1+4+15", "15", "6+15", "1+4+15+17", "15+17"),
    "fear": _sets("1+2+4", "1+2+4+5", "5+20", "20", "1+2+4+5+7+20+26"),
    "anger": _sets("4+5", "4+7", "4+5+7", "4+5+7+23", "4+7+24", "17+24", "23"),
    "disgust": _sets("9", "10", "9+10", "9+17", "10+17", "4+9", "9+15"),
}


@cache
def members() -> tuple[tuple[frozenset[str], ...], ...]:
    """The sets of units of each class that has any, as far as they are in :data:`CODES`."""
    table = objective_classes()
    return tuple(
        tuple(codes for codes, name in table.items() if name == one and codes <= set(CODES))
        for one in sorted(set(table.values()))
    )
