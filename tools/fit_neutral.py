"""Make template.csv and builds.npz: the average neutral face, and how neutral faces differ.

    python tools/fit_neutral.py            print how much the builds explain, write nothing
    python tools/fit_neutral.py --write    also write both files

Needs the development data: $MIEN_TEST_DATA (default ../shared/data) with ``london/``. Every face
counts twice, as it is and mirrored, so that the average is symmetric.
"""

import argparse
import os
from pathlib import Path

import numpy as np

from mien.anatomy.fields import reflect
from mien.anatomy.head import neutral_in_head
from mien.bench.people import people, pixels
from mien.landmark.detect import detect

N_BUILDS = 25
FOLDER = Path("src/mien/anatomy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    everyone = people(Path(os.environ.get("MIEN_TEST_DATA", "../shared/data")))
    faces = [neutral_in_head(detect(pixels(person.neutral))[0].points)[0] for person in everyone]
    both = np.array([*faces, *map(reflect, faces)])
    average = both.mean(axis=0)
    differences = (both - average).reshape(len(both), -1)
    _, size, directions = np.linalg.svd(differences, full_matrices=False)
    share = (size[:N_BUILDS] ** 2).sum() / (size**2).sum()
    print(f"{N_BUILDS} builds explain {share:.3f} of {len(faces)} faces")
    builds = directions[:N_BUILDS] * (size[:N_BUILDS] / np.sqrt(len(both) - 1))[:, None]
    if write:
        np.savetxt(FOLDER / "template.csv", average, "%.4f", ",", header="x,y,z", comments="")
        stored = builds.reshape(N_BUILDS, -1, 3).astype(np.float16)
        np.savez_compressed(FOLDER / "builds.npz", builds=stored)


if __name__ == "__main__":
    main()
