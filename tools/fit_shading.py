"""Make smile.npz: how a smile changes the light on a face.

    python tools/fit_shading.py            print what is found, write nothing
    python tools/fit_shading.py --write    also write the file

Needs the development data: $MIEN_TEST_DATA (default ../shared/data) with ``london/``.

For everybody with a neutral and a smiling photo: the neutral one is warped onto the smile's
landmarks, both are laid flat, and the logarithm of the ratio of their luminance is taken
(expression ratio images: Liu, Shan and Zhang, SIGGRAPH 2001). What grows with AU12 of a side is
kept, by least squares over people, both sides being mirror images. Skin round the eyes is given to
AU06, which comes with a smile in the proportion of the recipe "happy". Where landmarks slip
against the picture (lids, lips, nostrils, brows, outline) nothing is kept.
"""

import argparse
import os
from pathlib import Path

import cv2
import numpy as np

from mien.anatomy import topology as topo
from mien.anatomy.head import brought_over
from mien.anatomy.inverse import invert
from mien.anatomy.unfold import unfolded
from mien.bench.people import people, pixels
from mien.core import facs
from mien.core.recipe import recipes
from mien.edit.mesh import paint, prepare
from mien.edit.mesh.shade.relief import PER_IOD, SIZE, to_map, vertices
from mien.edit.portrait import faces_of, neutral_model, portrait

OUT = Path("src/mien/edit/mesh/shade/smile.npz")
RIDGE = 5.0  # squared intensities
LOUDEST = 0.5  # change of log luminance; beyond it something else has happened
BLUR = 1.2  # px of the map
EYES = (-0.30, 0.10)  # IOD; between these heights shading belongs to the eyes
LIP_CORNER = 291
AROUND_CORNER = 0.11  # IOD round a lip corner in which nothing gets brighter: skin slips there too
# Contours and how far round them, in IOD, nothing is kept.
SLIPPING = (
    (topo.EYES[1], 0.035),
    (topo.EYES[0], 0.035),
    ((*topo.UPPER_LIP_INNER, *topo.LOWER_LIP_INNER[::-1]), 0.03),
    (topo.NOSTRILS, 0.03),
    (topo.BROWS[0], 0.03),
    (topo.BROWS[1], 0.03),
)


def flat(image, points):
    """A picture of one channel laid flat by the landmarks (478, 2) on it."""
    found = np.zeros((SIZE, SIZE), np.float32)
    for corners in topo.triangles():
        area = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillConvexPoly(area, np.rint(vertices()[corners] * 16).astype(np.int32), 1, shift=4)
        y, x = np.nonzero(area)
        if len(x):
            to = cv2.getAffineTransform(vertices()[corners], points[corners].astype(np.float32))
            place = np.stack([x, y, np.ones_like(x)], 1).astype(np.float32) @ to.T.astype(
                np.float32
            )
            found[y, x] = cv2.remap(image, place[:, None], None, cv2.INTER_LINEAR)[:, 0]
    return found


def luminance(image):
    """Logarithm of luminance, without pores and noise."""
    smooth = cv2.GaussianBlur(image, (0, 0), 1.5).astype(np.float32)
    return np.log(smooth @ np.array([0.30, 0.59, 0.11], np.float32) + 8)


def ratio(person):
    """Log ratio of smile to warped neutral, flat, and the change of AU12 left and right."""
    neutral, smile = pixels(person.neutral), pixels(person.smiling)
    face = portrait(faces_of(neutral, person.name)[0], neutral_model(neutral))
    smiling = faces_of(smile, person.name)[0].points
    found = invert(face.prepared, smiling, steps=2).aus - face.aus
    points = face.landmarks.points
    goal = brought_over(smiling, smiling, points)
    warped, _ = paint(prepare(neutral, points), unfolded(points[:, :2], goal))
    change = flat(luminance(smile), smiling[:, :2]) - flat(luminance(warped), goal)
    change[~face_area()] = 0
    change -= np.median(change[face_area()])
    return np.clip(change, -LOUDEST, LOUDEST), found[[facs.INDEX["AU12L"], facs.INDEX["AU12R"]]]


def face_area():
    area = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(area, [np.rint(vertices()[list(topo.OVAL)]).astype(np.int32)], 1)
    return area > 0


def kept():
    """Where the map is kept, 0 or 1."""
    keep = cv2.erode(face_area().astype(np.uint8), np.ones((15, 15)))
    for contour, reach in SLIPPING:
        area = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillPoly(area, [np.rint(vertices()[list(contour)]).astype(np.int32)], 1)
        wide = 2 * round(reach * PER_IOD) + 1
        keep[cv2.dilate(area, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))) > 0] = 0
    return keep.astype(np.float32)


def smoothed(values, sigma):
    return cv2.GaussianBlur(values, (0, 0), sigma)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    data = Path(os.environ.get("MIEN_TEST_DATA", "../shared/data"))
    ratios, aus = zip(*(ratio(person) for person in people(data)), strict=True)
    shade, rise = np.array(ratios), np.array(aus)
    design = np.concatenate([rise, rise[:, ::-1]])
    seen = np.concatenate([shade, shade[:, :, ::-1]]).reshape(len(design), -1)
    solved = np.linalg.solve(design.T @ design + RIDGE * np.eye(2), design.T @ seen)
    left = solved[0].reshape(SIZE, SIZE).astype(np.float32)

    keep = kept()
    left = smoothed(left * keep, BLUR) / np.maximum(smoothed(keep, BLUR), 0.05)
    left *= np.clip(2 * smoothed(keep, 3) - 1, 0, 1)
    x, y = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    corner = np.hypot(*(np.stack([x, y], -1) - vertices()[LIP_CORNER]).transpose(2, 0, 1))
    bright = np.clip(corner / (AROUND_CORNER * PER_IOD) - 1, 0, 1)
    left = np.where(left > 0, left * bright, left)
    top, bottom = (to_map(np.array([[0.0, height]]))[0, 1] for height in EYES[::-1])
    side = np.clip(0.5 + (x - (SIZE - 1) / 2) / (0.24 * PER_IOD), 0, 1)
    below = np.clip(0.5 + (y - bottom) / (0.12 * PER_IOD), 0, 1)
    above = np.clip(0.5 + (y - top) / (0.1 * PER_IOD), 0, 1)
    left = (left * side).astype(np.float32)
    happy = recipes()["happy"].aus
    maps = {
        "AU12": left * below,
        "AU06": left * (1 - below) * above * happy["AU12"] / happy["AU06"],
    }
    scale = max(np.abs(one).max() for one in maps.values()) / 127
    coded = {au: np.rint(one / scale).astype(np.int8) for au, one in maps.items()}
    if write:
        np.savez_compressed(OUT, aus=np.array(list(maps)), scale=np.float32(scale), **coded)
    print(f"{len(shade)} people; per unit of AU12 between {left.min():.3f} and {left.max():.3f}")


if __name__ == "__main__":
    main()
