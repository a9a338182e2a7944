"""Does the quality gate see what is wrong with a clip, and only that?

Clips of people who sway a little, degraded by known amounts; each must turn its own check from good
to something else, and leave the others alone.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from mien.bench.degraded import Array, Film, Luma, filmed
from mien.bench.people import Person, each, people, pixels
from mien.bench.result import Result, Row, interval
from mien.capture.gate import Gate
from mien.capture.gate.flicker import alias, ripple
from mien.core.seams import Progress, silent
from mien.landmark.detect import detect

_PEOPLE = 8
_UNASKED = "every other frame repeated, CRF 18"  # the codec fills repeats with its own noise
_LIGHTS = {"50 Hz": 100.0, "60 Hz": 120.0}  # mains to ripple


@dataclass(frozen=True)
class Case:
    """A degradation.

    Attributes:
        name: with its amount.
        film: how it is filmed.
        check: that must fire.
        also: others that may.
    """

    name: str
    film: Film
    check: str = ""
    also: frozenset[str] = frozenset()


def _cases() -> list[Case]:
    plain = Film()

    def case(name: str, check: str, also: Sequence[str] = (), **how: object) -> Case:
        return Case(name, replace(plain, **how), check, frozenset(also))  # type: ignore[arg-type]

    doubled = tuple(range(1, 400, 2))
    coded = ("blocks", "blur", "duplicates", "rate", "noise", "beat", "motion")
    rippling = [
        case(f"flicker ±{swing:.0%}, {mains}, {rate:g} frames/s", "flicker", ("rate", "steps"),
             ripple=light, swing=swing, rate=rate)
        for mains, light in _LIGHTS.items() for swing in (0.02, 0.06)
        for rate in (30.0, 60.0, 100.0, 200.0) if alias(light, rate) > 2
    ]  # fmt: skip
    return [
        case("nothing", ""),
        case("nothing, 200 frames/s", "", rate=200.0),
        case("CRF 10", "", crf=10),
        case("60 frames/s", "rate", rate=60.0),
        case("30 frames/s", "rate", rate=30.0),
        case("20 frames/s", "rate", rate=20.0),
        case("1 frame in 50 missing", "drops", lost=tuple(range(25, 400, 50))),
        case("1 frame in 10 missing", "drops", lost=tuple(range(5, 400, 10))),
        case("1 frame in 20 repeated", "duplicates", again=tuple(range(9, 400, 20))),
        case("every other frame repeated", "duplicates", ("rate", "motion"), again=doubled),
        case("every other frame repeated, CRF 10", "duplicates", ("rate", "motion", "compression"),
             again=doubled, crf=10),
        case(_UNASKED, "duplicates", ("rate", "motion", "compression"), again=doubled, crf=18),
        *rippling,
        case("flicker ±6%, 50 Hz, 100 frames/s, rolling shutter 8 ms", "",
             ripple=100.0, swing=0.06, roll=0.008),
        case("flicker ±6%, 50 Hz, 60 frames/s, rolling shutter 12 ms", "flicker", ("rate",),
             ripple=100.0, swing=0.06, roll=0.012, rate=60.0),
        case("blur σ 3 px", "blur", ("noise",), blur=3.0),
        case("blur σ 5 px", "blur", ("noise",), blur=5.0),
        case("motion blur of 12 px for 0.4 s", "blur", smear=12.0),
        case("noise σ 8", "noise", grain=8.0),
        case("noise σ 16", "noise", ("compression",), grain=16.0),
        case("levels × 0.35", "exposure", ("range", "noise", "clipping"), gain=0.35),
        case("levels × 1.7", "exposure", ("clipping", "glare", "noise", "range", "compression"),
             gain=1.7),
        case("exposure steps of 4%", "steps", steps=((0.7, 1.04), (1.3, 1.0))),
        case("exposure steps of 15%", "steps", steps=((0.7, 0.85), (1.3, 1.0))),
        case("face of 80 px between the pupils", "face_size", ("noise",), iod=80.0),
        case("face of 45 px between the pupils", "face_size", ("noise",), iod=45.0),
        case("yaw 25°", "pose", ("evenness", "shadows", "glare", "noise"), yaw=25.0),
        case("three times the light from one side", "evenness", ("shadows", "glare", "exposure"),
             side=3.0),
        case("a shadow with a hard edge, a quarter of the light", "shadows",
             ("evenness", "glare", "exposure"), side=4.0, hard=True),
        case("CRF 28", "compression", coded, crf=28),
        case("CRF 38", "compression", coded, crf=38),
    ]  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """What the gate says about one clip, and the numbers that have a truth.

    Attributes:
        levels: check to level, the worst of the clip and its spans.
        values: check to value, of the clip.
        grain: levels; noise.
        light: Hz of the lamps; 0 without a ripple.
        swing: share.
    """

    levels: dict[str, str]
    values: dict[str, float]
    grain: float
    light: float
    swing: float


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures of the gate.

    Args:
        data: folder with ``london/``; see docs/bench.md.
        progress: told about each person.
        jobs: how many processes share them.
    """
    everyone = people(data)
    chosen = everyone[:: max(len(everyone) // _PEOPLE, 1)][:_PEOPLE]
    found: list[list[_Seen]] = []
    for one in each(_judged, chosen, jobs):
        found.append(one)
        progress("people", len(found), len(chosen))
    cases = _cases()
    by_case = [[person[i] for person in found] for i in range(len(cases))]
    rows = [_hits(case, seen) for case, seen in zip(cases, by_case, strict=True) if case.check]
    rows += _alarms(cases, by_case)
    return Result((*rows, *_truths(cases, by_case)))


def _judged(person: Person) -> list[_Seen]:
    image = pixels(person.neutral)
    points = detect(image, 1)[0].points
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    seed = int(person.name)
    with tempfile.TemporaryDirectory() as folder:
        return [_seen(case, luma, points, Path(folder), seed) for case in _cases()]


def _seen(case: Case, luma: Luma, points: Array, folder: Path, seed: int) -> _Seen:
    gate = Gate()
    for time, frame, there in filmed(case.film, luma, points, folder, seed):
        gate.look(time, frame, there)
    found = gate.judge()
    levels = {one.check: one.level for one in found if one.span is None}
    levels |= {one.check: one.level for one in found if one.span is not None}
    values = {one.check: one.value for one in found if one.span is None}
    line = ripple(gate.record, case.film.ripple) if case.film.ripple else None
    light, swing = (line.light, line.amplitude) if line is not None else (0.0, 0.0)
    return _Seen(levels, values, gate.record.noise()[0], light, swing)


def _hits(case: Case, seen: Iterable[_Seen]) -> Row:
    fired = [one.levels.get(case.check) in ("usable", "poor") for one in seen]
    share = sum(fired) / len(fired)
    figure, n = f"{case.name}: '{case.check}' fires", f"{len(fired)} people"
    if case.name == _UNASKED:
        return Row(figure, "", f"{share:.0%}", n, "", None)
    return Row(figure, "≥ 90%", f"{share:.0%}", n, "", share >= 0.9)


def _alarms(cases: Sequence[Case], by_case: Sequence[Sequence[_Seen]]) -> list[Row]:
    """Verdicts that are not good although nothing of their kind is wrong."""
    clean: dict[str, list[bool]] = {}
    other: dict[str, list[bool]] = {}
    for case, seen in zip(cases, by_case, strict=True):
        for one in seen:
            for check, level in one.levels.items():
                if check == case.check or check in case.also:
                    continue
                counts = (other if case.check else clean).setdefault(check, [])
                counts.append(level != "good")
    return [
        _alarm("clean clips: false alarms, all checks", clean, 0.01),
        _alarm("degraded clips: false alarms of the other checks", other, 0.03),
    ]


def _alarm(figure: str, counts: dict[str, list[bool]], most: float) -> Row:
    every = [fired for check in counts.values() for fired in check]
    worst = max(counts, key=lambda check: np.mean(counts[check]))
    share = float(np.mean(every))
    named = f"most: {worst} {np.mean(counts[worst]):.1%}" if share else ""
    return Row(
        figure, f"≤ {most:.0%}", f"{share:.2%}", f"{len(every)} verdicts", named, share <= most
    )


def _truths(cases: Sequence[Case], by_case: Sequence[Sequence[_Seen]]) -> list[Row]:
    """Measured against true values."""
    rates, sigmas, blurs, edges, lines, swings = [], [], [], [], [], []
    for case, seen in zip(cases, by_case, strict=True):
        film = case.film
        if film.crf is None and not film.again:
            rates += [one.values["rate"] / film.rate - 1 for one in seen]
        if film.crf is None and film.gain == 1.0 and not film.blur:
            sigmas += [one.grain / film.grain - 1 for one in seen]
        if film.blur:
            widths = [one.values["blur"] * one.values["face_size"] for one in seen]
            blurs += [width / film.blur - 1 for width in widths]
        if film.hard:
            edges += [one.values["shadows"] / film.side - 1 for one in seen]
        if case.check == "flicker":
            shows = alias(film.ripple, film.rate)
            lines += [alias(one.light, film.rate) - shows for one in seen]
            if shows < 0.45 * film.rate:
                swings += [one.swing / film.swing - 1 for one in seen]
    return [
        _error("frame rate, error", rates, 0.005, "%"),
        _error("noise σ, error", sigmas, 0.1, "%"),
        _error("blur σ, error", blurs, 0.3, "%"),
        _error("light across a hard edge, error", edges, 0.2, "%"),
        _error("flicker, alias frequency, error in Hz", lines, 0.3, ""),
        _error("flicker, swing, error", swings, 0.2, "%"),
    ]


def _error(figure: str, errors: list[float], most: float, unit: str) -> Row:
    size = np.abs(np.asarray(errors))
    low, high = interval(size)
    middle = float(np.median(size))
    shown = [
        f"{v:.1%}" if unit == "%" else f"{v:.2f}" for v in (most, middle, low, high, max(size))
    ]
    spread = f"{shown[2]} to {shown[3]}, worst {shown[4]}"
    held = middle <= most
    return Row(figure, f"≤ {shown[0]}", shown[1], f"{len(size)} clips", spread, held)
