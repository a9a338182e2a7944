"""Edit a file into others: all of them appear, or none."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from mien.anatomy.threads import one_thread
from mien.core import facs
from mien.core.errors import InputError
from mien.core.expression import parse_wish, target
from mien.core.seams import Progress, silent
from mien.edit.portrait import Portrait, faces_of, neutral_model, portrait
from mien.flows.edit import EditResult, chosen, edited
from mien.guard.provenance import stamper
from mien.media.files import atomic
from mien.media.image import check_writable, load_image, save_image


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
        wish: as in :func:`mien.edit`.
        set: as in :func:`mien.edit`.
        strengths: factors for the whole wish, ``set`` included: 0 is the picture as it is.
        face: as in :func:`mien.edit`.
        neutral: as in :func:`mien.edit`.
        report: where to write what was asked and what was measured, as JSON.
        progress: told about each picture.

    Returns:
        The files written, the report last.

    Raises:
        InputError: as in :func:`mien.edit`; or outputs that would overwrite an input or each other.
    """
    parsed = parse_wish(wish)
    steps = [(out, parsed, 1.0)]
    if strengths is not None:
        paths = _numbered(out, strengths)
        steps = [(p, parsed.scaled(f), f) for p, f in zip(paths, strengths, strict=True)]
    outputs = [path for path, _, _ in steps]
    _check(outputs, report, [source] + ([neutral] if neutral else []))
    picture = load_image(source)
    faces = faces_of(picture.pixels, str(source))
    person = portrait(chosen(faces, face, str(source)), neutral_model(neutral))
    target(person.aus, parsed, set)  # refused before the first picture is drawn
    entries: list[dict[str, object]] = []
    with ExitStack() as whole:
        for done, (path, each, factor) in enumerate(steps):
            progress("edit", done, len(steps))
            result = edited(picture.pixels, faces, person, each, _partway(person, set, factor))
            temporary = whole.enter_context(atomic(path))
            save_image(temporary, result.image, like=picture)
            record = {"action": "edit", "source": str(source), "aus": result.aus}
            stamper().stamp(temporary, record)
            entries.append(_entry(path, result, person))
        if report is not None:
            content = _report(entries, person, face, result)
            whole.enter_context(atomic(report)).write_text(json.dumps(content, indent=1) + "\n")
    progress("edit", len(steps), len(steps))
    return outputs + ([report] if report is not None else [])


def _numbered(out: Path, strengths: Sequence[float]) -> list[Path]:
    """A name per strength, with as many digits as tell them apart.

    Raises:
        InputError: no strengths, one below 0 or above 1.5, or the same one twice.
    """
    if not strengths or not all(0.0 <= factor <= 1.5 for factor in strengths):
        raise InputError("strengths lie between 0 (as it is) and 1.5: write for example 0,0.5,1")
    for digits in (2, 4, 6):
        paths = [out.with_stem(f"{out.stem}-{factor:.{digits}f}") for factor in strengths]
        if len({*paths}) == len(paths):
            return paths
    raise InputError("the same strength twice: give each of them once")


def _check(outputs: Sequence[Path], report: Path | None, inputs: Sequence[Path]) -> None:
    """Refuse, before any work, what could not be written or would destroy something.

    Raises:
        InputError: an output is an input, or the report is a picture.
        MediaError: an ending that cannot be written, or a folder in the way.
    """
    taken = {path.resolve() for path in inputs}
    for path in outputs:
        check_writable(path)
    for path in [*outputs, *([report] if report else [])]:
        if path.resolve() in taken:
            raise InputError(f"{path}: would overwrite a file of this edit: choose another name")
        if path.is_dir():
            raise InputError(f"{path}: is a folder: give the name of a file to write")
        taken.add(path.resolve())


def _partway(
    person: Portrait, fixed: Mapping[str, float] | None, factor: float
) -> dict[str, float] | None:
    """Absolute targets for a part of the way: from what is on the face to the values given."""
    if fixed is None or factor == 1.0:
        return None if fixed is None else dict(fixed)
    now = facs.resolve(person.aus)
    part = {}
    for name, value in fixed.items():
        for column in facs.expand(name):
            start = float(now[facs.INDEX[column]])
            part[column] = min(max(start + factor * (value - start), 0.0), facs.MAX_INTENSITY)
    return part if factor else None


def _entry(path: Path, result: EditResult, person: Portrait) -> dict[str, object]:
    """Asked against measured, and leakage: what moved although it was not asked to."""
    now, asked = facs.resolve(person.aus), facs.vector(result.aus)
    got = facs.vector(result.measured)
    leakage = None
    if not np.isnan(got).all():
        idle = np.abs(asked - now) < 1e-9
        leakage = {
            column: round(float(got[i] - now[i]), 3)
            for i, column in enumerate(facs.COLUMNS)
            if idle[i] and abs(got[i] - now[i]) >= 0.1
        }
    told = {"asked": _rounded(result.aus), "measured": _rounded(result.measured)}
    return {"file": path.name, **told, "leakage": leakage}


def _report(
    entries: Sequence[dict[str, object]], person: Portrait, face: int, result: EditResult
) -> dict[str, object]:
    """The last picture's figures on top, all pictures below ``edits``."""
    last = {name: entries[-1][name] for name in ("asked", "measured", "leakage")}
    boxes = [[round(side, 1) for side in found.box] for found in result.faces]
    before = {
        "current": _rounded(facs.to_dict(facs.resolve(person.aus))),
        "confidence": _rounded(facs.to_dict(person.confidence)),
    }
    return {"mien": 1, **last, "faces": boxes, "face": face, **before, "edits": list(entries)}


def _rounded(aus: Mapping[str, float]) -> dict[str, float | None]:
    """JSON has no NaN: null says that there is no reading."""
    return {name: None if np.isnan(value) else round(value, 3) for name, value in aus.items()}
