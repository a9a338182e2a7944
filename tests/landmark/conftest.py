"""OpenFace as far as tests can have it: a program that behaves as FeatureExtraction does."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[..., Path]:
    """A FeatureExtraction in a folder of its own; ``mode`` is the way in which it fails."""
    script = Path(__file__).with_name("openface_stand_in.py").read_text()

    def made(mode: str = "fine") -> Path:
        program = tmp_path / "OpenFace" / "bin" / "FeatureExtraction"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!{sys.executable}\n" + script.replace('"fine"', f'"{mode}"', 1))
        program.chmod(0o755)
        return program

    return made
