"""The clips of ``learned_cases`` filmed, read, and kept as windows: each is made once."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.fields import reflect
from mien.anatomy.threads import one_thread
from mien.bench import plates
from mien.bench.learned_cases import Case, Happening
from mien.bench.people import Person, each, people, sculpted_shapes
from mien.bench.spot_cases import FACE
from mien.bench.spot_courses import course
from mien.bench.spot_motion import SMILE, real_smile
from mien.capture.describe import objective_class
from mien.capture.learned.window import FORM
from mien.core.facs import COLUMNS
from mien.flows.learned import Moment, courses_of, windows
from mien.flows.read import Reading, read
from mien.media.files import atomic
from mien.media.writer import write_video
from mien.synth.camera import Camera
from mien.synth.clip import film
from mien.synth.head import Head
from mien.synth.movement import Movement, given, size_in_px
from mien.synth.plate import Plate
from mien.synth.scene import Scene

Array = NDArray[np.float64]

_NOISE, _CRF = 1.5, 10
_SMILE_UNITS = ("AU06", "AU12")


@dataclass(frozen=True, eq=False)
class Seen:
    """One labelled movement, as it was seen.

    Attributes:
        case: name of its clip.
        person: name.
        happening: what it is in truth.
        aus: AU columns that move.
        window: shape of ``capture.learned.window``, or None where too little was seen.
        courses: shape of ``capture.learned.courses``, what the reader found around it.
        rules: AU columns by the training-free reader; empty where it found nothing there.
        rule_class: its objective class; empty where it found nothing.
    """

    case: Case
    person: str
    happening: Happening
    aus: frozenset[str]
    window: NDArray[np.float32] | None
    courses: NDArray[np.float32]
    rules: frozenset[str]
    rule_class: str


@dataclass(frozen=True)
class _Work:
    case: Case
    data: Path
    store: Path


@dataclass(frozen=True)
class _Turned(Head):
    """A head that is turned throughout and sways a little."""

    turned: float = 0.0

    @property
    def still(self) -> bool:
        """Never."""
        return False

    def course(self, time: Array, seconds: float) -> Array:
        """As that of :class:`Head`, with the turn."""
        found = super().course(time, seconds)
        found[:, 0] += self.turned
        return found


def seen(cases: Sequence[Case], data: Path, folder: Path, jobs: int = 1) -> Iterator[list[Seen]]:
    """The movements of each clip, in order; clips that are not in the folder yet are made.

    Args:
        cases: of :func:`mien.bench.learned_cases.cases`.
        data: folder with ``london/``, and ``peers`` beside it.
        folder: keeps the windows.
        jobs: how many processes share the clips.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work = [_Work(case, data, folder / f"{_key(case)}.npz") for case in cases]
    for one, _ in zip(work, each(_made, work, jobs), strict=True):
        yield _loaded(one.case, one.store)


def _key(case: Case) -> str:
    """A name that changes with the case and with how windows are made."""
    told = json.dumps([FORM, "courses", asdict(case)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _made(work: _Work) -> None:
    if work.store.is_file():
        return
    person = people(work.data)[work.case.person]
    with tempfile.TemporaryDirectory(prefix="mien-learned-") as spare, one_thread():
        clip = Path(spare) / "clip.mp4"
        filmed(work.case, person, work.data, clip)
        reading = read(clip, learned=False)
        moments = [Moment(0, one.onset, one.apex) for one in work.case.happenings]
        found = windows(clip, reading.track, reading.neutrals, moments)
        courses = np.stack([courses_of(reading.track, moment) for moment in moments])
    told = [_rules(reading, one) for one in work.case.happenings]
    about = {"person": person.name, "rules": told, "seen": [one is not None for one in found]}
    there = [one for one in found if one is not None]
    with atomic(work.store) as part, part.open("wb") as file:
        np.savez_compressed(
            file, windows=np.array(there, np.float16), courses=courses, about=json.dumps(about)
        )


def _loaded(case: Case, store: Path) -> list[Seen]:
    with np.load(store) as stored:
        about: dict[str, Any] = json.loads(str(stored["about"]))
        rows = iter(stored["windows"].astype(np.float32))
        courses = stored["courses"]
    found = []
    told = zip(case.happenings, about["rules"], about["seen"], courses, strict=True)
    for one, (aus, name), there, own in told:
        window = next(rows) if there else None
        units, rules = frozenset(columns_of(one)), frozenset(aus)
        found.append(Seen(case, about["person"], one, units, window, own, rules, name))
    return found


def _rules(reading: Reading, one: Happening) -> tuple[list[str], str]:
    """What the reader says of the event that overlaps a movement most."""
    best, most = None, 0.0
    for event in reading.events:
        shared = min(event.offset, one.offset) - max(event.onset, one.onset)
        if shared > most:
            best, most = event, shared
    return ([], "") if best is None else (sorted(best.aus), objective_class(best))


def columns_of(one: Happening) -> list[str]:
    """AU columns that a movement is made of."""
    units = _SMILE_UNITS if one.units == SMILE else _codes(one.units)
    sides = ("L", "R") if one.side == "both" else (one.side,)
    return [c for unit in units for c in ([unit] if unit in COLUMNS else [unit + s for s in sides])]


def filmed(case: Case, person: Person, data: Path, path: Path) -> None:
    """Write the clip of a case."""
    plate = plates.plate(person)
    movements = tuple(_movement(one, person, plate, data) for one in case.happenings)
    head = _Turned(
        yaw=1.0, pitch=1.0, roll=0.7, shift=2.0, rise=1.5, period=2.4, wander=True,
        seed=case.seed, turned=case.yaw,
    )  # fmt: skip
    scene = Scene(case.seconds, movements, head=head)
    clip = film(plate, scene, Camera(rate=case.rate, noise=_NOISE, seed=case.seed))
    write_video(path, clip.frames(), case.rate, _CRF)


def _movement(one: Happening, person: Person, plate: Plate, data: Path) -> Movement:
    curve = course(one.onset, one.apex, one.offset, one.family)
    model = plate.subject.model
    if one.units == SMILE:
        field = real_smile(plates.smile(person), one.side).field
    else:
        parts = [_sculpted(data)[column] for column in columns_of(one)]
        field = np.sum([part / size_in_px(model, part) for part in parts], axis=0)
    return given(model, field, curve, pixels=one.pixels, face_width=FACE)


@lru_cache(maxsize=1)
def _sculpted(data: Path) -> Mapping[str, Array]:
    """AU column to its sculpted displacement, shape (478, 3), IOD."""
    found = {}
    for unit, shape in sculpted_shapes(data).items():
        if unit in COLUMNS:
            found[unit] = shape.displacement
        else:
            found[f"{unit}L"], found[f"{unit}R"] = shape.displacement, reflect(shape.displacement)
    return found


def _codes(units: str) -> list[str]:
    return [f"AU{int(number):02d}" for number in units.split("+")]
