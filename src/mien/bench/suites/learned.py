"""The learned opinion on people and motion models that it never saw, beside rules and STSTNet.

AU F1 is the mean, over the units that occur, of the F1 of presence, both sides as one unit;
macro-F1 is that of CD6ME, which counts absence, too. UF1 is the mean F1 of the objective classes
that are in the truth; where none is named, that of the movement is missed.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from mien.bench import learned_quiet, learned_switches
from mien.bench.learned_cases import PIXELS, RATES, YAWS, cases
from mien.bench.learned_clips import Seen, seen
from mien.bench.learned_scores import Named, Score, by_model, by_rules, scored
from mien.bench.people import people
from mien.bench.result import Result, Row
from mien.bench.spot_motion import SMILE
from mien.capture.learned.grid import STEPS
from mien.capture.learned.opinion import Model, load, shipped
from mien.core.errors import InputError
from mien.core.seams import Progress, silent

AUS, CLASSES = 0.75, 0.80  # asked
_PACE = 1.0  # ms a step
_TIMED = 40  # windows


def run(
    data: Path,
    progress: Progress = silent,
    jobs: int = 1,
    part: int = 1,
    model: Path | None = None,
    beside: Path | None = None,
    switches: bool = False,
    out: Path | None = None,
) -> Result:
    """All figures of the learned opinion.

    Args:
        data: folder with ``london/``, and ``peers`` beside it; see docs/bench.md.
        progress: told about each clip.
        jobs: how many processes share the clips.
        part: each so-manieth person only, for a quicker look.
        model: a file of ``mien train``; None: that of the package.
        beside: another one, such as an STSTNet, whose figures are shown as well.
        switches: whether to train what shows the worth of each way of dealing with rare classes,
            too; some minutes.
        out: folder that keeps the windows of every clip, so that any model is measured in seconds.
            None: nothing is kept.

    Raises:
        InputError: no photos, or a part that is none.
        ModelError: a file that is no model.
        MissingExtraError: ONNX Runtime, or for ``switches`` what trains, is not installed.
    """
    if part < 1:
        raise InputError(f"--part is 1 for everybody, 3 for each third person, not {part}")
    # Whatever can be refused is refused before hours of filming.
    asked = shipped() if model is None else load(model)
    other = None if beside is None else load(beside)
    if switches:
        learned_switches.check()
    listed = cases(len(people(data)), part)
    found: list[Seen] = []
    with tempfile.TemporaryDirectory(prefix="mien-learned-") as spare:
        for done, one in enumerate(seen(listed, data, out or Path(spare), jobs), start=1):
            found += one
            progress("learned", done, len(listed))
        silence = [*learned_quiet.rows(asked, data, out or Path(spare), jobs, progress)]
    rows = rows_of(found, asked, other)
    table = learned_switches.rows(progress) if switches else ()
    return Result((*rows, *silence, *table))


def rows_of(found: Sequence[Seen], model: Model, beside: Model | None) -> list[Row]:
    """Rows of some movements; those cells that are empty are left out."""
    ours = by_model(model, found)
    front = np.array([one.case.rate == RATES[0] and one.case.yaw == 0.0 for one in found])
    smile = np.array([one.happening.units == SMILE for one in found])
    rows = _asked(*_chosen(found, ours, front))
    rows += _shown("of these, sculpted", *_chosen(found, ours, front & ~smile))
    rows += _smiles(*_chosen(found, ours, front & smile))
    for pixels in PIXELS:
        there = np.array([one.happening.pixels == pixels for one in found])
        rows += _shown(f"of these, {pixels:g} px", *_chosen(found, ours, front & there))
    for rate in RATES[1:]:
        there = np.array([one.case.rate == rate for one in found])
        rows += _shown(f"{rate:g} fps", *_chosen(found, ours, there))
    for yaw in YAWS[1:]:
        there = np.array([abs(one.case.yaw) == yaw for one in found])
        rows += _shown(f"turned by {yaw:g}°", *_chosen(found, ours, there))
    others = {"by rules": by_rules(found)}
    if beside is not None:
        others[str(beside.story["config"]["network"])] = by_model(beside, found)
    for name, said in others.items():
        rows += _shown(f"{name}, 200 fps", *_chosen(found, said, front))
    return [*rows, _pace(model, found)]


def _chosen(
    found: Sequence[Seen], said: Sequence[Named], where: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[list[Seen], list[Named]]:
    at = np.flatnonzero(where)
    return [found[i] for i in at], [said[i] for i in at]


def _asked(found: Sequence[Seen], said: Sequence[Named]) -> list[Row]:
    score = scored(found, said)
    n = f"{score.count} movements"
    return [
        _row("AU F1, 200 fps, from the front", score.aus, n, score.spread[0], AUS),
        _row("AU macro-F1 (CD6ME), the same", score.balanced, n, None, AUS),
        _row("objective-class UF1, the same", score.classes, n, score.spread[1], CLASSES),
    ]


def _shown(name: str, found: Sequence[Seen], said: Sequence[Named]) -> list[Row]:
    if not found:
        return []
    score: Score = scored(found, said)
    n = f"{score.count} movements"
    return [
        _row(f"{name}: AU F1", score.aus, n, score.spread[0]),
        _row(f"{name}: objective-class UF1", score.classes, n, score.spread[1]),
    ]


def _smiles(found: Sequence[Seen], said: Sequence[Named]) -> list[Row]:
    """1 to 3 px are 6 to 19 % of what people's own smiles move, by their median of 16 px."""
    if not found:
        return []
    n = f"{len(found)} movements"
    corners = sum("AU12" in one.aus for one in said) / len(said)
    joyful = sum(one.name == "I" for one in said) / len(said)
    either = sum(bool({"AU06", "AU12"} & one.aus) for one in said) / len(said)
    return [
        Row("smiles in which AU6 or AU12 is named", "≥ 0.9", f"{either:.3f}", n, "", either >= 0.9),
        Row("smiles in which AU12 is named", "", f"{corners:.3f}", n, "", None),
        Row("smiles of objective class I", "", f"{joyful:.3f}", n, "", None),
    ]


def _row(
    figure: str,
    value: float,
    n: str,
    spread: tuple[float, float] | None,
    floor: float | None = None,
) -> Row:
    held = None if floor is None else value >= floor
    between = "" if spread is None else f"{spread[0]:.3f} to {spread[1]:.3f}"
    asked = "" if floor is None else f"≥ {floor:g}"
    return Row(figure, asked, f"{value:.3f}", n, between, held)


def _pace(model: Model, found: Sequence[Seen]) -> Row:
    """Milliseconds of one step, on one core."""
    some = [one for one in found if one.window is not None][:_TIMED]
    took = []
    for one in some:
        assert one.window is not None
        clock = perf_counter()
        model.opinions(one.window[None], one.courses[None])
        took.append(1000.0 * (perf_counter() - clock) / STEPS)
    middle = float(np.median(took))
    n = f"{len(took)} windows"
    return Row(
        "the network's time a step, ms", f"≤ {_PACE:g}", f"{middle:.3f}", n, "", middle <= _PACE
    )
