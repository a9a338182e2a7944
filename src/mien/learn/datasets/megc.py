"""The composite of the 2019 Micro-Expression Grand Challenge: three sets, three classes.

See, Yap, Li, Hong & Wang (2019): 442 clips of SMIC-HS, CASME II and SAMM by 68 people; negative
250, positive 109, surprise 83. The list that the organisers gave out is a csv file without header:
set, subject, clip, label (0 negative, 1 positive, 2 surprise).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mien.core.errors import InputError
from mien.learn.datasets.casme import casme2
from mien.learn.datasets.grids import grids
from mien.learn.datasets.labelled import padded
from mien.learn.datasets.samm import samm
from mien.learn.datasets.schema import Clip, Entry, Finding
from mien.learn.datasets.sheets import Read, Row, headerless
from mien.learn.datasets.smic import smic
from mien.learn.datasets.trees import sheet, sheets

CLASSES = ("negative", "positive", "surprise")
PARTS = ("smic-hs", "casme2", "samm")

# Subject and clip that the official list leaves out.
EXCLUDED = frozenset((("04", "EP12_01f"), ("05", "EP12_03f"), ("24", "EP02_07")))

_NEGATIVE = {
    "smic-hs": {"negative"},
    "casme2": {"disgust", "repression"},  # its few clips of sadness and fear are not in the list
    "samm": {"anger", "contempt", "disgust", "fear", "sadness"},
}
_POSITIVE = {"positive", "happiness"}
LIST = ("*3_class*.csv", "*megc*2019*.csv", "*megc2019*.csv", "*composite*.csv")
_LOADERS: dict[str, Callable[[Path], Read]] = {
    "smic-hs": lambda root: smic("HS", root),
    "casme2": casme2,
    "samm": samm,
}


@dataclass(frozen=True)
class Listed:
    """A row of the official list.

    Attributes:
        dataset: ``"smic-hs"``, ``"casme2"`` or ``"samm"``.
        subject: as written.
        clip: as written.
        label: one of :data:`CLASSES`.
        row: in the file, from 1.
    """

    dataset: str
    subject: str
    clip: str
    label: str
    row: int

    @property
    def key(self) -> tuple[str, int, str]:
        """What it has in common with its clip: ``sub04``, ``04`` and ``4`` are one subject."""
        return _key(self.dataset, self.subject, self.clip)


def three_class(clip: Clip) -> str | None:
    """The label of a clip in the composite; None where it is not part of it."""
    if clip.dataset not in PARTS:
        return None
    if clip.dataset == "casme2" and (clip.subject, clip.clip) in EXCLUDED:
        return None
    if clip.emotion in _NEGATIVE[clip.dataset]:
        return "negative"
    if clip.emotion in _POSITIVE:
        return "positive"
    return "surprise" if clip.emotion == "surprise" else None


def composite(clips: Iterable[Clip]) -> list[Clip]:
    """The clips of the composite with their three-class label as ``emotion``.

    Args:
        clips: of SMIC-HS, CASME II and SAMM; those of other sets are left out.
    """
    labelled = ((clip, three_class(clip)) for clip in clips)
    return [replace(clip, emotion=label) for clip, label in labelled if label is not None]


def read_list(path: Path) -> tuple[list[Listed], list[Finding]]:
    """The official list, and what is wrong with its rows.

    Raises:
        InputError: it cannot be read, or is another table.
    """
    grid = next(iter(grids(path).values()))
    rows = headerless(path, grid, ("dataset", "subject", "clip", "label"))
    listed, findings = [], []
    for row in rows:
        try:
            listed.append(_listed(row))
        except InputError as error:
            what = str(error).removeprefix(f"{row.where}, ")
            findings.append(Finding("error", row.where, what))
    if not listed:
        raise InputError(f"{path}: has no row of set, subject, clip, label: give the list itself")
    return listed, findings


def megc2019(root: Path) -> Read:
    """The composite from the three sets in one folder, compared with the list where it is there.

    Raises:
        InputError: none of the sets is there.
    """
    parts: dict[str, Read] = {}
    findings: list[Finding] = []
    for name, load in _LOADERS.items():
        try:
            parts[name] = load(root)
        except InputError as error:
            findings.append(Finding("error", name, str(error)))
    if not parts:
        raise InputError(
            f"{root}: none of SMIC-HS, CASME II and SAMM in it: put the sets beside the list"
        )
    entries = {_of(one.clip): one for part in parts.values() for one in part.entries}
    findings += [finding for part in parts.values() for finding in part.findings]
    chosen = {key: label for key, one in entries.items() if (label := three_class(one.clip))}
    if sheets(root, LIST):
        listed, faults = read_list(sheet(root, LIST, "the MEGC 2019 list"))
        findings += faults + _differences(listed, chosen, set(parts))
    made = tuple(_relabelled(entries[key], label) for key, label in chosen.items())
    return Read(made, tuple(findings))


def _listed(row: Row) -> Listed:
    name = re.sub(r"[^a-z0-9]", "", row.named("dataset").casefold())
    names = {"smic": "smic-hs", "smichs": "smic-hs", "casme2": "casme2", "casmeii": "casme2"}
    dataset = {**names, "samm": "samm"}.get(name)
    if dataset is None:
        raise row.complaint("set", f"{row.text('dataset')!r}: write smic, casme2 or samm")
    label = row.text("label")
    if label not in {"0", "1", "2"}:
        raise row.complaint("label", f"{label!r}: write 0, 1 or 2")
    return Listed(
        dataset, padded(row, "subject", 2), row.named("clip"), CLASSES[int(label)], row.number
    )


def _differences(
    listed: Iterable[Listed], chosen: dict[tuple[str, int, str], str], there: set[str]
) -> list[Finding]:
    """Where the list and the sets that are there do not agree."""
    rows = {one.key: one for one in listed if one.dataset in there}
    found = []
    for key, one in rows.items():
        if key not in chosen:
            what = f"{one.clip} of {one.subject} is not among the clips of the set: complete it"
            found.append(Finding("error", f"list row {one.row} ({one.dataset})", what))
        elif chosen[key] != one.label:
            what = f"{one.clip} of {one.subject} is {one.label} here, {chosen[key]} in its set"
            found.append(Finding("error", f"list row {one.row} ({one.dataset})", what))
    for dataset, subject, clip in chosen.keys() - rows.keys():
        what = f"{clip} of subject {subject} is not in the list: compare it with the official one"
        found.append(Finding("error", dataset, what))
    return found


def _relabelled(one: Entry, label: str) -> Entry:
    return replace(one, clip=replace(one.clip, emotion=label))


def _of(clip: Clip) -> tuple[str, int, str]:
    return _key(clip.dataset, clip.subject, clip.clip)


def _key(dataset: str, subject: str, clip: str) -> tuple[str, int, str]:
    digits = re.sub(r"\D", "", subject)
    return dataset, int(digits or -1), clip.casefold()
