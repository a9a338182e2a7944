"""The images of a clip: which number each has, and the form of their names."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mien.learn.datasets.schema import Clip

IMAGES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"))
_NUMBER = re.compile(r"\d+(?=\D*$)")


@dataclass(frozen=True)
class Images:
    """The images of a folder.

    Attributes:
        names: number to name, ascending; the last number in a name counts, and of two names with
            one number that of the commonest form.
        template: of the names, for ``str.format``.
        irregular: names that the template does not give.
    """

    names: Mapping[int, str] = field(hash=False)
    template: str
    irregular: tuple[str, ...]


def images(folder: Path) -> Images:
    """What is in a folder; nothing where it is not there. Hidden files are no images."""
    try:
        names = sorted(
            path.name
            for path in folder.iterdir()
            if path.suffix.casefold() in IMAGES and not path.name.startswith(".")
        )
    except OSError:
        names = []
    numbered = {name: match for name in names if (match := _NUMBER.search(Path(name).stem))}
    template = _template(numbered)
    numbers = {name: int(match[0]) for name, match in numbered.items()}
    regular = {name for name, number in numbers.items() if template.format(number) == name}
    found: dict[int, str] = {}
    for name in sorted(numbers, key=lambda name: (name not in regular, name)):
        found.setdefault(numbers[name], name)
    irregular = tuple(name for name in names if name not in regular)
    return Images(dict(sorted(found.items())), template, irregular)


def images_of(clip: Clip, root: Path) -> dict[int, Path]:
    """Number to file of every image in a clip's folder, ascending; irregular names included.

    The folder may hold more than the expression, such as the whole recording.

    Args:
        clip: as ``load`` gives it.
        root: folder that its ``frame_dir`` is below.
    """
    folder = root / clip.frame_dir
    return {number: folder / name for number, name in images(folder).names.items()}


def _template(numbered: Mapping[str, re.Match[str]]) -> str:
    """The commonest form of the names; padded where some number in it begins with 0."""
    forms = Counter(_form(name, match) for name, match in numbered.items())
    if not forms:
        return "{}"
    form = min(forms, key=lambda form: (-forms[form], form))
    own = [match[0] for name, match in numbered.items() if _form(name, match) == form]
    widths = {len(number) for number in own if number.startswith("0") and len(number) > 1}
    padded = f"{{:0{max(widths)}d}}" if widths else "{}"
    return f"{_literal(form[0])}{padded}{_literal(form[1])}"


def _form(name: str, match: re.Match[str]) -> tuple[str, str]:
    return name[: match.start()], name[match.end() :]


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
