"""mien reads and writes facial expression.

>>> import mien
>>> result = mien.edit("portrait.jpg", {"happy": 0.6, "AU12L": 2.5})
>>> reading = mien.read("clip.mp4")
>>> aus = mien.measure("portrait.jpg")

Names are looked up on first use, so that ``import mien`` alone loads nothing heavy.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.flows.edit import EditResult, edit
    from mien.flows.read import Reading, measure, read

__version__ = "0.1.0"

__all__ = ["EditResult", "Reading", "__version__", "edit", "measure", "read"]

_HOME = {
    "EditResult": "mien.flows.edit",
    "edit": "mien.flows.edit",
    "Reading": "mien.flows.read",
    "measure": "mien.flows.read",
    "read": "mien.flows.read",
}


if not TYPE_CHECKING:  # a type checker that saw this would take every misspelt name for good

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module 'mien' has no attribute {name!r}")
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps ``mien.edit`` the verb, although the folder ``mien/edit`` holds its parts.

    Importing a folder makes Python hang it on its parent under its own name, over whatever stood
    there. Reach the parts with ``from mien.edit.mesh import ...``.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
