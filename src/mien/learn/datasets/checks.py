"""What must hold in a copy of a set, and what a user should know about a clip.

A micro-expression lasts at most 0.5 s and rises within 0.26 s (Yan et al., 2013). Sets hold clips
that are longer, so that is a flag and no error.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mien.learn.datasets.schema import Clip, Entry, Finding, one_spelling
from mien.learn.datasets.slips import slips

MICRO_SECONDS, ONSET_SECONDS = 0.5, 0.26
ERROR = "error: "  # before a flag that is one
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
    findings += [*_duplicates(entries), *_spellings(entries)]
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
    yield from slips(clip)


def marked(entries: Iterable[Entry], findings: Iterable[Finding]) -> list[Entry]:
    """The entries, those with an error with a flag that says which."""
    wrong: dict[str, list[str]] = defaultdict(list)
    for one in findings:
        if one.kind == "error":
            wrong[one.where].append(f"{ERROR}{one.what}")
    return [
        replace(entry, clip=replace(entry.clip, flags=(*entry.clip.flags, *wrong[entry.where])))
        for entry in entries
    ]


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


def _spellings(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Subjects that are one in two spellings, and would count as two people.

    Every row but those of the commonest spelling is told.
    """
    of_one: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        of_one[entry.clip.dataset, one_spelling(entry.clip.subject)].append(entry)
    for own in of_one.values():
        usual = Counter(entry.clip.subject for entry in own).most_common(1)[0][0]
        for entry in own:
            if entry.clip.subject != usual:
                what = f"subject {entry.clip.subject} is {usual} elsewhere: write one and the same"
                yield Finding("error", entry.where, what)
