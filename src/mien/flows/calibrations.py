"""The calibrations that mien keeps: one file per person in ``$MIEN_HOME/calibration``."""

from pathlib import Path

import numpy as np

from mien.capture.calibration import Calibration
from mien.capture.calibration_file import calibration_text, parse_calibration
from mien.capture.neutral import FROM_PHOTO, Neutral
from mien.core.document import did_you_mean, load
from mien.core.errors import InputError
from mien.core.names import check_name
from mien.core.places import home
from mien.edit.portrait import Source, neutral_model
from mien.media.files import atomic

_SUFFIX = ".json"
_LISTED = 12  # names in a message, at most


def path_of(name: str) -> Path:
    """Where a person's calibration is, or would be.

    Raises:
        InputError: no file can be called so.
    """
    return home() / "calibration" / (check_name(name) + _SUFFIX)


def is_calibrated(name: str) -> bool:
    """Whether there is a calibration of a person.

    Raises:
        InputError: no file can be called so.
    """
    return path_of(name).is_file()


def calibrated(name: str) -> Calibration:
    """The calibration of a person: ``.neutral`` is the zero, ``.noise`` what rest reads like.

    Raises:
        InputError: there is none, or its file is damaged.
    """
    path = path_of(name)
    if not path.is_file():
        raise InputError(f"{name}: is not calibrated{_hint(name)}")
    return load(path, parse_calibration, "a calibration")


def subjects() -> list[str]:
    """Everybody who is calibrated, in order of the alphabet."""
    return sorted(path.stem for path in (home() / "calibration").glob(f"[!.]*{_SUFFIX}"))


def keep(calibration: Calibration) -> Path:
    """Write a calibration, whole or not at all, readable by its owner only."""
    path = path_of(calibration.subject)
    with atomic(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(calibration_text(calibration), "utf-8")
    return path


def forget(name: str) -> Path:
    """Remove a calibration.

    Raises:
        InputError: there is none.
    """
    path = path_of(name)
    if not path.is_file():
        raise InputError(f"{name}: is not calibrated{_hint(name)}")
    path.unlink()
    return path


def neutral_of(source: Source | None) -> Neutral | None:
    """The zero of a person, from a photo at rest or by name; None for None.

    Args:
        source: a photo (file, or RGB uint8 array (H, W, 3)), or the name of somebody calibrated. A
            text that is a known name is that person, any other and every ``Path`` a file.

    Raises:
        InputError: neither a file nor a name that is known.
        MediaError: the photo cannot be read.
        NoFaceError: the photo shows no face.
    """
    if isinstance(source, str) and source in subjects():
        return calibrated(source).neutral
    if isinstance(source, str) and not Path(source).exists():
        raise InputError(f"{source}: is neither a photo nor calibrated{_hint(source)}")
    model = neutral_model(source)
    return None if model is None else Neutral(np.asarray(model.neutral), FROM_PHOTO)


def _hint(name: str) -> str:
    """Who is known, for the end of a message."""
    known = subjects()
    if not known:
        return ": nobody is yet, see mien calibrate --help"
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return did_you_mean(name, known) or f": use one of {', '.join(known[:_LISTED])}{more}"
