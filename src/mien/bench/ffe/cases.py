"""The portraits that an editor is asked to change, and into what.

The published FFE-Bench is a list of pictures, each with the box of a face, a category and a prompt
without a strength; its exact layout was not to be seen when this was written, so the names of the
fields are taken as they come. Any folder of portraits makes a stand-in: everyone in everything.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.bench.people import people
from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.core.names import distinct
from mien.core.recipe import recipes
from mien.flows.shoot import photos_in
from mien.judge.answer import WORDS, category, excerpt

Box = tuple[float, float, float, float]

TWELVE = tuple(name for name, recipe in recipes().items() if recipe.aus)
_ROWS = ".jsonl"
_MOST = 1e6  # px
_FIELDS = {
    "image": ("image", "img", "image_path", "source", "src", "path", "file", "file_name"),
    "category": ("category", "expression", "target", "label", "emotion", "target_expression"),
    "box": ("box", "bbox", "boxes", "face_box", "face_bbox"),
    "prompt": ("prompt", "instruction", "text", "edit_prompt"),
}


@dataclass(frozen=True)
class Portrait:
    """A picture and what it is to be turned into.

    Attributes:
        name: of the person, or of the picture: figures are resampled by it.
        photo: the picture.
        wanted: category to the prompt that asks for it, empty where the editor has its own words.
        box: of the face, (left, top, right, bottom) px; None takes the largest.
    """

    name: str
    photo: Path
    wanted: Mapping[str, str]
    box: Box | None = None


def portraits(data: Path, most: int | None = None) -> list[Portrait]:
    """The portraits of a benchmark, at most so many of them, spread over all.

    Args:
        data: a JSONL file or a folder with one; a folder with ``london/``; any folder of pictures.
        most: how many; None takes all.

    Raises:
        InputError: nothing there, more than one list, or a line of the list that cannot be used;
            the message names it.
    """
    found = _found(data)
    if not found:
        raise InputError(f"{data}: is empty: write one portrait and expression on a line")
    if most is None or most >= len(found):
        return found
    return [found[index * len(found) // most] for index in range(most)]


def _found(data: Path) -> list[Portrait]:
    if data.suffix == _ROWS:
        return listed(data)
    if not data.is_dir():
        raise InputError(f"{data}: no portraits: give a folder of pictures, or a {_ROWS} list")
    lists = sorted(data.glob(f"*{_ROWS}"))
    if len(lists) > 1:
        raise InputError(f"{data}: holds {len(lists)} lists: give one of them, such as {lists[0]}")
    if lists:
        return listed(lists[0])
    if (data / "london").is_dir():
        photos = [one.neutral for one in people(data)]
    else:
        photos = photos_in(data)
    return [
        Portrait(name, photo, dict.fromkeys(TWELVE, ""))
        for name, photo in zip(distinct(photo.stem for photo in photos), photos, strict=True)
    ]


def listed(rows: Path) -> list[Portrait]:
    """The portraits of a JSONL list; rows about the same face are put together.

    Raises:
        InputError: no such file, or a line that is no row; the message names the line and the
            field.
    """
    if not rows.is_file():
        raise InputError(f"{rows}: no such file: give a list, one JSON object on a line")
    try:
        text = rows.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            f"{rows}: is no text in UTF-8: give a list, one JSON object on a line"
        ) from None
    grouped: dict[tuple[Path, Box | None], dict[str, str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            photo, box, named, prompt = _row(line, rows.parent)
        except InputError as error:
            raise InputError(f"{rows}:{number}: {error}") from None
        grouped.setdefault((photo, box), {})[named] = prompt
    names = distinct(photo.stem for photo, _ in grouped)
    return [
        Portrait(name, photo, wanted, box)
        for name, ((photo, box), wanted) in zip(names, grouped.items(), strict=True)
    ]


def _row(line: str, folder: Path) -> tuple[Path, Box | None, str, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):  # deep nesting
        raise InputError("is not JSON") from None
    if not isinstance(row, dict):
        raise InputError('is no object such as {"image": "a.jpg", "category": "happy"}')
    image, wanted = _field(row, "image"), _field(row, "category")
    for field, value in (("image", image), ("category", wanted)):
        if not isinstance(value, str) or not value:
            known, there = ", ".join(_FIELDS[field]), excerpt(", ".join(row), 200)
            raise InputError(f"{field}: is missing or no text; looked for {known}, found {there}")
    photo = folder / image
    if not _is_file(photo):
        raise InputError(f"image: there is no {excerpt(str(photo), 200)}")
    return photo, _box(_field(row, "box")), _category(wanted), str(_field(row, "prompt") or "")


def _field(row: Mapping[str, Any], field: str) -> Any:
    lower = {key.lower(): value for key, value in row.items()}
    return next((lower[name] for name in _FIELDS[field] if name in lower), None)


def _category(word: str) -> str:
    if (named := category(word)) is None:
        hint = did_you_mean(word.strip().lower(), WORDS) or f": use one of {', '.join(TWELVE)}"
        raise InputError(f"category: unknown expression {excerpt(repr(word))}{hint}")
    return named


def _box(value: Any) -> Box | None:
    """One box, or the first of several; None where there is none."""
    if value in (None, []):
        return None
    box = value[0] if isinstance(value, list) and isinstance(value[0], list) else value
    numbers = isinstance(box, list) and len(box) == 4 and all(map(_is_number, box))
    if not numbers or not (box[0] < box[2] and box[1] < box[3]):
        raise InputError(f"box: {excerpt(repr(value))} is no [left, top, right, bottom] in px")
    return tuple(float(side) for side in box)  # type: ignore[return-value]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MOST


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False
