"""``track.parquet``: the columns of ``track.csv``, typed, with units, and how sure they are.

The standard deviation of every intensity, which units are present and how even the sides are come
after the columns of ``track.csv``; files without them, as mien once wrote them, are read as well.
Apache Parquet through pyarrow, which is an extra of mien: it takes 150 MB on disk.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien import __version__
from mien.core.errors import InputError
from mien.core.extras import require
from mien.core.facs import ACTION_UNITS, COLUMNS
from mien.core.signal import STATUSES, TRACK_COLUMNS, Track

NAME = "track.parquet"
EXTRA = "parquet"

_SIDED = tuple(unit.code for unit in ACTION_UNITS if unit.sided)
_DEVIATION = tuple(f"{name}_deviation" for name in COLUMNS)
_PRESENT = tuple(f"{name}_present" for name in COLUMNS)
_ASYMMETRY = tuple(f"{code}_asymmetry" for code in _SIDED)
_SURE = (*_DEVIATION, *_PRESENT, *_ASYMMETRY)

_UNITS = {
    "time": "s", "pts": "ticks of the container", "frame": "index", "face": "index, largest first",
    "status": ", ".join(STATUSES), "confidence": "0 to 1", "yaw": "degree", "pitch": "degree",
    "roll": "degree", "x": "px", "y": "px", "scale": "px per inter-ocular distance",
    **dict.fromkeys(COLUMNS, "FACS intensity, 0 to 5"),
    **dict.fromkeys(_DEVIATION, "FACS intensity, standard deviation"),
    **dict.fromkeys(_PRESENT, "whether above three standard deviations"),
    **dict.fromkeys(_ASYMMETRY, "-1 (right only) to 1 (left only)"),
}  # fmt: skip
_WHOLE = ("pts", "frame", "face")
_ROWS = 16384  # written at once, so that memory does not grow with them


def available() -> bool:
    """Whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def write(track: Track, path: Path) -> None:
    """Write a track: time in double, other numbers in single precision; unknown is null.

    Presence is null where there is no reading or its deviation is not known, asymmetry where
    neither side is present or one has no reading. The file says which version wrote it (key
    ``mien``), each column its unit (key ``unit``).

    Raises:
        MissingExtraError: pyarrow is not installed.
        OSError: the file cannot be written.
    """
    pa, parquet = require("pyarrow", EXTRA), require("pyarrow.parquet", EXTRA)
    schema = pa.schema(
        [pa.field(name, _type(pa, name), metadata={"unit": unit}) for name, unit in _UNITS.items()],
        metadata={"mien": __version__, "units": json.dumps(_UNITS)},
    )
    part = np.arange(len(track)) // _ROWS
    with parquet.ParquetWriter(path, schema, compression="zstd") as file:
        for number in range(-(-len(track) // _ROWS)):
            table = _table(track.select(part == number))
            arrays = [pa.array(table[f.name], f.type, from_pandas=True) for f in schema]
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))


def read(path: Path) -> Track:
    """Read a track that :func:`write` wrote.

    Its deviation is None where the file knows none at all.

    Raises:
        MissingExtraError: pyarrow is not installed.
        InputError: no Parquet, other columns, or a status that mien does not know.
        OSError: the file cannot be read.
    """
    pa, parquet = require("pyarrow", EXTRA), require("pyarrow.parquet", EXTRA)
    try:
        # By its path: after a file object pyarrow may abort at exit (apache/arrow issue 34314).
        with parquet.ParquetFile(path) as file:
            table = file.read()
    except pa.ArrowException as error:
        raise InputError(f"{path}: is no Parquet file: {str(error).splitlines()[0]}") from None
    if tuple(table.column_names) not in (TRACK_COLUMNS, (*TRACK_COLUMNS, *_SURE)):
        raise InputError(f"{path}: is no track.parquet of mien: its columns are others")
    status = np.array(table["status"].to_pylist(), dtype=object)
    if not set(status) <= set(STATUSES):
        raise InputError(f"{path}: is damaged: a status that mien does not know")
    numbers = {
        name: table[name].to_numpy().astype(np.int64 if name in _WHOLE else np.float64)
        for name in TRACK_COLUMNS
        if name != "status"
    }

    def several(names: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.stack([numbers[name] for name in names], axis=1)

    return Track(
        **{name: numbers[name] for name in ("time", "pts", "frame", "face", "confidence")},
        status=status.astype("<U12"),
        pose=several(("yaw", "pitch", "roll")),
        position=several(("x", "y", "scale")),
        aus=several(COLUMNS),
        deviation=_deviation(table),
    )


def _table(track: Track) -> dict[str, Any]:
    """Columns by name, in the order of the file."""
    numbers = np.concatenate([track.pose, track.position, track.aus], axis=1)
    table: dict[str, Any] = {name: getattr(track, name) for name in TRACK_COLUMNS[:6]}
    table |= {name: numbers[:, i] for i, name in enumerate(TRACK_COLUMNS[6:])}
    spread = np.full(track.aus.shape, np.nan) if track.deviation is None else track.deviation
    known = np.isfinite(spread)
    unsaid = ~known | np.isnan(track.aus)
    table |= dict(zip(_DEVIATION, np.where(known, spread, np.nan).T, strict=True))
    for i, name in enumerate(COLUMNS):
        table[_PRESENT[i]] = track.present(name).astype(object)
        table[_PRESENT[i]][unsaid[:, i]] = None
    return table | {
        name: track.asymmetry(code) for name, code in zip(_ASYMMETRY, _SIDED, strict=True)
    }


def _deviation(table: Any) -> NDArray[np.float32] | None:
    """The standard deviations in a table, shape (n, len(COLUMNS)); None where it has none."""
    if _DEVIATION[0] not in table.column_names:
        return None
    spread = np.stack([table[name].to_numpy().astype(np.float32) for name in _DEVIATION], axis=1)
    return spread if np.isfinite(spread).any() else None


def _type(pa: Any, name: str) -> Any:
    """Type of a column."""
    if name == "status":
        return pa.string()
    if name in _WHOLE:
        return pa.int64()
    if name in _PRESENT:
        return pa.bool_()
    return pa.float64() if name == "time" else pa.float32()
