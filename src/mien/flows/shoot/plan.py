"""What a shoot will write, and what of it is there already.

OUT/approachable/IMG_1.jpg      a folder per variant; the photo keeps its name and format
OUT/report.json, OUT/sheet.jpg
OUT/.shoot/IMG_1.jpg/           what was done with a photo, and its tiles of the contact sheet
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mien import __version__
from mien.core import facs
from mien.core.errors import InputError, MediaError
from mien.core.expression import Asked
from mien.core.face import Which
from mien.core.names import distinct
from mien.flows.backend import Backend
from mien.flows.edit import MESH, Ask, ask
from mien.flows.edit_file import factors_of
from mien.media.files import atomic
from mien.media.image import check_writable

STATE = ".shoot"
ORIGINAL = "original"
# Names that stand for something else in the folder of a shoot, or for a device on Windows.
_TAKEN = re.compile(
    r"report\.json|sheet(-\d+)?\.jpg|original|(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE
)
_PHOTOS = {
    ".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".jp2", ".ppm",
    ".heic", ".heif",
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """One way in which every photo is edited.

    Attributes:
        name: of its folder.
        asked: see :func:`mien.flows.edit.ask`.
    """

    name: str
    asked: Ask

    @property
    def content(self) -> list[object]:
        """All that the picture depends on, as JSON takes it; no names."""
        recipes = [
            [facs.vector(recipe.aus, fill=-1.0).tolist(), recipe.rest, strength]
            for recipe, strength in self.asked.wish.expressions.items()
        ]
        asked = self.asked
        units = asked.wish.additions.tolist()
        return [recipes, units, asked.fixed, asked.turn, asked.factor, asked.words]


@dataclass(frozen=True)
class Task:
    """One photo and all that is made of it.

    Attributes:
        photo: the original.
        out: the folder of the shoot.
        name: of the written files.
        variants: of which each writes one file.
        face: which face of each photo.
        neutral: a photo of the person at rest, or None.
        backend: what edits it.
    """

    photo: Path
    out: Path
    name: str
    variants: tuple[Variant, ...]
    face: Which
    neutral: Path | None
    backend: Backend = MESH

    @property
    def state(self) -> Path:
        """The folder of what is known of this photo."""
        return self.out / STATE / self.name

    def target(self, variant: Variant) -> Path:
        """The file to write."""
        return self.out / variant.name / self.name

    def key(self, variant: Variant) -> str:
        """Changes when the photo, the variant or mien does."""
        inputs = [self.photo, *([self.neutral] if self.neutral else [])]
        stats = [(path.stat().st_size, path.stat().st_mtime_ns) for path in inputs]
        about = [self.photo.name, stats, self.face, self.backend.name, self.backend.seal]
        content = [__version__, *about, variant.content]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def stale(self, record: Mapping[str, Any]) -> list[Variant]:
        """Variants that have to be made, given :func:`read_record`."""
        return [
            variant
            for variant in self.variants
            if record.get(variant.name, {}).get("key") != self.key(variant)
            or not self.target(variant).is_file()
        ]


def photos_in(folder: Path) -> list[Path]:
    """The pictures of a folder by their endings, sorted by name; folders in it are left out.

    Raises:
        InputError: there is none.
    """
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _PHOTOS and not path.name.startswith(".") and path.is_file()
    ]
    if not found:
        raise InputError(f"{folder}: holds no photos (JPEG, PNG, WebP, AVIF, TIFF or BMP)")
    return sorted(found, key=lambda path: (path.name.casefold(), path.name))


def variants_of(
    wishes: Mapping[str, Asked],
    fixed: Mapping[str, float] | None,
    strengths: Sequence[float] | None,
    turn: Sequence[float],
    words: Mapping[str, float] | None = None,
    backend: Backend = MESH,
) -> tuple[Variant, ...]:
    """A variant per wish, or per wish and strength.

    Args:
        wishes: name of a folder to what is asked.
        fixed: AU name to absolute intensity, for all of them.
        strengths: factors for the whole, as in :func:`mien.flows.edit_file.edit_file`.
        turn: of the head, for all of them.
        words: as in :func:`mien.edit`, for all of them.
        backend: what edits them.

    Raises:
        InputError: an unknown name or a value out of range.
    """
    for name in wishes:
        if _TAKEN.fullmatch(name) or Path(name).name != name or name.startswith("."):
            raise InputError(
                f"{name!r} cannot be the name of a folder: give the recipe another one"
            )
    factors = factors_of(strengths, backend)
    most = max(factors.values())
    parsed = {name: ask(wish, fixed, turn, words, backend, most) for name, wish in wishes.items()}
    return tuple(
        Variant(f"{name}{mark}", replace(asked, factor=factor))
        for name, asked in parsed.items()
        for mark, factor in factors.items()
    )


def tasks_of(
    photos: Iterable[Path],
    out: Path,
    variants: tuple[Variant, ...],
    face: Which,
    neutral: Path | None,
    backend: Backend = MESH,
) -> list[Task]:
    """A task per photo; of equal names the later ones get ``-2`` and so on.

    Raises:
        MediaError: the output folder holds other files, or the photos themselves.
    """
    photos = list(photos)
    _check_out(out, photos)
    return [
        Task(photo, out, name, variants, face, neutral, backend)
        for photo, name in zip(photos, _names(photos), strict=True)
    ]


def read_record(state: Path) -> dict[str, Any]:
    """What was done with a photo: variant to key and figures; empty where nothing is known."""
    try:
        stored = json.loads((state / "record.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    pictures = stored.get("pictures") if isinstance(stored, dict) else None
    return pictures if isinstance(pictures, dict) else {}


def write_record(state: Path, pictures: Mapping[str, Any]) -> None:
    """Keep what was done with a photo, whole or not at all."""
    with atomic(state / "record.json") as temporary:
        temporary.write_text(json.dumps({"mien": 1, "pictures": pictures}), "utf-8")


def _check_out(out: Path, photos: Sequence[Path]) -> None:
    if out.exists() and not out.is_dir():
        raise MediaError(f"{out}: is a file: give the name of a folder to make")
    if out.suffix.lower() in _PHOTOS and not out.exists():
        raise MediaError(f"{out}: more than one picture is written: give the name of a folder")
    if any(photo.parent.resolve() == out.resolve() for photo in photos):
        raise MediaError(f"{out}: is where the photos are: give the name of another folder")
    if out.is_dir() and any(out.iterdir()) and not (out / STATE).is_dir():
        raise MediaError(f"{out}: holds other files: give the name of another folder")


def _names(photos: Sequence[Path]) -> Iterator[str]:
    stems = distinct((photo.stem for photo in photos), str.casefold)
    yield from (stem + _ending(photo) for stem, photo in zip(stems, photos, strict=True))


def _ending(photo: Path) -> str:
    """The photo's own, or PNG where mien only reads its format."""
    try:
        check_writable(photo)
    except MediaError:
        return ".png"
    return photo.suffix
