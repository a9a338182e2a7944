"""What goes wrong around ``mien live``: counted, told, and got over."""

import json
import threading
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bench.live_clips import web_clip
from mien.bench.result import Row
from mien.core.errors import MediaError
from mien.flows.live.run import live
from mien.flows.live.serve import HOST, serve
from mien.flows.live.source import from_camera, from_file
from mien.media.video import frames

_SLOW = 0.1  # seconds a message
_RATE, _FLOOD = 30.0, 24  # frames per second; times that each is sent to clients


def faults(data: Path, folder: Path) -> list[Row]:
    """One row per fault; whether it was counted, told and got over."""
    clip = folder / "faults.mp4"
    web_clip(data, clip, _RATE, 4.0)
    named = {
        "a slow listener: its drops are counted, another one gets all": _slow(clip),
        "a camera pulled out: told, tried again, the face read as before": _pulled(clip),
        "a client stalls and one goes: counted, forgotten, another one gets all": _clients(clip),
    }
    return [Row(what, "yes", "yes" if held else "no", "", "", held) for what, held in named.items()]


def _slow(clip: Path) -> bool:
    quick: list[dict[str, Any]] = []

    def slow(message: dict[str, Any]) -> None:
        del message
        time.sleep(_SLOW)

    summary = live(from_file(clip), {"quick": quick.append, "slow": slow})
    told = sum(one["type"] == "frame" for one in quick)
    return summary.dropped["slow"] > 0 and summary.dropped["quick"] == 0 and told == summary.frames


def _pulled(clip: Path) -> bool:
    """A camera that is there for two seconds, away for two tries, and there again."""
    stop, tries = threading.Event(), iter(range(100))
    heard: list[dict[str, Any]] = []

    def opened(number: int) -> Generator[tuple[float, NDArray[np.uint8]], None, None]:
        round_ = next(tries)
        if round_ in (1, 2):
            raise MediaError(f"camera {number}: cannot be opened")
        begun = time.monotonic()
        with closing(frames(clip)) as there:
            for frame in there:
                time.sleep(max(begun + frame.time - time.monotonic(), 0.0))
                if frame.time > 2.0:
                    break
                yield frame.time, frame.pixels
        if round_:
            stop.set()
        raise MediaError(f"camera {number}: gives no pictures")

    live(from_camera(0, opened, pause=0.1), {"bench": heard.append}, stop=stop)
    states = [one["source"] for one in heard if one["type"] == "status"]
    seen = [one["time"] for one in heard if one["type"] == "frame" and one["status"] == "ok"]
    back = "lost" in states and "ok" in states[states.index("lost") :]
    return back and seen == sorted(seen) and seen[-1] - seen[0] > 3.0


def _clients(clip: Path) -> bool:
    from websockets.sync.client import connect

    heard: list[dict[str, Any]] = []
    got: list[str] = []

    def listen() -> None:
        with connect(address, max_queue=None) as client:
            got.extend(str(text) for text in client)

    def flood(message: dict[str, Any]) -> None:
        """More than the system's buffers hold for one that does not read."""
        for _ in range(_FLOOD if message["type"] == "frame" else 1):
            server.send(message)

    with serve(0) as server:
        address = f"ws://{HOST}:{server.port}"
        steady = threading.Thread(target=listen, daemon=True)
        steady.start()
        with connect(address, max_queue=1), connect(address) as leaver:
            threading.Timer(1.5, leaver.close).start()
            sinks = {"clients": flood, "bench": heard.append}
            live(from_file(clip), sinks, clients=server.clients)
    steady.join(timeout=10.0)
    counted = [one["clients"] for one in heard if one["type"] == "status"]
    stalled = any(client["dropped"] > 0 for clients in counted for client in clients)
    gone = min(map(len, counted)) < max(map(len, counted))
    told = {one["frame"] for one in heard if one["type"] == "frame"}
    arrived = {one["frame"] for one in map(json.loads, got) if one["type"] == "frame"}
    return stalled and gone and told == arrived
