"""Edit a file into others: all of them appear, or none."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from mien.anatomy.threads import one_thread
from mien.core.errors import InputError
from mien.core.expression import Asked
from mien.core.face import Which
from mien.core.points import load_points
from mien.core.seams import Progress, silent
from mien.flows.edit import STRAIGHT, Ask, EditResult, ask, edited
from mien.flows.outputs import check_outputs, rounded
from mien.flows.sitters import Sitting, sitting
from mien.guard.provenance import stamper
from mien.media.files import atomic
from mien.media.image import check_writable, load_image, save_image

# Edits people in several ways: a result for each, in order.
Draw = Callable[[Sitting, Sequence[Ask]], Iterator[EditResult]]


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
    draw: Draw | None = None,
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
        draw: what edits people in several ways; None for the mesh.

    Returns:
        The files written, the report last.

    Raises:
        InputError: as in :func:`mien.edit`; or outputs that would overwrite an input or each other.
    """
    asked = ask(wish, set, turn)
    steps = [(out, asked)]
    if strengths is not None:
        paths = [out.with_stem(f"{out.stem}-{label}") for label in labels(strengths)]
        scaled = (replace(asked, factor=factor) for factor in strengths)
        steps = list(zip(paths, scaled, strict=True))
    outputs = [path for path, _ in steps]
    for path in outputs:
        check_writable(path)
    check_outputs([*outputs, report], [source, neutral, points])
    placed = None if points is None else load_points(points)
    picture = load_image(source)
    people = sitting(picture.pixels, str(source), face=face, neutral=neutral, points=placed)
    told: list[dict[str, object]] = []
    with ExitStack() as whole:
        results = (draw or _by_mesh)(people, [each for _, each in steps])
        for done, path in enumerate(outputs):
            progress("edit", done, len(steps))
            result = next(results)
            temporary = whole.enter_context(atomic(path))
            save_image(temporary, result.image, like=picture)
            record = {"action": "edit", "source": str(source), "aus": result.aus}
            stamper().stamp(temporary, record)
            told += entries(path, result)
        if report is not None:
            content = _report(told, result)
            whole.enter_context(atomic(report)).write_text(json.dumps(content, indent=1) + "\n")
    progress("edit", len(steps), len(steps))
    return outputs + ([report] if report is not None else [])


def _by_mesh(people: Sitting, asks: Sequence[Ask]) -> Iterator[EditResult]:
    return (edited(people, each) for each in asks)


def labels(strengths: Sequence[float]) -> list[str]:
    """Strengths as they stand in file names, with as many digits as tell them apart.

    Raises:
        InputError: no strengths, one below 0 or above 1.5, or the same one twice.
    """
    if not strengths or not all(0.0 <= factor <= 1.5 for factor in strengths):
        raise InputError("strengths lie between 0 (as it is) and 1.5: write for example 0,0.5,1")
    for digits in (2, 4, 6):
        names = [f"{factor:.{digits}f}" for factor in strengths]
        if len({*names}) == len(names):
            return names
    raise InputError("the same strength twice: give each of them once")


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
        }
        for one in result.edits
    ]


def _report(told: Sequence[dict[str, object]], result: EditResult) -> dict[str, object]:
    """The first face of the last picture on top, every picture and face below ``edits``."""
    last = next(one for one in told if one["file"] == told[-1]["file"])
    boxes = [[round(side, 1) for side in found.box] for found in result.faces]
    left = {str(number): why for number, why in result.left.items()}
    top = {name: value for name, value in last.items() if name != "file"}
    return {"mien": 1, **top, "faces": boxes, "left": left, "edits": list(told)}
