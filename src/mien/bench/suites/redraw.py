"""Drawing by PixelSmile: mien's way beside that of the published code, on a random model.

The published code encodes the picture and both prompts again for each strength, and draws one
picture at a time; mien encodes each once and draws in batches. Both run here on the same parts. The
model is small and knows nothing: its pictures are noise, its seconds are its own, and only counts,
equality and ratios mean something.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mien.bench.people import people, pixels
from mien.bench.result import Result, Row
from mien.core.seams import Progress, silent
from mien.edit.backends.pixelsmile.blank import FULL_WIDTH, MIDDLE, Size, write_base, write_lora
from mien.edit.backends.pixelsmile.denoise import Sampling
from mien.edit.backends.pixelsmile.editor import paint, prepare, redraw
from mien.edit.backends.pixelsmile.load import PIXELSMILE_LOOK, Pipe, hasten, load
from mien.edit.backends.pixelsmile.passes import Passes, counted
from mien.edit.backends.pixelsmile.presets import machine
from mien.edit.backends.pixelsmile.prompts import Wish

Picture = NDArray[np.uint8]
Job = tuple[Picture, Wish]

_ROUNDS = 3
_SWEEP = (0.25, 0.5, 0.75, 1.0, 1.5)
_EXPRESSIONS = ("happy", "sad", "surprised")
_HOW = Sampling(steps=8)  # as many as a few-step LoRA needs: encoding weighs most there
_MANY = Sampling(steps=50)  # as published: the cache skips steps that resemble each other
_LORA = 3.0  # of the random LoRA: less, and wishes hardly show
_THRESHOLDS = (0.05, 0.1, 0.2)  # of the cache


@dataclass(frozen=True)
class Trial:
    """What is drawn on a kind of machine.

    Attributes:
        device: the machine.
        size: of the model.
        side: px, of the squares.
        look: px, side at which the text encoder sees them.
        dtype: in what is computed.
    """

    device: str
    size: Size
    side: int
    look: int
    dtype: str

    @property
    def exact(self) -> bool:
        """Whether equal is asked for; in 16 bits a batch is rounded otherwise than one picture."""
        return self.dtype == "float32"


_CPU = Trial("cpu", MIDDLE, 192, 224, "float32")
_CARD = Trial("cuda", FULL_WIDTH, 512, PIXELSMILE_LOOK, "bfloat16")


@dataclass(frozen=True)
class Run:
    """What one way of drawing gave.

    Attributes:
        pictures: it drew.
        passes: it needed for them.
        seconds: of each round.
    """

    pictures: Sequence[Picture]
    passes: Passes
    seconds: NDArray[np.float64]


def run(data: Path, progress: Progress = silent, jobs: int = 1) -> Result:
    """All figures; seconds are the median of three rounds after one that warms up, on one core.

    Args:
        data: folder with ``london/``; see docs/bench.md.
        progress: told about each part.
        jobs: not used; timings are taken one after another.

    Raises:
        InputError: no photos.
        MissingExtraError: the extra ``diffusion`` is not installed.
    """
    del jobs
    trial = _CARD if machine()[0] == _CARD.device else _CPU
    one, other = (_square(person.neutral, trial.side) for person in people(data)[:2])
    sweep = [(one, Wish({"happy": strength})) for strength in _SWEEP]
    faces = [(square, Wish({name: 1.0})) for square in (one, other) for name in _EXPRESSIONS]
    one_core = threadpool_limits(1, "openmp")  # once torch is there: its own threads
    with one_core, tempfile.TemporaryDirectory(prefix="mien-redraw-") as folder:
        pipe = _blank(Path(folder), trial)
        parts: list[Callable[[], list[Row]]] = [
            lambda: _against(pipe, "5 strengths of 1 face", sweep, (2, 1), trial),
            lambda: _against(pipe, "3 expressions of 2 faces", faces, (8, 2), trial),
            lambda: _batches(pipe, sweep[:4], trial),
            lambda: _cache(pipe, sweep[3]),
        ]
        rows = []
        for done, part in enumerate(parts):
            progress("parts", done, len(parts))
            rows += part()
        progress("parts", len(parts), len(parts))
    return Result(tuple(rows))


def _blank(folder: Path, trial: Trial) -> Pipe:
    write_base(folder / "base", trial.size)
    lora = write_lora(folder / "base", folder / "lora.safetensors", strength=_LORA)
    loaded = load(folder / "base", lora, device=trial.device, dtype=trial.dtype)
    return replace(loaded, look=trial.look)


def _square(photo: Path, side: int) -> Picture:
    image = pixels(photo)
    return np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _against(
    pipe: Pipe, name: str, jobs: Sequence[Job], least: tuple[int, int], trial: Trial
) -> list[Row]:
    """Some pictures in mien's way and in the published one; ``least`` prompts and squares do."""
    squares, wishes = [square for square, _ in jobs], [wish for _, wish in jobs]
    alone = replace(_HOW, batch=1)
    ours, published = _timed(
        pipe,
        lambda: redraw(pipe, squares, wishes, _HOW),
        lambda: [redraw(pipe, [square], [wish], alone)[0] for square, wish in jobs],
    )
    calls = -(-len(jobs) // _HOW.batch) * _HOW.steps
    return [
        same(f"{name}: off from the published way", ours, published, exact=trial.exact),
        apart(f"{name}: any two of them differ by", ours.pictures),
        *counts(name, ours.passes, published.passes, (*least, calls)),
        faster(f"{name}: times as fast as the published way", ours, published, 1.0),
    ]


def _batches(pipe: Pipe, jobs: Sequence[Job], trial: Trial) -> list[Row]:
    """Four pictures at once and one by one, all of them encoded before."""
    encoded = prepare(pipe, jobs[0][0], [wish for _, wish in jobs])
    items = [(encoded, wish) for _, wish in jobs]
    together, single = _timed(
        pipe,
        lambda: paint(pipe, items, _HOW),
        lambda: paint(pipe, items, replace(_HOW, batch=1)),
    )
    name = f"batch of {len(items)}"
    return [
        same(f"{name}: off from one by one", together, single, exact=trial.exact),
        faster(f"{name}: times as fast as one by one", together, single),
    ]


def _cache(pipe: Pipe, job: Job) -> list[Row]:
    """One picture without the first-block cache and with it, by thresholds."""
    square, wish = job
    items = [(prepare(pipe, square, [wish]), wish)]

    def drawn(threshold: float) -> list[Picture]:
        hasten(pipe, threshold=threshold)
        try:
            return paint(pipe, items, _MANY)
        finally:
            hasten(pipe)

    ways = [partial(drawn, threshold) for threshold in (0.0, *_THRESHOLDS)]
    whole, *quick = _timed(pipe, *ways)
    rows = []
    for threshold, one in zip(_THRESHOLDS, quick, strict=True):
        name = f"cache at {threshold:g}"
        calls = f"{one.passes.whole} of {one.passes.steps}"
        rows += [
            Row(f"{name}: calls past the first block", "", calls, "1 picture", "", None),
            same(f"{name}: off from without", one, whole, exact=False),
            faster(f"{name}: times as fast as without", one, whole),
        ]
    return rows


def _timed(pipe: Pipe, *ways: Callable[[], list[Picture]]) -> list[Run]:
    """Each way once to warm up and to count, then all in turn."""
    counts, pictures = [], []
    for way in ways:
        with counted(pipe) as passes:
            pictures.append(way())
        counts.append(passes)
    seconds = np.empty((len(ways), _ROUNDS))
    for column in range(_ROUNDS):
        for row, way in enumerate(ways):
            start = time.perf_counter()
            way()
            seconds[row, column] = time.perf_counter() - start
    return [Run(*one) for one in zip(pictures, counts, seconds, strict=True)]


def same(figure: str, ours: Run, others: Run, *, exact: bool) -> Row:
    """How far pictures are apart at most; asked are rounding errors where they should be equal."""
    pairs = zip(ours.pictures, others.pictures, strict=True)
    worst = max(difference(a, b) for a, b in pairs)
    asked, held = ("≤ 1", worst <= 1) if exact else ("", None)
    n = f"{len(ours.pictures)} of each"
    return Row(f"{figure}, levels of 255", asked, f"{worst}", n, "", held)


def apart(figure: str, pictures: Sequence[Picture]) -> Row:
    """How far the two nearest pictures are apart: only then to be equal says something."""
    least = min(difference(a, b) for a, b in combinations(pictures, 2))
    n = f"{len(pictures)} pictures"
    return Row(f"{figure} at least, levels of 255", "≥ 4", f"{least}", n, "", least >= 4)


def counts(name: str, ours: Passes, published: Passes, least: tuple[int, int, int]) -> list[Row]:
    """Prompts, squares and calls of the transformer; ``least`` of each must do."""
    found = {
        "prompts encoded": (ours.prompts, published.prompts),
        "squares encoded": (ours.squares, published.squares),
        "calls of the transformer": (ours.steps, published.steps),
    }
    return [
        Row(
            f"{name}: {words}, here; published",
            f"{most}",
            f"{mine}; {theirs}",
            "1 run",
            "",
            mine == most,
        )
        for (words, (mine, theirs)), most in zip(found.items(), least, strict=True)
    ]


def faster(figure: str, ours: Run, others: Run, least: float | None = None) -> Row:
    """How many times as fast, the median of rounds; behind it the seconds of both."""
    ratios = others.seconds / ours.seconds
    middle = float(np.median(ratios))
    asked, held = ("", None) if least is None else (f"≥ {least:g}", middle >= least)
    seconds = "; ".join(f"{np.median(one.seconds):.2f} s" for one in (ours, others))
    spread = f"{ratios.min():.2f} to {ratios.max():.2f}"
    return Row(figure, asked, f"{middle:.2f} ({seconds})", f"{len(ratios)} rounds", spread, held)


def difference(first: Picture, second: Picture) -> int:
    """The largest difference of two pictures, in levels."""
    return int(np.abs(first.astype(int) - second).max())
