"""What a protocol reports: tables to print, lines to say, figures to keep."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mien.bench.micro.estimate import Estimate
from mien.media.files import atomic

NONE = "–"


@dataclass(frozen=True)
class Table:
    """Rows of text.

    Attributes:
        title: above it.
        columns: their heads.
        rows: as long as the heads.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """All that a protocol has to say.

    Attributes:
        tables: in order.
        lines: to be read with them.
        figures: what of it goes into a file.
    """

    tables: tuple[Table, ...]
    lines: tuple[str, ...]
    figures: Mapping[str, Any] = field(hash=False)


def told(value: float) -> str:
    """A number as text, to a thousandth; a dash where there is none."""
    return NONE if math.isnan(value) else f"{value:.3f}"


def shown(one: Estimate) -> str:
    """A figure with its interval as text."""
    ends = "" if math.isnan(one.low) else f" ({told(one.low)} to {told(one.high)})"
    return told(one.value) + ends


def write_figures(report: Report, path: Path) -> None:
    """Write the figures as JSON; what has no value is null.

    Raises:
        MediaError: the file cannot be written.
    """
    with atomic(path) as file:
        text = json.dumps(_plain(report.figures), indent=1, ensure_ascii=False, allow_nan=False)
        file.write_text(text + "\n", "utf-8")


def _plain(value: object) -> object:
    if isinstance(value, Estimate):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
