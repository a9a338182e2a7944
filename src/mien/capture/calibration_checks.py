"""Whether a sitting will do as a person's zero, and what to change where it will not."""

from collections.abc import Iterator

from mien.capture.calibration import Session
from mien.capture.verdict import LEVELS, Verdict
from mien.core.facs import REGION

_MANY = 10  # frames; their mean is three times as sure as one of them
_MOVED = 0.5  # share of the frames
# Intensities. A micro-movement of 1 px on a face of 300 px is AU12 = 0.2.
_QUIET, _LOUD = 0.2, 0.5
_TRACE, _MARKED = 1.0, 2.0  # AU intensity that is no rest any more; FACS: A trace, B slight
_ASIDE, _FAR = 15.0, 30.0  # degrees
_LARGE, _SMALL = 80.0, 60.0  # px between the pupils
# Luma of the skin. In one studio light the darkest skin of the London set reads 52, the lightest
# 153: only what no skin explains is called too dark or too bright.
_DARK, _BRIGHT, _BLACK, _WHITE = 40.0, 210.0, 20.0, 235.0
_EVEN, _HARD = 2.0, 4.0  # one and two stops from one side to the other


def checks(session: Session) -> tuple[Verdict, ...]:
    """One verdict per check, always in the same order."""
    return tuple(_checks(session))


def level(verdicts: tuple[Verdict, ...]) -> str:
    """The worst of some verdicts."""
    return max((verdict.level for verdict in verdicts), key=LEVELS.index)


def _checks(session: Session) -> Iterator[Verdict]:
    yield _frames(session)
    if session.noise:
        yield _noise(session)
    yield _rest(session)
    yield _pose(session)
    yield _graded(
        "face size",
        -session.camera.scale,
        (-_LARGE, -_SMALL),
        f"{session.camera.scale:.0f} px between the pupils",
        "come closer or zoom in: 80 px and more between the pupils",
    )
    yield _exposure(session.light.luma)
    yield _even(session.light.ratio)


def _graded(
    check: str, value: float, limits: tuple[float, float], found: str, advice: str
) -> Verdict:
    """Good up to the first limit, usable up to the second."""
    grade = LEVELS[sum(value > limit for limit in limits)]
    return Verdict(check, grade, None, abs(value), found, "" if grade == "good" else advice)


def _frames(session: Session) -> Verdict:
    seen = session.frames + session.left_out
    if session.left_out > _MOVED * seen:
        return Verdict(
            "frames",
            "poor",
            None,
            session.frames,
            f"the face moved in {session.left_out} of {seen} frames",
            "name frames at which nothing moves, or record again and hold still",
        )
    found = f"{session.frames} frame" + "s" * (session.frames > 1)
    if session.left_out:
        found += f", {session.left_out} with a blink or movement left out"
    if session.frames < _MANY:
        advice = f"use {_MANY} or more; fewer tell little of how readings waver"
        return Verdict("frames", "usable", None, session.frames, found, advice)
    return Verdict("frames", "good", None, session.frames, found)


def _noise(session: Session) -> Verdict:
    heard = {name: value for name, value in session.noise.items() if REGION[name] != "gaze"}
    worst = max(heard, key=lambda name: heard[name])
    return _graded(
        "stillness",
        heard[worst],
        (_QUIET, _LOUD),
        f"readings at rest waver by {heard[worst]:.2f} at most ({worst}); points by"
        f" {session.spread * session.camera.scale:.2f} px",
        "name the frames at rest, with --clip"
        if session.source == "found"
        else "hold still; more light and a larger face make readings calmer",
    )


def _rest(session: Session) -> Verdict:
    worst = max(session.residual, key=lambda name: session.residual[name], default="")
    value = session.residual.get(worst, 0.0)
    found = f"{worst} {value:.1f} seems to be on the face" if value > _TRACE else "looks at rest"
    advice = "relax the face, lips together; ignore this where the face is built like that"
    return _graded("rest", value, (_TRACE, _MARKED), found, advice)


def _pose(session: Session) -> Verdict:
    yaw, pitch, _ = session.pose
    across, up = "left" if yaw > 0 else "right", "up" if pitch > 0 else "down"
    return _graded(
        "pose",
        max(abs(yaw), abs(pitch)),
        (_ASIDE, _FAR),
        f"head turned {abs(yaw):.0f}° to its {across}, {abs(pitch):.0f}° {up}",
        "look straight into the camera, at the height of the eyes",
    )


def _exposure(luma: float) -> Verdict:
    found = f"skin at {luma:.0f} of 255"
    if luma < _DARK:
        return Verdict(
            "exposure", "usable" if luma > _BLACK else "poor", None, luma, found, "add light"
        )
    if luma > _BRIGHT:
        advice = "take light away or expose less"
        return Verdict("exposure", "usable" if luma < _WHITE else "poor", None, luma, found, advice)
    return Verdict("exposure", "good", None, luma, found)


def _even(ratio: float) -> Verdict:
    times = max(ratio, 1.0 / max(ratio, 1e-6))
    side = "left" if ratio > 1.0 else "right"
    found = f"the {side} half of the face gets {times:.1f} times the light of the other"
    return _graded(
        "even light",
        times,
        (_EVEN, _HARD),
        found if times >= 1.15 else "both halves of the face get the same light",
        "turn towards the window or lamp, or light the other side too",
    )
