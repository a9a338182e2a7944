"""The contact sheet: a row per photo, a column per variant."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from mien.flows.shoot.photo import TILE
from mien.media.files import atomic

_ROWS = 12  # of a page
_GAP, _HEAD, _CAPTION = 8, 40, 22  # px
_GROUND, _INK, _EMPTY = (250, 250, 250), (40, 40, 40), (225, 225, 225)


@dataclass(frozen=True)
class Row:
    """One photo.

    Attributes:
        name: of the photo.
        tiles: files of the pictures, in the order of the columns; those missing are left empty.
    """

    name: str
    tiles: Sequence[Path]


def pages(out: Path, count: int) -> list[Path]:
    """Names of the pages for a number of photos: ``sheet.jpg``, ``sheet-2.jpg`` ..."""
    total = -(-count // _ROWS)
    return [out / ("sheet.jpg" if n == 0 else f"sheet-{n + 1}.jpg") for n in range(total)]


def write_sheet(out: Path, columns: Sequence[str], rows: Sequence[Row]) -> list[Path]:
    """Write the pages, twelve photos each, and remove those of an earlier, longer sheet.

    Args:
        out: folder of the pages.
        columns: captions.
        rows: in order.

    Raises:
        MediaError: a page cannot be written.
    """
    names = pages(out, len(rows))
    for n, name in enumerate(names):
        image = _page(columns, rows[n * _ROWS : (n + 1) * _ROWS])
        with atomic(name) as temporary:
            image.save(temporary, "JPEG", quality=90)
    for old in out.glob("sheet-*.jpg"):
        if old not in names:
            old.unlink()
    return names


def _page(columns: Sequence[str], rows: Sequence[Row]) -> Image.Image:
    step, height = TILE + _GAP, TILE + _CAPTION + _GAP
    page = Image.new("RGB", (_GAP + step * len(columns), _HEAD + height * len(rows)), _GROUND)
    draw = ImageDraw.Draw(page)
    for x, caption in enumerate(columns):
        _write(draw, (_GAP + x * step, 10), caption, 18)
    for y, row in enumerate(rows):
        top = _HEAD + y * height
        for x, tile in enumerate(row.tiles):
            place = (_GAP + x * step, top)
            if tile.is_file():
                with Image.open(tile) as image:
                    page.paste(image, place)
            else:
                draw.rectangle((*place, place[0] + TILE, top + TILE), fill=_EMPTY)
        _write(draw, (_GAP, top + TILE + 3), row.name, 14)
    return page


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int) -> None:
    """A line no wider than a tile; what is too long ends in dots."""
    font = _font(size)
    shown = text
    while draw.textlength(shown, font) > TILE and len(shown) > 1:
        text = text[:-1]
        shown = text.rstrip() + "..."
    draw.text(place, shown, _INK, font)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """DejaVu, which comes with matplotlib and so with mediapipe; Pillow's own has bare Latin."""
    found = find_spec("matplotlib")
    for folder in (found.submodule_search_locations or ()) if found else ():
        file = Path(folder) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
        if file.is_file():
            return ImageFont.truetype(file, size)
    return ImageFont.load_default(size)
