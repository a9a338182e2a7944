"""Stands in for FeatureExtraction of OpenFace 2.2: its arguments, its files, its ways to fail.

Numbers come from a file beside the clip (``CLIP.numbers``, JSON: AU codes to a value per frame), or
are a sine. The fixture ``stand_in`` of ``conftest.py`` makes a program of it.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

MODE = "fine"  # replaced by the fixture
UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
PRESENT = (*UNITS[:-1], 28, 45)
FRAMES, RATE = 40, 30
# Image x of the 68 points' eye corners, and their y, of a face in the middle of a small picture.
CORNERS = {36: 20.0, 39: 30.0, 42: 50.0, 45: 60.0}
EYES_Y = 40.0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prefix_chars="-", allow_abbrev=False)
    for name in ("-f", "-out_dir", "-of"):
        parser.add_argument(name)
    for name in ("-aus", "-pose", "-2Dfp", "-3Dfp", "-gaze", "-pdmparams"):
        parser.add_argument(name, action="store_true", dest=name.strip("-"))
    return parser.parse_known_args()[0]  # the real one passes over what it does not know


def columns(wanted: argparse.Namespace) -> list[str]:
    """The columns that were asked for; all where none was."""
    asked = vars(wanted)
    everything = not any(asked[name] for name in ("aus", "pose", "2Dfp", "3Dfp", "gaze"))
    names = ["frame", "face_id", "timestamp", "confidence", "success"]
    if everything or asked["gaze"]:
        names += [f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"]
    if everything or asked["pose"]:
        names += [f"pose_{kind}{axis}" for kind in "TR" for axis in "xyz"]
    if everything or asked["2Dfp"]:
        names += [f"{axis}_{i}" for axis in "xy" for i in range(68)]
    if everything or asked["aus"]:
        names += [f"AU{code:02d}_r" for code in UNITS] + [f"AU{code:02d}_c" for code in PRESENT]
    return names


def row(names: list[str], number: int, told: dict[str, list[float]]) -> list[str]:
    cells = {"frame": f"{number + 1}", "face_id": "0", "timestamp": f"{number / RATE:.3f}"}
    cells |= {"confidence": "0.98", "success": "1"}
    for name in names:
        if name.endswith("_r"):
            sine = 1.0 + math.sin(number / 6 + int(name[2:4]))
            cells[name] = f"{told[name[2:4]][number] if name[2:4] in told else sine:.2f}"
        elif name[:2] in ("x_", "y_"):
            usual = CORNERS.get(int(name[2:]), 40.0) if name[0] == "x" else EYES_Y
            cells[name] = f"{told[name][number] if name in told else usual:.1f}"
    return [cells.get(name, "0") for name in names]


def main() -> None:
    wanted = parsed()
    sys.stdout.write("Reading the landmark detector/tracker from: model/main_ceclm_general.txt\n")
    out = Path(wanted.out_dir) / f"{wanted.of}.csv"
    Path(os.environ.get("STAND_IN_NOTES", os.devnull)).write_text(
        json.dumps({"pid": os.getpid(), "arguments": sys.argv[1:], "folder": wanted.out_dir})
    )
    if MODE == "no models":
        sys.stderr.write("ERROR: Could not load the landmark detector\n")
        sys.exit(1)
    if MODE == "no video":  # the real one ends well
        sys.stdout.write("ERROR: Failed to open the video file\n")
        return
    if MODE == "crash":
        os.abort()
    numbers = Path(f"{wanted.f}.numbers")
    told = json.loads(numbers.read_text()) if numbers.exists() else {}
    names = columns(wanted)
    if MODE == "no intensities":
        names = [name for name in names if not name.endswith("_r")]
    count = len(next(iter(told.values()))) if told else FRAMES
    with out.open("w") as file:
        file.write(", ".join(names) + "\n")  # as 2.0 does; 2.2 has no blanks
        for number in range(count):
            cells = row(names, number, told)
            if MODE == "stopped" and number == count - 1:
                cells[names.index("AU01_r")] = "-0.37"
            if MODE == "cut off" and number == count - 1:
                cells = cells[:7]
            file.write(", ".join(cells) + "\n")
            file.flush()
    out.with_name(f"{wanted.of}_of_details.txt").write_text(f"Input:{wanted.f}\n")
    if MODE == "hang":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        time.sleep(60)
    sys.stdout.write("Postprocessing the Action Unit predictions\n")


main()
