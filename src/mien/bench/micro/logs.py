"""The logs of the challenges (MEGC): read and checked, that of spotting also written.

Recognition, as in 2019 and as :mod:`mien.learn.clip_log` writes it: a line ``set subject`` opens a
fold, a line ``file truth predicted`` follows for each of its clips. Where the prediction is
forgotten the second looks like the first, so a fold of a set not known, whose subject has the name
of a label, is refused.

Spotting, as since 2019: a row of a csv per label and per false alarm, with both spans and what
became of them; after these six columns mien adds subject and kind.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from mien.bench.micro.clips import Clip
from mien.bench.micro.spans import Marked
from mien.bench.micro.spotting import Match
from mien.bench.micro.tables import Row, rows_of, text_of
from mien.bench.spotting_metrics import KINDS, OVERLAP, iou
from mien.core.errors import InputError
from mien.learn.datasets.grids import separator
from mien.learn.datasets.table import DATASETS
from mien.media.files import atomic

SPOTTING = (
    "video", "gt_onset", "gt_offset", "pred_onset", "pred_offset", "result", "subject", "kind",
)  # fmt: skip
_CLIP = ("set", "subject", "file", "truth", "predicted")
_SETS = frozenset((*DATASETS, "smic"))  # the last as the challenge writes it
_RESULTS = {(True, True): "TP", (False, True): "FP", (True, False): "FN"}


def read_clips(path: Path, label: Callable[[str], bool]) -> list[Clip]:
    """The clips of a log, or of a csv file with set, subject, file, truth, predicted.

    Args:
        path: of the file.
        label: whether a word can be a label. A subject of a log may be called so only in a set of
            ``mien data``, or in one that opened a fold before or is the first of the log.

    Raises:
        InputError: neither of both, a clip without a prediction, or one that is there twice; the
            message names the line.
    """
    text = text_of(path)
    first = next((line for line in text.split("\n") if line.strip()), "")
    cells = {cell.strip().lower() for cell in first.split(separator(text))}
    clips = _from_csv(path) if len(cells & set(_CLIP)) > 1 else _from_log(path, text, label)
    seen: set[tuple[str, str, str]] = set()
    for clip in clips:
        key = (clip.set, clip.subject, clip.file)
        if key in seen:
            raise InputError(f"{clip.where}: clip {' '.join(key)} is there twice")
        seen.add(key)
    return clips


def read_matches(path: Path) -> list[Match]:
    """The rows of a spotting log; its last two columns may be missing.

    Raises:
        InputError: no such log, or a row that contradicts itself, such as a TP whose spans overlap
            by less than half; the message names the line.
    """
    return [_match(row) for row in rows_of(path, SPOTTING[:6])]


def write_matches(rows: Iterable[Match], path: Path) -> None:
    """Write a spotting log.

    Raises:
        MediaError: the file cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(SPOTTING)
    for row in rows:
        spans = [one.span if one else ("", "") for one in (row.truth, row.predicted)]
        whose = row.either
        table.writerow((whose.video, *spans[0], *spans[1], row.result, whose.subject, whose.kind))
    with atomic(path) as file:
        file.write_text(text.getvalue(), "utf-8", newline="")


def _from_csv(path: Path) -> list[Clip]:
    rows = rows_of(path, _CLIP)
    return [replace(Clip(*map(row.text, _CLIP)), where=row.where) for row in rows]


def _from_log(path: Path, text: str, label: Callable[[str], bool]) -> list[Clip]:
    fold: list[str] = []
    opened = ""
    sets = set(_SETS)
    clips = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = [word for word in re.split(r"[,\s]+", line) if word]
        where = f"{path}: line {number}"
        if len(words) == 2:
            if fold and words[0].casefold() not in sets and label(words[1]):
                told = f"{words[1]} is a label: add the prediction, or call the subject otherwise"
                raise InputError(f"{where}: {' '.join(words)!r} opens no fold: {told}")
            fold, opened = words, where
            sets.add(words[0].casefold())
        elif len(words) == 3 and fold:
            clips.append(replace(Clip(*fold, *words), where=where))
        elif words:
            told = "'set subject' opens a fold, then 'file truth predicted' for each clip"
            raise InputError(f"{where}: {told}")
    if not clips:
        told = f"{' '.join(fold)!r} opens a fold that has no clip: add 'file truth predicted'"
        raise InputError(f"{opened}: {told} for each" if fold else f"{path}: has no clip")
    return clips


def _match(row: Row) -> Match:
    sides = [_side(row, side) for side in ("gt", "pred")]
    found = Match(sides[0], sides[1]) if any(sides) else None
    result = row.text("result").upper()
    if found is None or result != _RESULTS[sides[0] is not None, sides[1] is not None]:
        raise InputError(f"{row.where}: {result}: TP has both spans, FP only pred, FN only gt")
    if sides[0] and sides[1] and iou(sides[0].span, sides[1].span) < OVERLAP:
        raise InputError(f"{row.where}: TP: the spans overlap by less than half")
    return found


def _side(row: Row, side: str) -> Marked | None:
    names = (f"{side}_onset", f"{side}_offset")
    if not any(row.cells[name] for name in names):
        return None
    onset, offset = (row.frame(name) for name in names)
    kind = row.cells.get("kind", "").lower() or "micro"
    if onset > offset or kind not in KINDS:
        raise InputError(f"{row.where}: the onset lies behind the offset, or kind {kind} is none")
    names = (row.cells.get("subject", ""), row.text("video"))
    return Marked(*names, onset, offset, kind, where=row.where)
