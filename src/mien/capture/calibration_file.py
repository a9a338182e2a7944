"""The calibration file, read and written; its form is in ``calibration.schema.json``."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

import numpy as np

from mien.capture.calibration import SOURCES, Calibration, Camera, Light, Session
from mien.core.document import fields_of
from mien.core.errors import InputError
from mien.core.face import N_POINTS
from mien.core.facs import INDEX, MAX_INTENSITY
from mien.core.names import check_name

_QUALITY = ("frames", "left_out", "spread", "noise", "residual", "pose")
_FIELDS = ("subject", "neutral", "uncertainty", "sessions")
_MOST = 1e9  # a bound on numbers that have no other


def calibration_text(calibration: Calibration) -> str:
    """The text of a calibration's file; :func:`parse_calibration` reads it back."""
    sessions = []
    for session in calibration.sessions:
        values = _rounded(asdict(session))
        quality = {name: values.pop(name) for name in _QUALITY}
        order = {"made": values.pop("made"), "source": values.pop("source"), "quality": quality}
        sessions.append("  " + json.dumps({**order, **values}))
    points = ["  " + json.dumps([round(float(x), 5) for x in p]) for p in calibration.mesh]
    head = {"mien": 1, "subject": calibration.subject}
    head["uncertainty"] = _rounded(calibration.uncertainty)
    lines = [f' "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in head.items()]
    for key, items in (("sessions", sessions), ("neutral", points)):
        lines.append(f' "{key}": [\n' + ",\n".join(items) + "\n ]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def parse_calibration(text: str) -> Calibration:
    """A calibration from the text of its file.

    Raises:
        InputError: anything else; the message begins with the field.
    """
    stored = fields_of(text, _FIELDS, "a calibration")
    _complete(stored, _FIELDS, "")
    mesh, sessions = stored["neutral"], stored["sessions"]
    if not isinstance(mesh, list) or len(mesh) != N_POINTS:
        raise InputError(f"neutral: is a list of {N_POINTS} points")
    points = [_numbers(point, 3, f"neutral[{i}]", -10.0, 10.0) for i, point in enumerate(mesh)]
    if not isinstance(sessions, list) or not sessions:
        raise InputError("sessions: is a list of at least one sitting")
    return Calibration(
        check_name(_text(stored["subject"], "subject")),
        np.array(points),
        _number(stored["uncertainty"], "uncertainty", 1e-6, 1.0),
        tuple(_session(value, f"sessions[{i}]") for i, value in enumerate(sessions)),
    )


def _session(value: object, at: str) -> Session:
    given = _object(value, ("made", "source", "quality", "light", "camera"), at)
    quality = _object(given["quality"], _QUALITY, f"{at}.quality")
    light = _object(given["light"], ("luma", "ratio"), f"{at}.light")
    camera = _object(given["camera"], ("width", "height", "rate", "scale"), f"{at}.camera")
    source, rate = _text(given["source"], f"{at}.source"), camera["rate"]
    if source not in SOURCES:
        raise InputError(f"{at}.source: is one of {', '.join(SOURCES)}")
    yaw, pitch, roll = _numbers(quality["pose"], 3, f"{at}.quality.pose", -180.0, 180.0)
    return Session(
        made=_text(given["made"], f"{at}.made"),
        source=source,
        frames=_whole(quality["frames"], f"{at}.quality.frames", 1),
        left_out=_whole(quality["left_out"], f"{at}.quality.left_out", 0),
        spread=_number(quality["spread"], f"{at}.quality.spread", 0.0, 1.0),
        noise=_aus(quality["noise"], f"{at}.quality.noise"),
        residual=_aus(quality["residual"], f"{at}.quality.residual"),
        pose=(yaw, pitch, roll),
        light=Light(
            _number(light["luma"], f"{at}.light.luma", 0.0, 255.0),
            _number(light["ratio"], f"{at}.light.ratio", 0.0, _MOST),
        ),
        camera=Camera(
            _whole(camera["width"], f"{at}.camera.width", 1),
            _whole(camera["height"], f"{at}.camera.height", 1),
            None if rate is None else _number(rate, f"{at}.camera.rate", 0.0, _MOST),
            _number(camera["scale"], f"{at}.camera.scale", 0.0, _MOST),
        ),
    )


def _object(value: object, names: tuple[str, ...], at: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{at}: is an object with {', '.join(names)}")
    _complete(value, names, f"{at}.")
    for key in value:
        if key not in names:
            raise InputError(f"{at}.{key}: unknown field")
    return value


def _complete(value: Mapping[str, object], names: tuple[str, ...], at: str) -> None:
    for name in names:
        if name not in value:
            raise InputError(f"{at}{name}: is missing")


def _aus(value: object, at: str) -> dict[str, float]:
    if not isinstance(value, dict) or not all(column in INDEX for column in value):
        raise InputError(f'{at}: is an object such as {{"AU12L": 0.1}}')
    return {
        column: _number(number, f"{at}.{column}", 0.0, MAX_INTENSITY)
        for column, number in value.items()
    }


def _numbers(value: object, count: int, at: str, low: float, high: float) -> list[float]:
    if not isinstance(value, list) or len(value) != count:
        raise InputError(f"{at}: is a list of {count} numbers")
    return [_number(number, at, low, high) for number in value]


def _number(value: object, at: str, low: float, high: float) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= cast("float", value) <= high:
        raise InputError(f"{at}: is a number from {low:g} to {high:g}")
    return float(cast("float", value))


def _whole(value: object, at: str, low: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value < _MOST:
        raise InputError(f"{at}: is a whole number of at least {low}")
    return value


def _text(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{at}: is a text")
    return value


def _rounded(value: Any) -> Any:
    """The same with five digits to every float: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, tuple) else value
