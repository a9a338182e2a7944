"""A guided recording: mien says what to do, and looks on."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from mien.anatomy.inverse import invert, prepare
from mien.anatomy.model import face_model
from mien.capture.at_rest import Moment, calibration_of
from mien.core.errors import MediaError, NoFaceError
from mien.core.facs import COLUMNS, expand
from mien.core.seams import Say
from mien.flows.resting import Faces, Picture, Rest, main_face, rate_of, watched

_WAIT, _COUNT, _REST, _SHOW = 20.0, 3, 3.0, 3.0  # seconds
_SEEN = 1.0  # intensity: FACS A, a trace

# What to do, and the action unit that it moves.
_EXPRESSIONS = (("smile", "AU12"), ("raise your brows", "AU02"))


def guided(pictures: Iterable[Picture], say: Say, *, expressions: bool = False) -> Rest:
    """A person who does what mien says: rests, and then moves if that is to be tried.

    The clock is that of the pictures: a clip may stand in for a camera.

    Args:
        pictures: as they come, without an end.
        say: is given every line, at the moment it holds.
        expressions: whether a smile and raised brows are tried afterwards.

    Raises:
        NoFaceError: nobody comes into view, or nobody stays.
        MediaError: the pictures end too soon.
    """
    seen = watched(pictures)
    times: list[float] = []
    _await(seen, say)
    for count in range(_COUNT, 0, -1):
        say(f"{count} ...")
        _during(seen, 1.0)
    say(f"Hold still for {_REST:.0f} seconds.")
    moments = main_face(_during(seen, _REST, times), "no face in view: sit in front of the camera")
    if 2 * len(moments) < len(times):
        raise NoFaceError("the face was in view for less than half of the time: try again")
    say("Thank you.")
    if expressions:
        _try_out(seen, moments, say)
    return Rest(moments, "camera", rate_of(times))


def _await(seen: Iterator[tuple[float, Faces]], say: Say) -> None:
    """Wait until somebody is in view."""
    start = None
    for time, faces in seen:
        if start is None:
            say("Look into the camera and relax your face: lips together, do not talk.")
            start = time
        if faces:
            return
        if time - start > _WAIT:
            raise NoFaceError(f"no face in view for {_WAIT:.0f} seconds: sit before the camera")
    raise MediaError("the recording ended before a face was seen: record for longer")


def _during(
    seen: Iterator[tuple[float, Faces]], seconds: float, times: list[float] | None = None
) -> list[Faces]:
    """What is seen for some seconds; ``times`` gets the clock."""
    start, all_faces = None, []
    for time, faces in seen:
        start = time if start is None else start
        all_faces.append(faces)
        if times is not None:
            times.append(time)
        if time - start >= seconds:
            return all_faces
    raise MediaError("the recording ended too soon: record for longer")


def _try_out(seen: Iterator[tuple[float, Faces]], rest: Sequence[Moment], say: Say) -> None:
    """Whether a smile and raised brows are read as what they are."""
    prepared = prepare(face_model(calibration_of("", rest, "camera", "").mesh))
    for what, unit in _EXPRESSIONS:
        say(f"Now {what}, and hold it.")
        moments = main_face(_during(seen, _SHOW), "no face in view: sit in front of the camera")
        aus = np.array([invert(prepared, moment.points).aus for moment in moments])
        columns = [COLUMNS.index(column) for column in expand(unit)]
        # Held for a part of the time only.
        value = float(np.percentile(aus[:, columns].mean(axis=1), 75))
        verdict = "is read" if value >= _SEEN else "is hardly read: more light, or come closer"
        say(f"{unit} {value:.1f}: that {verdict}.")
        say("Relax again.")
        _during(seen, 1.0)
