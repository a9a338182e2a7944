"""Names that people give and that files are called by."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from mien.core.errors import InputError

_NAME = re.compile(r'[^\s.\-/\\:*?"<>|=]([^/\\:*?"<>|=]*[^\s./\\:*?"<>|=])?')
_LONGEST = 80
_BYTES = 200  # of UTF-8; file systems stop at 255, and an ending must fit
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # of Windows


def check_name(name: str) -> str:
    """The same name, if a file of any system can have it.

    Raises:
        InputError: empty or too long; with a slash, colon, quote or one of ``* ? < > | =``; with a
            dot, dash or space at its start, a dot or space at its end; unprintable, or a device's.
    """
    fits = name.isprintable() and len(name) <= _LONGEST and len(name.encode()) <= _BYTES
    if not fits or not _NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        shown = name if name.isprintable() and len(name) <= _LONGEST else ascii(name[:20])
        raise InputError(
            f"{shown}: is no name for a file: use up to {_LONGEST} letters, digits, spaces or"
            " dashes, with a letter or digit first"
        )
    return name


def distinct(names: Iterable[str], same: Callable[[str], str] = str) -> Iterator[str]:
    """The names, all different: one that is taken gets ``-2``, the next ``-3`` and so on.

    Args:
        names: in order.
        same: what makes two names one, such as ``str.casefold``.
    """
    taken: set[str] = set()
    for name in names:
        numbered = (name if n == 1 else f"{name}-{n}" for n in count(1))
        free = next(one for one in numbered if same(one) not in taken)
        taken.add(same(free))
        yield free
