"""The messages of ``mien live``; their form is in ``live.schema.json``.

A message is a plain dictionary that JSON can hold. There are four types: ``hello`` comes first,
``frame`` for every frame, ``event`` when something has happened, ``status`` now and then.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien import __version__
from mien.capture.causal_face import Now
from mien.core.face import Event
from mien.core.facs import COLUMNS

Message = dict[str, Any]
Sink = Callable[[Message], None]
"""Takes every message, in order; may be slow (frames are then left out), and says that it is gone
by an :class:`OSError`."""


def hello(kind: str, name: str, started: float, rest: str) -> Message:
    """What comes first.

    Args:
        kind: of the source, ``"camera"`` or ``"file"``.
        name: of the source.
        started: seconds since 1970 at which the first picture came: time 0 of all messages.
        rest: what the action units count from: ``"calibration"``, ``"photo"`` or ``"start"``.
    """
    return {
        "type": "hello",
        "mien": 1,
        "version": __version__,
        "source": {"kind": kind, "name": name},
        "started": round(started, 6),
        "rest": rest,
        "units": list(COLUMNS),
    }


def frame(time: float, index: int, now: Now | None, *, settled: bool, latency: float) -> Message:
    """What a frame says.

    Args:
        time: seconds, when it was taken.
        index: its number.
        now: the face; None where it is lost.
        settled: whether it is known what rest is.
        latency: seconds from its arrival.
    """
    head = {"type": "frame", "time": round(time, 6), "frame": index, "latency": _ms(latency)}
    if now is None:
        return {**head, "status": "lost", "settled": settled, "confidence": 0.0,
                "pose": None, "position": None, "aus": None}  # fmt: skip
    pose = now.view.pose
    return {
        **head,
        "status": now.status,
        "settled": settled,
        "confidence": round(now.confidence, 3),
        "pose": _rounded({"yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll}, 2),
        "position": _rounded({"x": pose.x, "y": pose.y, "scale": pose.scale}, 2),
        "aus": dict(zip(COLUMNS, _known(now.aus), strict=True)),
    }


def event(found: Event, time: float, latency: float) -> Message:
    """Something has happened.

    Args:
        found: the event.
        time: seconds, of the newest frame that was looked at.
        latency: seconds from the arrival of that frame.
    """
    return {
        "type": "event",
        "time": round(time, 6),
        "kind": found.kind,
        "onset": round(found.onset, 4),
        "apex": round(found.apex, 4),
        "offset": round(found.offset, 4),
        "aus": _rounded(found.aus, 3),
        "side": found.side,
        "region": found.region,
        "confidence": round(found.confidence, 3),
        "velocity": None if math.isnan(found.velocity) else round(found.velocity, 4),
        "delay": _ms(max(time - found.offset, 0.0) + latency),
    }


def status(
    time: float, source: str, frames: int, rate: float, dropped: Mapping[str, int],
    late: tuple[float | None, float | None], clients: Sequence[Mapping[str, int]] = (),
) -> Message:  # fmt: skip
    """How it goes.

    Args:
        time: seconds, now.
        source: ``"ok"``, ``"lost"`` or ``"ended"``.
        frames: that were told so far.
        rate: of them per second, lately.
        dropped: frames thrown away so far, by where.
        late: median and 95th percentile of the latency of frames, ms.
        clients: those connected now.
    """
    return {
        "type": "status",
        "time": round(time, 6),
        "source": source,
        "frames": frames,
        "rate": round(rate, 1),
        "dropped": dict(dropped),
        "latency": {"p50": late[0], "p95": late[1]},
        "clients": [dict(client) for client in clients],
    }


def text_of(message: Message) -> str:
    """A message as one line of JSON, without its end."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def is_frame(message: Message) -> bool:
    """Whether a message may be left out where a listener is slow: the next one replaces it."""
    return bool(message["type"] == "frame")


def _ms(seconds: float) -> float:
    return round(1e3 * seconds, 2)


def _rounded(values: Mapping[str, float], digits: int) -> dict[str, float]:
    return {name: round(float(value), digits) for name, value in values.items()}


def _known(values: NDArray[np.float64]) -> list[float | None]:
    rounded = np.round(values, 3).tolist()
    return [None if math.isnan(value) else value for value in rounded]
