"""Made-up copies of sets: sheets and folders in their forms, with nobody real in them."""

import io
import struct
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

Rows = Sequence[Sequence[object]]


@pytest.fixture
def book() -> Callable[..., Path]:
    """Write an xlsx file: name of a sheet to its rows."""

    def write(path: Path, **sheets: Rows) -> Path:
        made = openpyxl.Workbook()
        made.remove(made.worksheets[0])
        for name, rows in sheets.items():
            sheet = made.create_sheet(name.replace("__", " "))
            for row in rows:
                sheet.append(list(row))
        path.parent.mkdir(parents=True, exist_ok=True)
        made.save(path)
        return path

    return write


@pytest.fixture
def old_book() -> Callable[..., Path]:
    """Write an xls file (a bare BIFF5 stream): name of a sheet to its rows."""

    def write(path: Path, **sheets: Rows) -> Path:
        parts = [_biff_sheet(rows) for rows in sheets.values()]
        size = _head(5, 0x0005) + _record(0x0042, struct.pack("<H", 1252))
        listed = sum(4 + 7 + len(name.replace("__", " ")) for name in sheets)
        at = len(size) + listed + 4
        index = b""
        for name, part in zip(sheets, parts, strict=True):
            text = name.replace("__", " ").encode("cp1252")
            index += _record(0x0085, struct.pack("<IHB", at, 0, len(text)) + text)
            at += len(part)
        path.write_bytes(size + index + _record(0x000A) + b"".join(parts))
        return path

    return write


@pytest.fixture
def pictures() -> Callable[..., None]:
    """Make tiny images: a folder, a form of names, the numbers."""

    def make(folder: Path, form: str, numbers: Iterable[int]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            draw(folder / form.format(number))

    return make


def draw(path: Path) -> None:
    """A file of one pixel, in the format that its name says."""
    kind = "JPEG" if path.suffix.casefold() in (".jpg", ".jpeg") else "PNG"
    path.write_bytes(_pixel(kind))


@cache
def _pixel(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (1, 1)).save(made, kind)
    return made.getvalue()


def _biff_sheet(rows: Rows) -> bytes:
    cells = b""
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, int | float):
                cells += _record(0x0203, struct.pack("<HHHd", y, x, 0, cell))
            elif cell:
                text = str(cell).encode("cp1252")
                cells += _record(0x0204, struct.pack("<HHHH", y, x, 0, len(text)) + text)
    return _head(5, 0x0010) + cells + _record(0x000A)


def _head(version: int, kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHH", version << 8, kind, 0, 0))


def _record(code: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(content)) + content
