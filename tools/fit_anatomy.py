"""Make the fitted tables of src/mien/anatomy from measured shapes.

    python tools/fit_anatomy.py            print the cross-validated figures, write nothing
    python tools/fit_anatomy.py --write    also write fields.csv

Needs the development data: $MIEN_TEST_DATA (default ../shared/data) with ``london/`` and, beside
it, ``peers/ict_on_mediapipe.npz``. First the sites and reaches of each action unit are chosen, one
after another, so that they explain the paired ICT-FaceKit shape best (orthogonal matching pursuit)
among the points that its muscles can move. No person has a say in that, so the figures by person
are honest. Then all pulls are fitted together, see mien.anatomy.fit.
"""

import argparse
import csv
import os
from pathlib import Path

import numpy as np

from mien.anatomy.fields import Pull
from mien.anatomy.fit import ANCHOR, Shape, fit_pulls, shape_design
from mien.anatomy.template import distances, template
from mien.anatomy.topology import N_SKIN
from mien.bench.people import sculpted_shapes, smile_pairs
from mien.bench.refit import left_over
from mien.core.facs import COLUMNS, SHAPES

# Most rows of an action unit, and the share of its shape that a further row must explain. The
# parts of a smile get more: there the people can correct the sculptor.
MOST_ROWS, LEAST_GAIN = 8, 0.002
SMILE_ROWS, SMILE_GAIN = 13, 0.0003
SMILE = ("AU06", "AU10", "AU12")
REACHES = (0.25, 0.32, 0.4, 0.55, 0.75, 1.0)

# Per action unit: muscle, point towards which it runs, points where its fibres reach the skin, and
# how far along the skin from these a site may lie (IOD). After Gray's Anatomy and FACS 2002.
MUSCLES = {
    "AU01": [("frontalis, medial", 337, (285, 336, 295), 0.40)],
    "AU02": [("frontalis, lateral", 297, (282, 293, 283, 276), 0.40)],
    "AU04": [
        ("corrugator", 8, (285, 295, 296, 282, 334), 0.25),
        ("procerus", 168, (9, 336, 8), 0.25),
        ("depressor supercilii", 351, (285, 441, 286, 443), 0.2),
    ],
    "AU05": [("levator palpebrae", 282, (443, 257, 259), 0.15)],
    "AU06": [
        ("orbicularis oculi, orbital", 263, (280, 346, 347, 330, 340), 0.30),
        ("orbicularis oculi, orbital, medial", 362, (348, 349, 330, 329), 0.25),
        ("orbicularis oculi, orbital, upper", 443, (300, 293, 283), 0.2),
    ],
    "AU07": [
        ("orbicularis oculi, palpebral", 362, (450, 449, 451, 253), 0.2),
        ("orbicularis oculi, palpebral, lateral", 359, (261, 448, 446), 0.2),
    ],
    "AU09": [
        ("levator labii superioris alaeque nasi", 417, (278, 358, 391, 360, 420), 0.3),
        ("nasalis", 6, (197, 195, 5, 281), 0.2),
        ("depressor supercilii", 351, (285, 441, 9), 0.25),
    ],
    "AU10": [("levator labii superioris", 348, (267, 269, 270, 322, 391, 426), 0.3)],
    "AU12": [
        ("zygomaticus major", 352, (291, 287, 410, 375, 432, 436), 0.35),
        ("zygomaticus major, cheek", 346, (427, 425, 280, 411), 0.3),
    ],
    "AU14": [("buccinator", 401, (291, 287, 432, 410, 422), 0.35)],
    "AU15": [("depressor anguli oris", 379, (291, 287, 375, 335, 422), 0.35)],
    "AU16": [("depressor labii inferioris", 400, (405, 314, 321, 17, 406), 0.35)],
    "AU17": [("mentalis", 17, (199, 200, 428, 175, 421, 17), 0.45)],
    "AU18": [("incisivii labii", 0, (291, 270, 321, 375, 409, 14, 13), 0.45)],
    "AU20": [
        ("risorius", 361, (291, 287, 375, 432), 0.4),
        ("platysma", 365, (321, 335, 424, 431), 0.35),
    ],
    "AU22": [("orbicularis oris", 0, (267, 269, 314, 405, 270, 321), 0.45)],
    "AU24": [("orbicularis oris", 164, (291, 270, 321, 314, 267, 0, 17), 0.5)],
    "AU27": [("jaw", 454, (17, 152, 199, 400, 405, 379, 14, 291), 0.6)],
    "AU28": [("orbicularis oris", 164, (13, 14, 0, 17, 267, 314, 405, 269, 291), 0.45)],
    "AU30": [("lateral pterygoid", 454, (17, 152, 199, 400, 405, 379, 176, 181, 150, 14), 0.6)],
    "AU63": [("superior rectus", 282, (443, 257), 0.2)],
    "AU64": [("inferior rectus", 282, (443, 257), 0.2)],
}
# Rows that follow a lid, before the others: muscle, lid, reach.
LIDS = {
    "AU05": [("levator palpebrae", "upper_lid", 0.22)],
    "AU06": [("orbicularis oculi, palpebral", "lower_lid", 0.3)],
    "AU07": [
        ("orbicularis oculi, palpebral", "lower_lid", 0.3),
        ("orbicularis oculi, palpebral", "upper_lid", 0.22),
    ],
    "AU63": [
        ("levator palpebrae", "upper_lid", 0.25),
        ("capsulopalpebral fascia", "lower_lid", 0.25),
    ],
    "AU64": [
        ("levator palpebrae, relaxed", "upper_lid", 0.25),
        ("capsulopalpebral fascia", "lower_lid", 0.25),
    ],
}
FACS_FORM = "form of FACS 2002; London smiles"
LIDS_TOUCH = "lids touch at 5; share of each lid after ICT eyeBlink_L"
EYEBALL = "eyeball of 12 mm radius turned by 30 degrees at 5"
# Units no sculptor gave a shape to, and those whose size follows from geometry: written by hand.
BY_HAND = (
    Pull("AU11", "zygomaticus minor", "426", 346, 0.35, (0.05, 0.0, 0.01), FACS_FORM),
    Pull("AU11", "zygomaticus minor", "322", 346, 0.25, (0.03, 0.0, 0.0), FACS_FORM),
    Pull("AU13", "levator anguli oris", "291", 330, 0.22, (0.1, 0.0, 0.0), FACS_FORM),
    Pull("AU13", "levator anguli oris", "410", 330, 0.3, (0.05, 0.0, 0.01), FACS_FORM),
    Pull("AU23", "orbicularis oris", "291", 13, 0.3, (0.03, 0.0, 0.0), FACS_FORM),
    Pull("AU23", "orbicularis oris", "0", 13, 0.3, (0.02, 0.0, -0.01), FACS_FORM),
    Pull("AU23", "orbicularis oris", "17", 13, 0.3, (0.025, 0.0, -0.01), FACS_FORM),
    Pull("AU25", "depressor labii inferioris", "14", 152, 0.35, (0.063, 0.0, 0.0), FACS_FORM),
    Pull("AU25", "levator labii superioris", "13", 2, 0.3, (0.021, 0.0, 0.0), FACS_FORM),
    Pull("AU25", "depressor labii inferioris", "17", 152, 0.35, (0.014, 0.0, 0.0), FACS_FORM),
    Pull("AU25", "depressor labii inferioris", "321", 400, 0.3, (0.014, 0.0, 0.0), FACS_FORM),
    Pull("AU25", "levator labii superioris", "270", 322, 0.25, (0.014, 0.0, 0.0), FACS_FORM),
    Pull("AU25", "depressor labii inferioris", "200", 152, 0.4, (0.014, 0.0, 0.0), FACS_FORM),
    Pull("AU43", "levator palpebrae, lax", "upper_lid", None, 0.25, (0.82, 0.0, 0.0), LIDS_TOUCH),
    Pull("AU43", "orbicularis oculi", "lower_lid", None, 0.25, (0.18, 0.0, 0.0), LIDS_TOUCH),
    Pull("AU61", "extraocular muscles", "iris", None, 0.05, (0.095, 0.0, 0.0), EYEBALL),
    Pull("AU63", "extraocular muscles", "iris", None, 0.05, (0.0, 0.0475, 0.0), EYEBALL),
    Pull("AU64", "extraocular muscles", "iris", None, 0.05, (0.0, -0.0475, 0.0), EYEBALL),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    data = Path(os.environ.get("MIEN_TEST_DATA", "../shared/data"))
    shapes = sculpted_shapes(data)
    rows = [row for au in MUSCLES for row in chosen_rows(au, shapes[au])]
    rows = sorted([*rows, *BY_HAND], key=lambda row: row.au)
    pairs = smile_pairs(data)
    few, many, total = left_over(rows, shapes, pairs).sum(axis=0)
    print(f"{len(rows)} rows, {len(pairs)} people, 5 folds by person")
    print(f"AU06, 10, 12, 25, 26 explain {1 - few / total:.4f}, all {1 - many / total:.4f}")
    if arguments.write:
        pulls = fit_pulls(rows, shapes, pairs)
        write(Path("src/mien/anatomy/fields.csv"), rows, pulls)


def chosen_rows(au: str, shape: Shape) -> list[Pull]:
    """Sites and reaches for one action unit, by orthogonal matching pursuit on its shape."""
    size = f" x{ANCHOR[au]} (CANDIDE-3)" if au in ANCHOR else ""
    source = f"ICT {' + '.join(SHAPES[au])}{size}; London smiles"
    chosen = [
        Pull(au, m, lid, None, reach, (0, 0, 0), source) for m, lid, reach in LIDS.get(au, ())
    ]
    candidates = possible_rows(au, source)
    moves = [shape_design([row], shape)[0] for row in candidates]
    wanted = shape_design(candidates[:1], shape)[1]
    rest, left = residual(chosen, shape, wanted), 1.0
    most, least = (SMILE_ROWS, SMILE_GAIN) if au in SMILE else (MOST_ROWS, LEAST_GAIN)
    for _ in range(most):
        gains = [gain(move, rest) for move in moves]
        best = int(np.argmax(gains))
        attempt = residual([*chosen, candidates[best]], shape, wanted)
        share = float(attempt @ attempt / (wanted @ wanted))
        if left - share < least:
            break
        chosen.append(candidates[best])
        taken = candidates[best].site
        keep = [i for i, row in enumerate(candidates) if row.site != taken]
        candidates, moves = [candidates[i] for i in keep], [moves[i] for i in keep]
        rest, left = attempt, share
    return chosen


def possible_rows(au: str, source: str) -> list[Pull]:
    """Every site near enough to where a muscle reaches the skin, each with every reach."""
    nearest: dict[int, tuple[float, str, int]] = {}
    for muscle, attachment, insertions, width in MUSCLES[au]:
        away = distances()[list(insertions), :N_SKIN].min(axis=0)
        for site in np.flatnonzero(away < width):
            if site != attachment and (site not in nearest or away[site] < nearest[site][0]):
                nearest[int(site)] = (float(away[site]), muscle, attachment)
    whole = au in COLUMNS  # both halves are alike, one is enough
    return [
        Pull(au, muscle, str(site), attachment, reach, (0, 0, 0), source)
        for site, (_, muscle, attachment) in nearest.items()
        if not whole or template()[site, 0] > -0.02
        for reach in REACHES
    ]


def residual(rows: list[Pull], shape: Shape, wanted: np.ndarray) -> np.ndarray:
    if not rows:
        return wanted
    design, _ = shape_design(rows, shape)
    keep = np.array([k == 0 or not row.site.endswith("_lid") for row in rows for k in range(3)])
    design = design[keep]
    normal = design @ design.T
    ridge = 1e-6 * np.trace(normal) / len(normal) * np.eye(len(normal))
    return wanted - np.linalg.solve(normal + ridge, design @ wanted) @ design


def gain(move: np.ndarray, rest: np.ndarray) -> float:
    """How much of the rest one more row explains."""
    along = move @ rest
    return float(along @ np.linalg.solve(move @ move.T + 1e-9 * np.eye(3), along))


def write(path: Path, rows: list[Pull], pulls: np.ndarray) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["au", "muscle", "site", "attachment", "reach", "along", "across", "out", "source"]
        )
        for row, pull in zip(rows, pulls, strict=True):
            attachment = "" if row.attachment is None else row.attachment
            numbers = [f"{value:.4f}" for value in pull]
            writer.writerow(
                [row.au, row.muscle, row.site, attachment, row.reach, *numbers, row.source]
            )


if __name__ == "__main__":
    main()
