"""What must hold in a copy of a set, and what a user should know about a clip.

A micro-expression lasts at most 0.5 s and rises within 0.26 s (Yan et al., 2013). Sets hold clips
that are longer, so that is a flag and no error.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from mien.learn.datasets.schema import Clip, Entry, Finding
from mien.learn.datasets.trees import Images, images, locate

MICRO_SECONDS, ONSET_SECONDS = 0.5, 0.26
_ABSURD = {"micro": 2.0, "macro": 60.0}  # seconds; longer is a slip of the sheet
_SLOW = 25.0  # frames per second; below, a micro-expression falls between frames


def checked(entries: Iterable[Entry]) -> tuple[list[Entry], list[Finding]]:
    """Labels alone.

    Returns:
        The same entries, with flags, and what is wrong.
    """
    entries = list(entries)
    findings = [
        Finding("error", entry.where, problem)
        for entry in entries
        for problem in problems(entry.clip)
    ]
    findings += _duplicates(entries) + _spellings(entries)
    flagged = [
        replace(one, clip=replace(one.clip, flags=(*one.clip.flags, *flags(one.clip))))
        for one in entries
    ]
    return flagged, findings


def problems(clip: Clip) -> Iterator[str]:
    """What cannot be, of one clip; each line says what to do."""
    apex = clip.onset if clip.apex is None else clip.apex
    if clip.onset < 0 or not clip.onset <= apex <= clip.offset:
        said = "unknown" if clip.apex is None else clip.apex
        frames = f"onset {clip.onset}, apex {said}, offset {clip.offset}"
        yield f"{frames}: must not fall: correct the sheet"
    elif clip.duration > _ABSURD[clip.event_type]:
        yield (
            f"lasts {clip.duration:.1f} s, too long for a {clip.event_type}-expression: look for a"
            " slip in its frames"
        )
    if clip.fps < _SLOW:
        yield f"{clip.fps:g} frames per second: too few for micro-expressions: check the rate"


def flags(clip: Clip) -> Iterator[str]:
    """What to know about one clip."""
    if clip.event_type == "micro" and clip.duration > MICRO_SECONDS:
        yield f"longer than {MICRO_SECONDS:g} s"
    if clip.apex is None:
        yield "apex unknown"
    elif clip.event_type == "micro" and (clip.apex - clip.onset) / clip.fps > ONSET_SECONDS:
        yield f"onset phase longer than {ONSET_SECONDS:g} s"


def with_frames(
    entries: Sequence[Entry], root: Path, frames: Path | None = None
) -> tuple[list[Entry], list[Finding]]:
    """Look for the images of every clip and see whether all of them are there.

    Args:
        entries: of the set.
        root: folder of the set; ``frame_dir`` is below it.
        frames: folder of the images, if it is another one; ``frame_dir`` is then below this one.

    Returns:
        The entries with folder, names and first number as they are, and what is missing.
    """
    base = frames or root
    found = locate(base, [entry.folders for entry in entries])
    if entries and not any(found.folders):
        what = (
            f"holds no images of the clips, such as in {entries[0].folders[0]}: give their folder"
            " with --frames, or leave them out with --labels-only"
        )
        return list(entries), [Finding("error", str(base), what)]
    look = lru_cache(maxsize=256)(images)  # many expressions come from one video
    findings = []
    if found.others:
        here, other = (", ".join(trees[:3]) for trees in (found.trees, found.others))
        what = f"images are read from {here}; others are in {other}: see --frames"
        findings.append(Finding("note", str(base), what))
    made = []
    for entry, folder in zip(entries, found.folders, strict=True):
        if folder is None:
            what = f"no folder {entry.folders[0]}: copy it again"
            findings.append(Finding("error", entry.where, what))
            made.append(entry)
            continue
        fresh, problem = _seen(entry, look(base / folder), folder.as_posix())
        made.append(fresh)
        findings += [Finding("error", entry.where, problem)] if problem else []
    return made, findings


def _seen(entry: Entry, there: Images, name: str) -> tuple[Entry, str]:
    """The entry with what its folder holds, and what is missing there."""
    clip = entry.clip
    if not there.numbers:
        return replace(entry, clip=replace(clip, frame_dir=name)), f"{name} holds no images"
    odd = ("irregular image names",) if there.irregular else ()
    fresh = replace(
        clip,
        frame_dir=name,
        frame_template=there.template,
        first_index=min(there.numbers),
        flags=(*clip.flags, *odd),
    )
    length = clip.offset - clip.onset + 1
    here = sum(clip.onset <= number <= clip.offset for number in there.numbers)
    if length <= 0 or here == length:
        return replace(entry, clip=fresh), ""
    what = f"{length - here} of {length} frames from {clip.onset} to {clip.offset} are missing"
    return replace(entry, clip=fresh), f"{what} in {name}: copy it again, or correct the sheet"


def _duplicates(entries: Iterable[Entry]) -> list[Finding]:
    seen: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        clip = entry.clip
        seen[clip.dataset, clip.subject, clip.clip, clip.event_type].append(entry)
    return [
        Finding("error", again.where, f"is the same clip as row {first.row}: remove one of them")
        for first, *rest in seen.values()
        for again in rest
    ]


def _spellings(entries: Iterable[Entry]) -> list[Finding]:
    """Subjects that are one number in two spellings, and would count as two people."""
    spelt: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if entry.clip.subject.isdecimal():
            spelt[entry.clip.dataset, int(entry.clip.subject)][entry.clip.subject] += 1
    return [
        Finding("error", dataset, f"subject {' and '.join(sorted(forms))}: write one and the same")
        for (dataset, _), forms in spelt.items()
        if len(forms) > 1
    ]
