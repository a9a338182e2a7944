"""Edit a file into others: all of them appear, or none."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from mien.anatomy.threads import one_thread
from mien.core.errors import InputError
from mien.core.expression import Asked
from mien.core.face import Which
from mien.core.points import load_points
from mien.core.seams import Progress, silent
from mien.flows.backend import Backend
from mien.flows.edit import MESH, STRAIGHT, EditResult, ask
from mien.flows.outputs import check_outputs, rounded
from mien.flows.sitters import sitting
from mien.guard.provenance import stamper
from mien.media.files import atomic
from mien.media.image import check_writable, load_image, save_image


@one_thread()
def edit_file(
    source: Path,
    out: Path,
    wish: Asked,
    *,
    set: Mapping[str, float] | None = None,
    strengths: Sequence[float] | None = None,
    face: Which = 0,
    neutral: Path | None = None,
    turn: Sequence[float] = STRAIGHT,
    points: Path | None = None,
    report: Path | None = None,
    progress: Progress = silent,
    words: Mapping[str, float] | None = None,
    backend: Backend = MESH,
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
        turn: as in :func:`mien.edit`; ``strengths`` are factors of it, too.
        points: a points file, see :func:`mien.core.points.load_points`.
        report: where to write what was asked and what was measured, as JSON.
        progress: told about each picture.
        words: as in :func:`mien.edit`.
        backend: what edits it.

    Returns:
        The files written, the report last.

    Raises:
        InputError: as in :func:`mien.edit`; or outputs that would overwrite an input or each other.
    """
    factors = factors_of(strengths, backend)
    asked = ask(wish, set, turn, words, backend, max(factors.values()))
    steps = [replace(asked, factor=factor) for factor in factors.values()]
    outputs = [out.with_stem(f"{out.stem}{mark}") for mark in factors]
    for path in outputs:
        check_writable(path)
    check_outputs([*outputs, report], [source, neutral, points])
    placed = None if points is None else load_points(points)
    picture = load_image(source)
    people = sitting(picture.pixels, str(source), face=face, neutral=neutral, points=placed)
    told: list[dict[str, object]] = []
    with ExitStack() as whole:
        results = backend.edits(people, steps)
        for done, path in enumerate(outputs):
            progress("edit", done, len(steps))
            result = next(results)
            temporary = whole.enter_context(atomic(path))
            save_image(temporary, result.image, like=picture)
            stamper().stamp(temporary, record_of(source, result, backend))
            told += entries(path, result)
        if report is not None:
            content = _report(told, result, backend)
            whole.enter_context(atomic(report)).write_text(json.dumps(content, indent=1) + "\n")
    progress("edit", len(steps), len(steps))
    return outputs + ([report] if report is not None else [])


def factors_of(strengths: Sequence[float] | None, backend: Backend = MESH) -> dict[str, float]:
    """What a name ends with for each strength, such as ``-0.50``, and the strength.

    It has as many digits as tell them apart. None are one strength, 1, without a mark.

    Raises:
        InputError: no strengths, one that the backend does not know, or the same one twice.
    """
    if strengths is None:
        return {"": 1.0}
    most = backend.strongest
    if not strengths or not all(0.0 <= factor <= most for factor in strengths):
        raise InputError(
            f"strengths lie between 0 (as it is) and {most:g}: write for example 0,0.5,1"
        )
    for digits in (2, 4, 6):
        marks = {f"-{factor:.{digits}f}": factor for factor in strengths}
        if len(marks) == len(strengths):
            return marks
    raise InputError("the same strength twice: give each of them once")


def record_of(source: Path, result: EditResult, backend: Backend) -> dict[str, object]:
    """What an edited file's provenance says."""
    return {
        "action": "edit",
        "source": str(source),
        "aus": result.aus,
        "backend": backend.record,
        "passes": list(result.passes),
    }


def entries(path: Path, result: EditResult) -> list[dict[str, object]]:
    """What the report says of a picture, for each face that was edited."""
    return [
        {
            "file": path.name,
            "face": one.face,
            "asked": rounded(one.aus),
            "measured": rounded(one.measured),
            "leakage": None if one.leakage is None else rounded(one.leakage),
            "current": rounded(one.current),
            "confidence": rounded(one.confidence),
            "passes": list(result.passes),
        }
        for one in result.edits
    ]


def _report(
    told: Sequence[dict[str, object]], result: EditResult, backend: Backend
) -> dict[str, object]:
    """The first face of the last picture on top, every picture and face below ``edits``."""
    last = next(one for one in told if one["file"] == told[-1]["file"])
    boxes = [[round(side, 1) for side in found.box] for found in result.faces]
    left = {str(number): why for number, why in result.left.items()}
    top = {name: value for name, value in last.items() if name != "file"}
    return {
        "mien": 1,
        "backend": backend.record,
        **top,
        "faces": boxes,
        "left": left,
        "edits": list(told),
    }
