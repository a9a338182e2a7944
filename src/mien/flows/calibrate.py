"""Calibrate: a person's resting face, kept for later readings."""

from collections.abc import Callable
from datetime import UTC, datetime

from mien.anatomy.threads import one_thread
from mien.capture.at_rest import calibration_of
from mien.capture.calibration import Calibration, joined
from mien.core.errors import InputError
from mien.flows.calibrations import calibrated, is_calibrated, keep
from mien.flows.resting import Rest


@one_thread()
def calibrate(name: str, rest: Callable[[], Rest], *, again: bool = False) -> Calibration:
    """Calibrate a person and keep the result.

    Args:
        name: of the person; a file is called so.
        rest: gives the resting face: one of :mod:`mien.flows.resting`, or
            :func:`mien.flows.guided.guided`, bound to its arguments. Not called where the name does
            not fit.
        again: adds a session, under another light perhaps, to a person who is calibrated.

    Returns:
        All that is known of the person now.

    Raises:
        InputError: a name for no file, calibrated already, or not yet with ``again``, or another
            person than before.
        NoFaceError: no face.
        MediaError: a file or the camera cannot be read.
    """
    known = calibrated(name) if again else None
    if known is None and is_calibrated(name):
        raise InputError(
            f"{name}: is calibrated already: --again adds this, --remove first takes the old away"
        )
    seen = rest()
    made = datetime.now(UTC).isoformat(timespec="seconds")
    whole = calibration_of(name, seen.moments, seen.source, made, seen.rate)
    if known is not None:
        whole = joined(known, whole)
    keep(whole)
    return whole
