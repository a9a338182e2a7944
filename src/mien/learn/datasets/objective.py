"""The objective class of a coded movement, by the table that readings are described with."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product

from mien.core.au_string import CodedUnit
from mien.core.objective import class_of_units


def objective_class(aus: Iterable[CodedUnit] | None) -> str:
    """The class of a coded movement, ``"I"`` to ``"VII"``.

    Sides, intensities and doubts do not count, nor do references.

    Args:
        aus: codes of one expression; None where nothing is coded.

    Returns:
        Empty where nothing is coded, and where a choice (``R6 or R12``) leaves it open.
    """
    fixed: set[int] = set()
    choices: dict[int, list[int]] = defaultdict(list)
    for unit in aus or ():
        if unit.reference or not unit.number:
            continue
        if unit.alternative:
            choices[unit.alternative].append(unit.number)
        else:
            fixed.add(unit.number)
    if not fixed and not choices:
        return ""
    found = {
        class_of_units(f"AU{number:02d}" for number in fixed.union(chosen))
        for chosen in product(*choices.values())
    }
    return found.pop() if len(found) == 1 else ""
