"""What judges said of pictures, kept line by line, so that no picture is asked about twice."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.anatomy.threads import one_thread
from mien.core.errors import JudgeError, NoFaceError
from mien.core.seams import Progress, silent
from mien.edit.inset.crop import Square, cut
from mien.flows.engine import Engine, each, stopping
from mien.judge.judge import Judge, NoAnswerError
from mien.judge.table import judge_named
from mien.learn.ffe.row import Box, Picture
from mien.media.image import load_image

Image = NDArray[np.uint8]
Said = dict[str, float]

_SIDE = 512  # px, of what a judge is shown
_MARGIN = 0.35  # of the face, round it; as FFE-Bench has it


@dataclass(frozen=True)
class _Look:
    """A picture, the judges that are to look at it, and where their answers are kept."""

    key: str
    file: Path
    box: Box | None
    judges: tuple[str, ...]
    models: Path
    store: Path


def judges_of(names: Sequence[str], models: Path) -> list[Judge]:
    """The judges by their names.

    Raises:
        InputError: no such judge, or its model is not there.
        MissingExtraError: ONNX Runtime is not installed.
    """
    return [_judge(name, models) for name in names]


def said(
    pictures: Sequence[Picture],
    folder: Path,
    names: Sequence[str],
    models: Path,
    *,
    jobs: int | None = None,
    engine: Engine = "local",
    progress: Progress = silent,
) -> dict[str, list[Said]]:
    """What every judge says of every picture, in the order of the judges.

    Args:
        pictures: of a set.
        folder: that their paths count from; answers are kept in ``.ffe/said.jsonl`` there.
        names: of the judges.
        models: folder of the local ones.
        jobs: how many processes share the pictures.
        engine: who works, see :func:`mien.flows.engine.each`.
        progress: told about the pictures.

    Returns:
        By path: a category's score, 0 to 1; nothing where a judge sees no face or has no answer.

    Raises:
        MienError: a picture cannot be read, or a judge not be asked; what was said is kept.
    """
    store = folder / ".ffe" / "said.jsonl"
    known, prints = _kept(store), {one: _judge(one, models).fingerprint for one in names}
    keys = {one.image: _key(folder / one.image, one.boxes) for one in pictures}
    looks = []
    for one in {one.image: one for one in pictures}.values():
        new = tuple(n for n in names if prints[n] not in known.get(keys[one.image], {}))
        if new:
            look = _Look(keys[one.image], folder / one.image, one.boxes, new, models, store)
            looks.append(look)
    store.parent.mkdir(parents=True, exist_ok=True)
    asked = each(_asked, looks, jobs, engine=engine)
    for done, (look, answers) in enumerate(asked, start=1):
        for name, answer in zip(look.judges, answers, strict=False):
            known.setdefault(look.key, {})[prints[name]] = answer
        progress("annotate", done, len(looks))
    return {image: [known[key][prints[name]] for name in names] for image, key in keys.items()}


def _asked(look: _Look) -> list[Said]:
    """What is said of one picture, kept as it is said."""
    if stopping():
        return []
    answers = []
    with one_thread(), look.store.open("a", encoding="utf-8") as file:
        image = _shown(load_image(look.file).pixels, look.box)
        for name in look.judges:
            judge = _judge(name, look.models)
            try:
                answer = judge.scores(image)
            except (NoFaceError, NoAnswerError):
                answer = {}
            except JudgeError as error:
                raise JudgeError(f"{name}: {error}") from error
            line = {"picture": look.key, "by": judge.fingerprint, "said": answer}
            file.write(json.dumps(line) + "\n")
            file.flush()  # a line is less than the buffer, so that it goes out in one piece
            answers.append(answer)
    return answers


def _shown(image: Image, box: Box | None) -> Image:
    """The square round the face; all of the picture where no box is known."""
    if box is None:
        return image
    left, top, right, bottom = box
    side = max(round((1 + 2 * _MARGIN) * max(right - left, bottom - top)), 1)
    corner = round((left + right - side) / 2), round((top + bottom - side) / 2)
    return cut(image, Square(*corner, side), min(side, _SIDE))


def _key(file: Path, box: Box | None) -> str:
    seal = hashlib.sha256(file.read_bytes())
    seal.update(str(None if box is None else tuple(map(float, box))).encode())
    return seal.hexdigest()[:24]


def _kept(store: Path) -> dict[str, dict[str, Said]]:
    """What was said before; the line at which a run was stopped is cut off."""
    if not store.is_file():
        return {}
    content = store.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        with store.open("r+b") as file:
            file.truncate(end)
    known: dict[str, dict[str, Said]] = {}
    for picture, by, answer in _answers(content[:end].splitlines()):
        known.setdefault(picture, {})[by] = answer
    return known


def _answers(lines: Sequence[bytes]) -> Iterator[tuple[str, str, Said]]:
    """A line that is none is asked about again."""
    for line in lines:
        try:
            stored = json.loads(line)
            yield stored["picture"], stored["by"], dict(stored["said"])
        except (ValueError, LookupError, TypeError, RecursionError):
            continue


@lru_cache(maxsize=8)
def _judge(name: str, models: Path) -> Judge:
    return judge_named(name, models)


def ratings_of(answers: Sequence[Mapping[str, float]], names: Sequence[str]) -> NDArray[np.float64]:
    """Scores of each judge, shape (judges, names), NaN where one says nothing."""
    return np.array([[one.get(name, np.nan) for name in names] for one in answers])
