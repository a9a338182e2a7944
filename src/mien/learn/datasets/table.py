"""The sets that mien reads, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.learn.datasets import casme, checks, megc, more_sets, rules, samm, smic, unified
from mien.learn.datasets.cas_me_2 import cas_me_2
from mien.learn.datasets.cas_me_3 import part_a, part_c
from mien.learn.datasets.schema import Clip, Finding
from mien.learn.datasets.sheets import Read


@dataclass(frozen=True)
class Dataset:
    """One set.

    Attributes:
        name: on the command line.
        title: as its authors call it.
        read: makes entries of its folder, or of its sheet.
    """

    name: str
    title: str
    read: Callable[[Path], Read]


@dataclass(frozen=True)
class Loaded:
    """A copy of a set.

    Attributes:
        dataset: which.
        clips: all that could be read.
        findings: what is wrong, was corrected or is worth knowing, in the order of the sheet.
    """

    dataset: Dataset
    clips: tuple[Clip, ...]
    findings: tuple[Finding, ...]


DATASETS: Mapping[str, Dataset] = MappingProxyType(
    {
        one.name: one
        for one in (
            Dataset("casme", "CASME", casme.casme),
            Dataset("casme2", "CASME II", casme.casme2),
            Dataset("samm", "SAMM", samm.samm),
            Dataset("samm-lv", "SAMM Long Videos", samm.samm_lv),
            Dataset("smic-hs", "SMIC-HS", partial(smic.smic, "HS")),
            Dataset("smic-vis", "SMIC-VIS", partial(smic.smic, "VIS")),
            Dataset("smic-nir", "SMIC-NIR", partial(smic.smic, "NIR")),
            Dataset("smic-hs-e", "SMIC-HS-E", partial(smic.smic_e, "HS")),
            Dataset("smic-vis-e", "SMIC-VIS-E", partial(smic.smic_e, "VIS")),
            Dataset("smic-nir-e", "SMIC-NIR-E", partial(smic.smic_e, "NIR")),
            Dataset("cas-me-2", "CAS(ME)²", cas_me_2),
            Dataset("cas-me-3a", "CAS(ME)³ part A", part_a),
            Dataset("cas-me-3c", "CAS(ME)³ part C", part_c),
            Dataset("mmew", "MMEW", more_sets.mmew),
            Dataset("4dme", "4DME", more_sets.fourdme),
            Dataset("dfme", "DFME", more_sets.dfme),
            Dataset("megc2019", "MEGC 2019 composite", megc.megc2019),
            Dataset("folder", "your own clips", unified.folder),
        )
    }
)


def dataset_named(name: str) -> Dataset:
    """A set of the table.

    Raises:
        InputError: no such set.
    """
    if name not in DATASETS:
        hint = did_you_mean(name, DATASETS) or f": use one of {', '.join(DATASETS)}"
        raise InputError(f"unknown set {name!r}{hint}")
    return DATASETS[name]


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
        entries, seen = checks.with_frames(entries, folder, frames)
        findings += seen
    entries, wrong = checks.checked(entries)
    findings += wrong
    return Loaded(dataset, tuple(entry.clip for entry in entries), tuple(findings))
