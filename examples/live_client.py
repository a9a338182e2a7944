"""A client of ``mien live --serve 8765``: prints the smile as a bar, and every event.

pip install websockets; python live_client.py [ws://127.0.0.1:8765]
"""

import json
import sys

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def told(message: dict) -> str | None:
    """What to print about a message; None: nothing."""
    if message["type"] == "frame" and message["aus"] is not None:
        sides = [message["aus"][unit] or 0.0 for unit in ("AU12L", "AU12R")]  # None: hidden
        smile = sum(sides) / 2
        return f"{message['time']:8.2f} s  smile {smile:4.2f} {'#' * round(8 * smile)}"
    if message["type"] == "event":
        units = ", ".join(message["aus"])
        return f"{message['onset']:8.2f} s  {message['kind']}: {units} ({message['delay']:.0f} ms)"
    if message["type"] == "status" and message["source"] != "ok":
        return f"the source is {message['source']}"
    return None


def main(address: str = "ws://127.0.0.1:8765") -> None:
    """Print what comes until the server ends."""
    with connect(address) as server:
        try:
            for text in server:
                line = told(json.loads(text))
                if line is not None:
                    print(line, flush=True)
        except ConnectionClosed:
            print("mien has ended")


if __name__ == "__main__":
    main(*sys.argv[1:2])
