"""Make the pictures of docs/drawings.md: where points go, and what becomes of drawings.

Usage: python tools/picture_drawings.py docs/pictures
"""

import sys
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mien.core.expression import parse_wish, target
from mien.core.points import load_points
from mien.edit.mesh import paint, prepare
from mien.edit.points import moved
from mien.edit.portrait import drawn_portrait
from mien.landmark.placed import placed
from mien.media.image import load_image

SCALE = 2
SHOWN = ("anime_girl", "cel_man", "comic_ink", "laughing")
WISHES = ({}, {"happy": 1.0}, {"surprised": 1.0}, {"angry": 1.2}, {"AU43": 5.0})
SIZE = 300


def drawing(name):
    with as_file(files("mien.bench") / "drawings") as folder:
        return load_image(folder / f"{name}.png").pixels, load_points(folder / f"{name}.json")


def annotated(name):
    """The right half carries the names of its eye, the left half the rest."""
    pixels, points = drawing(name)
    picture = Image.fromarray(pixels)
    wide = Image.new("RGB", (SCALE * picture.width, SCALE * picture.height), "white")
    wide.paste(picture.resize(wide.size, Image.Resampling.LANCZOS))
    wide = Image.blend(wide, Image.new("RGB", wide.size, "white"), 0.45)
    draw, font = ImageDraw.Draw(wide), ImageFont.load_default(19)
    labels = {side: [] for side in ("left", "right")}
    for each, (x, y) in points.items():
        spot = SCALE * (x + 0.5), SCALE * (y + 0.5)
        if not each.startswith("right"):
            draw.ellipse([spot[0] - 5, spot[1] - 5, spot[0] + 5, spot[1] + 5], fill="#c8102e")
            side = "left" if each.startswith("left") or each.endswith("left") else "right"
            labels[side].append((spot, each))
    for side, column in (("left", wide.width - 8), ("right", 8)):
        last = 0.0
        for (x, y), each in sorted(labels[side], key=lambda label: label[0][1]):
            line = last = max(y, last + 27)
            anchor = "rm" if side == "left" else "lm"
            box = draw.textbbox((column, line), each, font=font, anchor=anchor)
            end = box[0] - 4 if side == "left" else box[2] + 4
            draw.line([(x, y), (end, line)], fill="#c8102e", width=1)
            draw.rectangle([box[0] - 3, box[1] - 2, box[2] + 3, box[3] + 2], fill="white")
            draw.text((column, line), each, fill="#1d2433", font=font, anchor=anchor)
    return wide


def row(name):
    pixels, points = drawing(name)
    mesh = placed(points)
    face, canvas = drawn_portrait(mesh), prepare(pixels, mesh.points, flat=True)
    left, top, right, bottom = mesh.box
    middle, half = (left + right) / 2, 0.54 * (bottom - top)
    upper = max((top + bottom) / 2 - half, 0)
    box = [round(n) for n in (middle - half, upper, middle + half, upper + 2 * half)]
    tiles = []
    for wish in WISHES:
        seen, _ = paint(canvas, moved(face.subject, target(face.aus, parse_wish(wish))))
        part = Image.fromarray(seen).crop(box).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        tiles.append(np.asarray(part))
    return np.hstack(tiles)


def main(folder):
    annotated("anime_girl").quantize(128).save(folder / "points.png", optimize=True)
    sheet = Image.fromarray(np.vstack([row(name) for name in SHOWN]))
    sheet.quantize(200).save(folder / "drawings.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
