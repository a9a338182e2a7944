"""Where mien keeps what belongs to its user: consent, calibrations and models."""

import os
import sys
from pathlib import Path


def home() -> Path:
    """``$MIEN_HOME``, else a folder where the platform keeps user data; may not exist."""
    if chosen := os.environ.get("MIEN_HOME"):
        return Path(chosen).absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "mien"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "mien"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mien"


def models_folder() -> Path:
    """The folder of the models: ``$MIEN_MODELS``, else ``models`` at home; may not exist."""
    if chosen := os.environ.get("MIEN_MODELS"):
        return Path(chosen).absolute()
    return home() / "models"
