"""What every test gets: a clean environment, and the real photos where they are."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Same input, same result, also for the tests; a busy machine is no failure.
settings.register_profile("mien", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("mien")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's own settings reach a test, and no test reaches anybody's own folders."""
    for name in [name for name in os.environ if name.startswith("MIEN_")]:
        if name != "MIEN_TEST_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "mien-home"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real photos and clips; the test is skipped where there is none."""
    folder = Path(os.environ.get("MIEN_TEST_DATA", ROOT / "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip("no real photos here: set MIEN_TEST_DATA to the folder that holds them")
    return folder
