from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def deeds(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of that name, so that other processes find it as well."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    return import_module("deeds")
