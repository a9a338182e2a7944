"""Make the demo's pictures, clips and page."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from mien.core.recipe import Recipe, recipes
from mien.core.seams import Progress, silent
from mien.flows.demo.hidden import CAMERA, Experiment, experiment
from mien.flows.demo.page import Content, page
from mien.flows.demo.plots import WIDTH, curves
from mien.flows.demo.sketch import Stroke, Text, to_pixels
from mien.flows.demo.stage import Shot, Stage, set_stage, shot, tile
from mien.flows.transition import transition_clip, write_transition
from mien.guard.provenance import stamper
from mien.media.folders import whole_folder
from mien.media.image import save_image
from mien.synth.camera import Camera

Image = NDArray[np.uint8]

PAGE = "index.html"
STRENGTHS = (0.5, 1.0, 1.5)
_QUALITY = 90
_SIDES = {"left lip corner, AU12L 3": {"AU12L": 3.0}, "left outer brow, AU02L 3": {"AU02L": 3.0}}
_BLEND = {
    "happy 0.7": {"happy": 0.7},
    "sad 0.7": {"sad": 0.7},
    "both: a sad smile": {"happy": 0.7, "sad": 0.7},
}
_STRIP = (300, 48, 25.0)  # px, of the strip: width of a picture, height and size of its caption
_GAP = 6  # px between them
_ENDS = ("sad", "happy")


def demo(
    out: Path,
    photo: Path | None = None,
    progress: Progress = silent,
    *,
    categories: Sequence[str] | None = None,
    camera: Camera = CAMERA,
) -> Path:
    """Show on one portrait what mien does.

    Args:
        out: folder for the page and its files. It appears when all is done; one that an earlier
            demo made is replaced.
        photo: a portrait of the user's own; None: the sample.
        progress: told about each step.
        categories: which expressions; None: all.
        camera: how the clip with the hidden expression is filmed.

    Returns:
        The page.

    Raises:
        InputError: ``out`` holds something else, or the portrait cannot be used.
        MissingExtraError: the sample is not installed.
    """
    progress("portrait", 0, 1)
    stage = set_stage(photo)
    progress("portrait", 1, 1)
    with whole_folder(out, _is_demo) as folder:
        content = _content(stage, folder, categories, camera, progress)
        (folder / PAGE).write_text(page(content), encoding="utf-8")
    return out / PAGE


def _is_demo(folder: Path) -> bool:
    """Whether an earlier demo wrote a folder: its page says so."""
    page = folder / PAGE
    return page.is_file() and 'content="mien demo"' in page.read_text("utf-8", "replace")


def _content(
    stage: Stage,
    folder: Path,
    categories: Sequence[str] | None,
    camera: Camera,
    progress: Progress,
) -> Content:
    _write(folder / "original.jpg", tile(stage, stage.original))
    _write(folder / "rest.jpg", tile(stage, stage.rest))
    _write(folder / "rest-square.jpg", stage.rest)
    known = recipes()
    chosen = [known[name] for name in categories or known if name != "neutral"]
    expressions = []
    for done, recipe in enumerate(chosen):
        progress("expressions", done, len(chosen))
        expressions.append((recipe, _rising(stage, folder, recipe)))
    progress("expressions", len(chosen), len(chosen))
    sides = _shots(stage, folder, "side", _SIDES)
    blend = _shots(stage, folder, "blend", _BLEND)
    _write(folder / "expressions.jpg", _strip(stage))
    _transition(stage, folder, progress)
    found = experiment(stage, folder / "microexpression.mp4", camera, progress)
    _write(folder / "microexpression.jpg", _curves(found))
    _write(folder / "apex.jpg", tile(stage, found.apex))
    return Content(stage, expressions, sides, blend, _ENDS, found)


def _rising(stage: Stage, folder: Path, recipe: Recipe) -> list[tuple[str, Shot]]:
    """One expression at each strength, written and measured."""
    wishes = {f"{strength:g}": {recipe.name: strength} for strength in STRENGTHS}
    return _shots(stage, folder, recipe.name, wishes)


def _shots(
    stage: Stage, folder: Path, name: str, wishes: dict[str, dict[str, float]]
) -> list[tuple[str, Shot]]:
    """Edits by their labels, each written to a file; the files' names with them."""
    made = []
    for number, (label, wish) in enumerate(wishes.items(), 1):
        taken = shot(stage, label, wish)
        made.append((f"{name}-{number}.jpg", taken))
        _write(folder / made[-1][0], taken.image)
        stamper().stamp(folder / made[-1][0], {"action": "edit", "aus": taken.asked})
    return made


def _strip(stage: Stage) -> Image:
    """The face at rest and in five expressions side by side, with their names."""
    wishes: dict[str, dict[str, float]] = {
        "half happy": {"happy": 0.5},
        "happy": {"happy": 1.0},
        "surprised": {"surprised": 1.0},
        "sad": {"sad": 1.0},
        "left corner only": {"AU12L": 3.0},
    }
    shots = {"at rest": tile(stage, stage.rest)}
    shots |= {label: shot(stage, label, wish).image for label, wish in wishes.items()}
    parts = [_captioned(image, words) for words, image in shots.items()]
    gap = np.full((parts[0].shape[0], _GAP, 3), 255, np.uint8)
    spaced = [piece for part in parts for piece in (part, gap)]
    return np.hstack(spaced[:-1])


def _captioned(image: Image, words: str) -> Image:
    width, height, size = _STRIP
    line: list[Stroke] = [Text(width / 2, height / 2, words, "ink", "middle", size)]
    tall = round(width * image.shape[0] / image.shape[1])
    small = Pillow.fromarray(image).resize((width, tall), Pillow.Resampling.LANCZOS)
    return np.vstack([np.asarray(small), to_pixels(line, width, height)])


def _transition(stage: Stage, folder: Path, progress: Progress) -> None:
    """The clip, its first frame, and five moments of it side by side."""
    start, end = ({name: 1.0} for name in _ENDS)
    write_transition(
        folder / "transition.mp4", stage.rest, stage.person, (start, end), progress=progress
    )
    frames = transition_clip(stage.rest, stage.person, start, end, seconds=1.0, rate=4.0, hold=0.0)
    moments = [frame for _, frame in frames]
    _write(folder / "transition-start.jpg", moments[0])
    _write(folder / "transition.jpg", np.hstack([tile(stage, frame) for frame in moments]))


def _curves(found: Experiment) -> Image:
    strokes, height = curves(found)
    return to_pixels(strokes, WIDTH, height, scale=2.0)


def _write(path: Path, pixels: Image) -> None:
    save_image(path, pixels, quality=_QUALITY)
