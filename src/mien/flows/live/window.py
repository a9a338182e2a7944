"""A window with what is read, drawn over the picture; only where somebody asks for it."""

import subprocess
import sys
import threading
from collections import deque
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.core.errors import InputError
from mien.flows.live.box import Box
from mien.flows.live.look import Looked
from mien.flows.live.messages import Message

Image = NDArray[np.uint8]

_TITLE = "mien live (q ends it)"
_INK, _GLOW, _SHADE = (255, 255, 255), (80, 220, 255), (30, 30, 30)  # RGB
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_UNITS = 8  # bars at most, the strongest units
_LEAST = 0.2  # intensity that is worth a bar
_BAR = 26  # px for an intensity of 1
_EVENTS, _SECONDS = 4, 4.0  # lines of events, and for how long they stay
_KEYS = (ord("q"), 27)  # 27: Escape


class Window:
    """Shows the newest picture; its :meth:`note` is a sink, for the events."""

    def __init__(self) -> None:
        self._events: deque[Message] = deque(maxlen=_EVENTS)

    def note(self, message: Message) -> None:
        """Take in a message."""
        if message["type"] == "event":
            self._events.append(message)

    def show(self, screen: Box[tuple[Looked, Message]], stop: threading.Event) -> None:
        """Show pictures in this thread until the event is set; a key or the cross sets it."""
        cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL)
        try:
            while not stop.is_set():
                for looked, message in screen.newest():
                    picture = drawn(looked, message, [*self._events])
                    cv2.imshow(_TITLE, picture[..., ::-1])
                key = cv2.waitKey(5) & 0xFF
                if key in _KEYS or cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1:
                    stop.set()
        finally:
            cv2.destroyAllWindows()


def check_window() -> None:
    """Try whether windows can be shown, aside: where there is no screen the library ends a program.

    Raises:
        InputError: they cannot.
    """
    code = "import cv2; cv2.namedWindow('mien'); cv2.waitKey(1); cv2.destroyAllWindows()"
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter and our own text)
            [sys.executable, "-c", code], capture_output=True, check=False, timeout=30.0
        )
        shown = done.returncode == 0
    except subprocess.TimeoutExpired:
        shown = False
    if not shown:
        raise InputError(
            "--window: no window can be shown here: leave it out, or run mien where there is a"
            " screen"
        )


def drawn(looked: Looked, message: Message, events: list[Message]) -> Image:
    """A picture with what is read of it.

    Args:
        looked: the picture.
        message: of the same frame.
        events: told so far, the newest last.
    """
    picture = looked.taken.pixels.copy()
    if looked.seen is not None:
        for x, y in looked.seen.points[:, :2].astype(int).tolist():
            cv2.circle(picture, (x, y), 1, _GLOW, -1)
    aus = {name: value for name, value in (message["aus"] or {}).items() if value}
    strong = sorted((n for n in aus if aus[n] > _LEAST), key=lambda n: -aus[n])[:_UNITS]
    for row, name in enumerate(sorted(strong)):
        top = 40 + 18 * row
        end = (70 + round(_BAR * aus[name]), top + 8)
        cv2.rectangle(picture, (70, top), end, _GLOW, -1)
        _write(picture, name, (10, top + 9))
    state = message["status"] if message["settled"] else "keep your face at rest"
    _write(picture, f"{state}  {message['latency']:.0f} ms", (10, 22))
    recent = [one for one in events if message["time"] - one["time"] < _SECONDS]
    for row, one in enumerate(reversed(recent)):
        text = f"{one['kind']}: {' '.join(one['aus'])}  {one['confidence']:.2f}"
        _write(picture, text, (10, picture.shape[0] - 14 - 20 * row))
    return picture


def _write(picture: Any, text: str, at: tuple[int, int]) -> None:
    for colour, width in ((_SHADE, 3), (_INK, 1)):
        cv2.putText(picture, text, at, _FONT, 0.45, colour, width, cv2.LINE_AA)
