"""How fast, how late and how large ``mien live`` is."""

import os
import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from mien.bench.live_clips import web_clip
from mien.bench.result import Row
from mien.core.memory import give_back
from mien.flows.live.run import Summary, live
from mien.flows.live.source import Source, Taken, Told, from_file
from mien.media.video import frames

_WARM = 1.5  # seconds of a clip until the models are loaded and the face is known
_FAST, _LATE, _DELAY, _GROWN = 200.0, 25.0, 150.0, 20.0
_RATES = {"speed": 200.0, "latency": 120.0}


class _Listener:
    """A sink that keeps figures only."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.delays: list[float] = []
        self.frames, self.first, self.last = 0, 0.0, 0.0

    def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "event":
            self.delays.append(message["delay"])
        if message["type"] != "frame" or message["time"] < _WARM:
            return
        self.last = monotonic()
        self.first = self.first or self.last
        self.frames += 1
        self.late.append(message["latency"])


def speed(data: Path, folder: Path) -> Row:
    """Frames a second of a clip read as fast as it can be."""
    clip = folder / "speed.mp4"
    web_clip(data, clip, _RATES["speed"], 6.0)
    heard = _Listener()
    live(from_file(clip, fast=True), {"bench": heard}, fast=True)
    measured = (heard.frames - 1) / (heard.last - heard.first)
    figure = "frames a second, 640x480 file, no window, nothing thrown away"
    n = f"{heard.frames} frames"
    return Row(figure, f"≥ {_FAST:g}", f"{measured:.0f}", n, "", measured >= _FAST)


def latency(data: Path, folder: Path) -> list[Row]:
    """Latency of frames, delay of events and drops, at 120 frames a second."""
    clip, rate = folder / "latency.mp4", _RATES["latency"]
    moves = web_clip(data, clip, rate, 12.0)
    heard = _Listener()
    summary = live(from_file(clip), {"bench": heard})
    p95 = float(np.percentile(heard.late, 95.0))
    middle = float(np.median(heard.late))
    n = f"{len(heard.late)} frames"
    what = f"640x480 at {rate:g} frames a second"
    rows = [
        Row(f"latency, {what}, ms, 95th percentile", f"≤ {_LATE:g}", f"{p95:.1f}", n,
            f"median {middle:.1f}", p95 <= _LATE),
        Row(f"frames thrown away, {what}", "", _left_out(summary), n, "", None),
    ]  # fmt: skip
    if heard.delays:
        most = float(np.max(heard.delays))
        rows.append(Row(
            f"event said after its offset, {what}, ms, most", f"≤ {_DELAY:g}", f"{most:.0f}",
            f"{len(heard.delays)} of {moves} events", f"median {np.median(heard.delays):.0f}",
            most <= _DELAY,
        ))  # fmt: skip
    return rows


def growth(data: Path, folder: Path, minutes: float) -> Row:
    """Memory in the end against after a tenth of the time, of a clip that comes again and again."""
    clip = folder / "growth.mp4"
    web_clip(data, clip, 60.0, 6.0)
    sizes: list[tuple[float, float]] = []

    def weighed(message: dict[str, Any]) -> None:
        if message["type"] == "status":
            give_back()
            sizes.append((message["time"], _resident()))

    live(_again_and_again(clip, 60.0 * minutes), {"bench": weighed})
    early = [size for time, size in sizes if 6.0 * minutes <= time < 18.0 * minutes]
    late = [size for time, size in sizes if time >= 48.0 * minutes]
    grown = float(np.median(late) - np.median(early))
    figure = f"memory grown in {minutes:g} minutes, MB"
    n = f"{np.median(late):.0f} MB in the end"
    return Row(figure, f"≤ {_GROWN:g}", f"{grown:.1f}", n, "", grown <= _GROWN)


def _resident() -> float:
    """MB of this process in memory; NaN where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _left_out(summary: Summary) -> str:
    lost = sum(summary.dropped.values())
    return f"{lost / max(lost + summary.frames, 1):.1%}"


def _again_and_again(clip: Path, seconds: float) -> Source:
    """A clip at its own pace until the time is over, with one clock."""

    def pictures(stop: threading.Event, told: Told) -> Generator[Taken, None, None]:
        del told
        start, index, before = monotonic(), 0, 0.0
        while before < seconds:
            time = 0.0
            with closing(frames(clip)) as there:
                for frame in there:
                    time = before + frame.time
                    if stop.wait(max(start + time - monotonic(), 0.0)):
                        return
                    yield Taken(index, time, frame.pixels, monotonic(), frame.key)
                    index += 1
            before = time + 1.0 / 60.0

    return pictures
