"""Rows as Apache Parquet, through pyarrow, which is an extra of mien.

Columns are named as in JSON. Scores are a structure of twelve numbers, null where nobody can say;
strengths and action units are maps; ``generator`` is a text of JSON, as its fields are anybody's.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from mien import __version__
from mien.core.errors import InputError
from mien.core.extras import require
from mien.export.track_parquet import EXTRA
from mien.learn.ffe.entry import Entry, parsed
from mien.learn.ffe.jsonl import pictures_in
from mien.learn.ffe.row import CATEGORIES, Row, row_json
from mien.media.files import atomic

_ROWS = 4096  # written at once


def write(rows: Iterable[Row], path: Path) -> None:
    """Write rows; the pictures stay where they are.

    Raises:
        MediaError: the file cannot be written.
        MissingExtraError: pyarrow is not installed.
    """
    pa, parquet = require("pyarrow", EXTRA), require("pyarrow.parquet", EXTRA)
    schema = _schema(pa)
    content = [_flat(row) for row in rows]
    with atomic(path) as part, parquet.ParquetWriter(part, schema, compression="zstd") as file:
        for start in range(0, max(len(content), 1), _ROWS):
            file.write_table(pa.Table.from_pylist(content[start : start + _ROWS], schema=schema))


def entries(path: Path) -> Iterator[Entry]:
    """The rows of a file.

    Raises:
        InputError: no Parquet, or other columns.
        MissingExtraError: pyarrow is not installed.
    """
    pa, parquet = require("pyarrow", EXTRA), require("pyarrow.parquet", EXTRA)
    read, number = pictures_in(path.parent), count(1)
    try:
        # By its path: after a file object pyarrow may abort at exit (apache/arrow issue 34314).
        with parquet.ParquetFile(path) as file:
            if not file.schema_arrow.equals(_schema(pa)):
                raise InputError(f"{path}: its columns are others: write it with mien ffe convert")
            for batch in file.iter_batches(_ROWS):
                for content in batch.to_pylist():
                    stored, problem = _nested(content)
                    yield Entry(f"{path}: row {next(number)}", stored, problem, read)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        what = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{path}: is no Parquet file that can be read: {what}") from None


def _schema(pa: Any) -> Any:
    text, number = pa.string(), pa.float64()
    picture = [(name, text) for name in ("image", "identity", "licence", "consent", "source")]
    picture += [("boxes", pa.list_(number))]
    target = [
        *picture,
        ("category", text),
        ("scores", pa.struct([(name, number) for name in CATEGORIES])),
        ("asked", pa.map_(text, number)),
        ("aus", pa.map_(text, number)),
        ("prompt", text),
    ]
    person = [("gender", text), ("age", number), ("skin", text), ("ita", number)]
    columns = [
        ("id", text), ("domain", text), ("split", text), ("person", pa.struct(person)),
        ("src", pa.struct(picture)), ("dst", pa.list_(pa.struct(target))), ("generator", text),
        ("seed", pa.int64()), ("judges", pa.list_(text)),
    ]  # fmt: skip
    return pa.schema(columns, metadata={"mien": __version__})


def _flat(row: Row) -> dict[str, Any]:
    content = row_json(row)
    for one in content["dst"]:
        one |= {name: list(one[name].items()) for name in ("asked", "aus") if name in one}
    if "generator" in content:
        content["generator"] = json.dumps(content["generator"], ensure_ascii=False)
    return content


def _nested(content: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The inverse of :func:`_flat`, and what is wrong with it; what is null was left out."""
    found = _there(content)
    for name in ("person", "src"):
        if name in found:
            found[name] = _there(found[name])
    targets = []
    for one in (_there(one or {}) for one in found.get("dst", [])):
        maps = {name: dict(one[name]) for name in ("asked", "aus") if name in one}
        targets.append(one | maps)
    problem = ""
    if "generator" in found:
        found["generator"], problem = parsed(found["generator"])
    return found | {"dst": targets}, f"generator: {problem}" if problem else ""


def _there(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value is not None}
