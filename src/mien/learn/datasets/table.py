"""The sets that mien reads, by name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.learn.datasets import (
    cas_me_2,
    cas_me_3,
    casme,
    checks,
    frame_checks,
    megc,
    more_sets,
    rules,
    samm,
    smic,
    unified,
)
from mien.learn.datasets.schema import Clip, Finding
from mien.learn.datasets.sheets import Read
from mien.learn.datasets.trees import fits


@dataclass(frozen=True)
class Dataset:
    """One set.

    Attributes:
        name: on the command line.
        title: as its authors call it.
        read: makes entries of its folder, or of its sheet.
        sheets: names that its sheets may have, as for :func:`mien.learn.datasets.trees.sheet`.
        nested: whether its copies add levels above the folders of the clips.
    """

    name: str
    title: str
    read: Callable[[Path], Read]
    sheets: tuple[str, ...] = ()
    nested: bool = True


@dataclass(frozen=True)
class Loaded:
    """A copy of a set.

    Attributes:
        dataset: which.
        clips: all that could be read.
        findings: what is wrong, was corrected or is worth knowing: first of the set as a whole,
            then in the order of the sheet.
    """

    dataset: Dataset
    clips: tuple[Clip, ...]
    findings: tuple[Finding, ...]


DATASETS: Mapping[str, Dataset] = MappingProxyType(
    {
        one.name: one
        for one in (
            Dataset("casme", "CASME", casme.casme, casme.CASME_SHEET),
            Dataset("casme2", "CASME II", casme.casme2, casme.CASME2_SHEET),
            Dataset("samm", "SAMM", samm.samm, samm.MICRO_SHEET),
            Dataset("samm-lv", "SAMM Long Videos", samm.samm_lv, samm.LONG_SHEET),
            Dataset("smic-hs", "SMIC-HS", partial(smic.smic, "HS")),
            Dataset("smic-vis", "SMIC-VIS", partial(smic.smic, "VIS")),
            Dataset("smic-nir", "SMIC-NIR", partial(smic.smic, "NIR")),
            *(
                Dataset(
                    f"smic-{camera.casefold()}-e",
                    f"SMIC-{camera}-E",
                    partial(smic.smic_e, camera),
                    smic.extended_sheet(camera),
                )
                for camera in smic.FPS
            ),
            Dataset("cas-me-2", "CAS(ME)²", cas_me_2.cas_me_2, cas_me_2.SHEET),
            Dataset("cas-me-3a", "CAS(ME)³ part A", cas_me_3.part_a, cas_me_3.A_SHEETS),
            Dataset("cas-me-3c", "CAS(ME)³ part C", cas_me_3.part_c, cas_me_3.C_SHEET),
            Dataset("mmew", "MMEW", more_sets.mmew, more_sets.MMEW_SHEET),
            Dataset("4dme", "4DME", more_sets.fourdme, more_sets.FOURDME_SHEET),
            Dataset("dfme", "DFME", more_sets.dfme, more_sets.DFME_SHEET),
            Dataset("megc2019", "MEGC 2019 composite", megc.megc2019, megc.LIST),
            Dataset("folder", "your own clips", unified.folder, unified.SHEET, nested=False),
        )
    }
)


def dataset_named(name: str) -> Dataset:
    """A set of the table.

    Raises:
        InputError: no such set.
    """
    if name not in DATASETS:
        hint = did_you_mean(_plain(name), DATASETS) or f": use one of {', '.join(DATASETS)}"
        raise InputError(f"unknown set {name!r}{hint}")
    return DATASETS[name]


def _plain(name: str) -> str:
    """A name nearer to those of the table: ``CASME-II`` and ``cas(me)2`` as well."""
    digits = name.casefold().replace("iii", "3").replace("ii", "2")
    near = digits.replace("(", "-").replace(")", "-")
    joined = re.sub(r"[\s_-]", "", digits)
    return joined if near not in DATASETS and joined in DATASETS else near


def is_sheet(name: str) -> bool:
    """Whether a file of this name would be taken for a sheet of some set."""
    return any(fits(name, one.sheets) for one in DATASETS.values())


def load(
    name: str,
    root: Path,
    *,
    frames: Path | None = None,
    labels_only: bool = False,
    as_distributed: bool = False,
) -> Loaded:
    """Read a set and check it.

    Args:
        name: of the set.
        root: its folder, or the sheet in it.
        frames: folder of the images, if it is another one.
        labels_only: whether the images are left out.
        as_distributed: whether known slips of the sheet stay.

    Raises:
        InputError: no such set, or a sheet that cannot be used at all.
        MissingExtraError: what reads such sheets is not installed.
    """
    dataset = dataset_named(name)
    if frames is not None and not frames.is_dir():
        raise InputError(f"{frames}: no such folder: give the one that holds the images")
    read = dataset.read(root)
    entries, findings = list(read.entries), list(read.findings)
    if not entries and not findings:
        raise InputError(f"{root}: its sheet has no rows: give the set's own, unchanged sheet")
    if not as_distributed:
        entries, fixed = rules.correct(entries)
        findings += fixed
    if not labels_only:
        folder = root if root.is_dir() else root.parent
        entries, seen = frame_checks.with_frames(entries, folder, frames, nested=dataset.nested)
        findings += seen
    entries, wrong = checks.checked(entries)
    findings = sorted(findings + wrong, key=_place)
    clips = tuple(entry.clip for entry in checks.marked(entries, findings))
    return Loaded(dataset, clips, tuple(findings))


def _place(finding: Finding) -> tuple[str, int]:
    """File and row that it is about."""
    match = re.match(r"(.+?) row (\d{1,9})\b", finding.where)
    return (match[1], int(match[2])) if match else ("", 0)
