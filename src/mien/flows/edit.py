"""Edit a portrait: the same person, another expression, measured afterwards."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.inverse import invert
from mien.anatomy.threads import one_thread
from mien.core import facs
from mien.core.errors import NoFaceError
from mien.core.expression import Wish, parse_wish, target
from mien.core.face import Landmarks
from mien.core.seams import Progress, silent
from mien.edit.mesh import render
from mien.edit.points import moved
from mien.edit.portrait import Portrait, Source, faces_of, neutral_model, pixels_of, portrait
from mien.guard.provenance import stamper
from mien.landmark.detect import reread
from mien.media.files import atomic
from mien.media.image import Picture, load_image, save_image


@dataclass(frozen=True)
class EditResult:
    """An edited portrait.

    Attributes:
        image: RGB uint8, shape (H, W, 3).
        mask: shape (H, W), 0 to 1; where it is 0 no pixel has changed.
        aus: what was asked for, AU column to intensity, 0 to 5.
        measured: what is read from the result, AU column to intensity; NaN where the face was not
            found again.
        faces: all faces of the picture, largest first.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.float32]
    aus: dict[str, float]
    measured: dict[str, float]
    faces: tuple[Landmarks, ...]


@one_thread()
def edit(
    source: Source,
    wish: Mapping[str, float],
    *,
    set: Mapping[str, float] | None = None,
    face: int = 0,
    neutral: Source | None = None,
) -> EditResult:
    """Give a portrait another expression.

    Args:
        source: file, or RGB uint8 array of shape (H, W, 3).
        wish: category to strength (0 stays, 1 is all of it, up to 1.5) and action unit to change of
            intensity, e.g. ``{"happy": 0.6, "AU12L": 2.5}``. NaN entries are ignored.
        set: action unit to absolute intensity, 0 to 5.
        face: which face, 0 is the largest.
        neutral: a photo of the same person with a neutral face; without it the neutral face is
            estimated.

    Raises:
        InputError: an unknown name or a value out of range.
        MediaError: a file cannot be read.
        NoFaceError: no such face.
    """
    parsed, image = parse_wish(wish), pixels_of(source)
    faces = faces_of(image, _name(source))
    person = portrait(_chosen(faces, face, _name(source)), _model(neutral))
    return _edited(image, faces, person, parsed, set)


@one_thread()
def edit_file(
    source: Path,
    out: Path,
    wish: Mapping[str, float],
    *,
    set: Mapping[str, float] | None = None,
    strengths: Sequence[float] | None = None,
    face: int = 0,
    neutral: Path | None = None,
    report: Path | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Edit a file into another one, or into one per strength.

    Args:
        source: the photo.
        out: the picture to write; with ``strengths`` each gets e.g. ``-0.50`` before the ending.
        wish: as in :func:`edit`.
        set: as in :func:`edit`.
        strengths: factors for the whole wish, one picture each.
        face: as in :func:`edit`.
        neutral: as in :func:`edit`.
        report: where to write what was asked and what was measured, as JSON.
        progress: told about each picture.

    Returns:
        The pictures written.

    Raises:
        InputError: as in :func:`edit`.
    """
    parsed = parse_wish(wish)
    wishes = [(out, parsed)]
    if strengths is not None:
        wishes = [
            (out.with_stem(f"{out.stem}-{factor:.2f}"), parsed.scaled(factor))
            for factor in strengths
        ]
    picture = load_image(source)
    faces = faces_of(picture.pixels, str(source))
    person = portrait(_chosen(faces, face, str(source)), _model(neutral))
    results = []
    for done, (path, each) in enumerate(wishes):
        progress("edit", done, len(wishes))
        result = _edited(picture.pixels, faces, person, each, set)
        _save(path, result, picture)
        results.append(result)
    progress("edit", len(wishes), len(wishes))
    if report is not None:
        _write_report(report, [path for path, _ in wishes], results, person, face)
    return [path for path, _ in wishes]


def _edited(
    image: NDArray[np.uint8],
    faces: Sequence[Landmarks],
    person: Portrait,
    wish: Wish,
    fixed: Mapping[str, float] | None,
) -> EditResult:
    wanted = target(person.aus, wish, fixed)
    if not wish.additions.any() and not any(wish.expressions.values()) and not fixed:
        wanted = facs.resolve(person.aus)
        mask = np.zeros(image.shape[:2], dtype=np.float32)
        return EditResult(image, mask, facs.to_dict(wanted), facs.to_dict(wanted), tuple(faces))
    edited, mask = render(image, person.landmarks.points, moved(person.subject, wanted))
    found = reread(edited, person.landmarks)
    measured = np.full(len(facs.COLUMNS), np.nan)
    if found is not None:
        measured = invert(person.prepared, found.points, steps=2).aus
    return EditResult(edited, mask, facs.to_dict(wanted), facs.to_dict(measured), tuple(faces))


def _chosen(faces: Sequence[Landmarks], face: int, what: str) -> Landmarks:
    if not 0 <= face < len(faces):
        raise NoFaceError(
            f"{what}: there is no face {face}; {len(faces)} found, numbered from 0, largest first"
        )
    return faces[face]


def _model(neutral: Source | None):  # type: ignore[no-untyped-def]
    return None if neutral is None else neutral_model(neutral)


def _name(source: Source) -> str:
    return "the picture" if isinstance(source, np.ndarray) else str(source)


def _save(path: Path, result: EditResult, like: Picture) -> None:
    save_image(path, result.image, like=like)
    record = {"action": "edit", "source": str(like.path), "aus": result.aus}
    stamper().stamp(path, record)


def _write_report(
    path: Path, files: Sequence[Path], results: Sequence[EditResult], person: Portrait, face: int
) -> None:
    """Asked against measured, and leakage: what moved although it was not asked to."""
    now = facs.resolve(person.aus)
    entries = []
    for file, result in zip(files, results, strict=True):
        asked, got = facs.vector(result.aus), facs.vector(result.measured)
        idle = np.abs(asked - now) < 1e-9
        leakage = {
            column: round(float(value), 3)
            for column, value, still in zip(facs.COLUMNS, got - now, idle, strict=True)
            if still and abs(value) >= 0.1
        }
        entries.append(
            {
                "file": file.name,
                "asked": _rounded(result.aus),
                "measured": _rounded(result.measured),
                "leakage": leakage,
            }
        )
    before = {
        "current": _rounded(facs.to_dict(now)),
        "confidence": _rounded(facs.to_dict(person.confidence)),
    }
    boxes = [[round(v, 1) for v in found.box] for found in results[0].faces]
    content = {"mien": 1, **before, "edits": entries, "face": face, "faces": boxes}
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n")


def _rounded(aus: Mapping[str, float]) -> dict[str, float | None]:
    """JSON has no NaN: null says that there is no reading."""
    return {name: None if np.isnan(value) else round(value, 3) for name, value in aus.items()}
