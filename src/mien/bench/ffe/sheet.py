"""The contact sheet: some people in every expression, as small JPEGs."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image as Pillow

from mien.bench.ffe.figures import Sitter
from mien.bench.ffe.run import Verdicts

_MOST = 6  # people
_SIDE = 160  # px


def sitters(found: Sequence[Verdicts], at: float) -> tuple[Sitter, ...]:
    """At most six portraits, spread over all, edited at one strength."""
    there = [one for one in found if one.source.is_file()]
    count = min(_MOST, len(there))
    chosen = [there[index * len(there) // count] for index in range(count)]
    return tuple(
        Sitter(
            one.portrait.name,
            _small(one.source),
            {
                name: _small(path)
                for (name, strength), path in one.pictures.items()
                if strength == at and path.is_file()
            },
        )
        for one in chosen
    )


def _small(path: Path) -> bytes:
    with Pillow.open(path) as image:
        image.thumbnail((_SIDE, _SIDE), Pillow.Resampling.LANCZOS)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=85)
    return file.getvalue()
