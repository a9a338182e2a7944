"""Optional libraries: import one, or name the extra that brings it."""

import importlib
from types import ModuleType

from mien.core.errors import MissingExtraError


def require(module: str, extra: str) -> ModuleType:
    """Import an optional library.

    Args:
        module: dotted name of the module.
        extra: the extra of mien that installs it, e.g. ``"bench"``.

    Raises:
        MissingExtraError: the module is not installed; the message holds the install command.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the library is there, something it needs is not
        raise MissingExtraError(
            f"this needs {error.name}, which is not installed: pip install 'mien[{extra}]'"
        ) from error
