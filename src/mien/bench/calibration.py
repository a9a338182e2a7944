"""What calibration brings: faces read against a measured, a found and an estimated zero."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.identity import estimate_neutral
from mien.anatomy.inverse import invert, prepare
from mien.anatomy.model import face_model
from mien.anatomy.threads import one_thread
from mien.bench.people import Person, each, people, pixels
from mien.bench.result import Row, shown
from mien.bench.suites.anatomy import distorted
from mien.capture.at_rest import Moment, calibration_of, moment_of
from mien.capture.neutral import EXPRESSIVE
from mien.core.facs import INDEX
from mien.core.seams import Progress, silent
from mien.landmark.detect import detect

Array = NDArray[np.float64]

WAYS = ("four photos", "one photo", "found", "none")
"""Zeros: calibrated from photos; from the calmest of moments half of which smile; estimated."""
FIGURES = ("rest, largest AU", "rest, mean AU", "rest, deviation", "smile, AU12 off")
"""Of the resting face: the largest reading, the mean over units, the deviation from copy to copy;
of the smile: how far AU12 is off what four other neutral copies as zero say. In intensities."""

_COPIES = 4
_SMILE = [INDEX["AU12L"], INDEX["AU12R"]]


def errors(data: Path, progress: Progress = silent, jobs: int = 1) -> Array:
    """Shape (people, ways, figures), in the order of :data:`WAYS` and :data:`FIGURES`.

    Every reading is of another copy of a photo (moved, turned, scaled, lit otherwise, compressed
    anew) than those that the zero comes from.

    Args:
        data: folder with ``london/``.
        progress: told about each person.
        jobs: how many processes share the people.
    """
    everyone = people(data)
    found = []
    for done, figures in enumerate(each(_of_person, everyone, jobs)):
        progress("calibration", done + 1, len(everyone))
        found.append(figures)
    return np.array(found)


def rows(data: Path, progress: Progress = silent, jobs: int = 1) -> tuple[Row, ...]:
    """The figures as rows for a suite's table."""
    figures = errors(data, progress, jobs)
    return tuple(
        shown(f"{figure}; zero: {way}", figures[:, w, f].tolist())
        for f, figure in enumerate(FIGURES)
        for w, way in enumerate(WAYS)
    )


@one_thread()
def _of_person(person: Person) -> Array:
    """Shape (ways, figures)."""
    rng = np.random.default_rng(int(person.name))
    rest, again, zero, smile, smiling = (
        _copies(photo, rng) for photo in (*3 * (person.neutral,), *2 * (person.smiling,))
    )
    reference = _read(_mesh(zero, "photo"), smiling)[:, _SMILE].mean()
    zeros = (_mesh(rest, "photo"), _mesh(rest[:1], "photo"), _mesh([*rest, *smile], "found"), None)
    return np.array(
        [_figures(_read(mesh, again), _read(mesh, smiling), reference) for mesh in zeros]
    )


def _copies(photo: Path, rng: np.random.Generator) -> list[Moment]:
    """A photo's face, in several copies of the photo."""
    copies = (distorted(pixels(photo), rng) for _ in range(_COPIES))
    return [moment_of(image, detect(image)[0].points) for image in copies]


def _mesh(moments: Sequence[Moment], source: str) -> Array:
    return calibration_of("", moments, "found" if source == "found" else "photo", "").mesh


def _read(mesh: Array | None, moments: Sequence[Moment]) -> Array:
    """Shape (moments, columns); without a mesh each moment is its own estimate."""
    if mesh is None:
        return np.array([_estimated(moment) for moment in moments])
    prepared = prepare(face_model(mesh))
    return np.array([invert(prepared, moment.points, steps=2).aus for moment in moments])


def _estimated(moment: Moment) -> Array:
    prepared = prepare(face_model(estimate_neutral(moment.points).neutral))
    return invert(prepared, moment.points, steps=2).aus


def _figures(rest: Array, smile: Array, reference: float) -> Array:
    rest = rest[:, EXPRESSIVE]
    return np.array(
        [
            rest.max(axis=1).mean(),
            rest.mean(),
            np.sqrt((rest.std(axis=0) ** 2).mean()),
            abs(smile[:, _SMILE].mean() - reference),
        ]
    )
