"""Expressions as spans of frames: what is labelled in a clip, or predicted."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mien.bench.micro.tables import Row, rows_of
from mien.bench.spotting_metrics import KINDS, Span
from mien.core.errors import InputError
from mien.learn.datasets.schema import one_spelling

Clips = Mapping[tuple[str, str], float]
"""Seconds of each clip, by subject and name."""

_IN_EVENTS = {"onset": "pred_onset", "offset": "pred_offset"}  # as events.csv of mien has them


@dataclass(frozen=True)
class Marked:
    """An expression in a clip.

    Attributes:
        subject: who it is; empty where a table does not say.
        video: name of the clip, of its own among the clips of a subject.
        onset: first frame.
        offset: last frame, included.
        kind: ``"micro"`` or ``"macro"``.
        emotion: its class; empty where nothing is said.
        where: file and line it comes from, for messages.
    """

    subject: str
    video: str
    onset: int
    offset: int
    kind: str = "micro"
    emotion: str = ""
    where: str = field(default="", compare=False)

    @property
    def span(self) -> Span:
        """First and last frame."""
        return self.onset, self.offset


def read_labels(path: Path, *needed: str) -> list[Marked]:
    """The labelled expressions in a csv file: subject, video, onset, offset; kind, emotion.

    Without a column ``kind`` all are micro-expressions.

    Args:
        path: of the file.
        needed: of the last two columns those that must be there.

    Raises:
        InputError: a file that is no such table, a label that is there twice, or a subject in two
            spellings; the message names the line.
    """
    rows = rows_of(path, ("subject", "video", "onset", "offset", *needed))
    labels = [_marked(row, ("subject", *needed)) for row in rows]
    seen: dict[Marked, str] = {}
    people: dict[str, str] = {}
    for one in labels:
        _check_spelling(one, people)
        if one in seen:
            raise InputError(f"{one.where}: is the same label as {seen[one]}")
        seen[one] = one.where
    return labels


def read_predicted(
    path: Path, clips: Collection[tuple[str, str]], *needed: str, closed: bool = False
) -> list[Marked]:
    """The predictions in a csv file: video, onset, offset; subject, kind, emotion.

    ``events.csv`` of ``mien read`` can be given as it is. Nothing predicted is a prediction too.

    Args:
        path: of the file.
        clips: subject and name of those that are known; they tell who is meant where no subject is
            said.
        needed: of the last three columns those that must be there.
        closed: whether there are no other clips.

    Raises:
        InputError: a file that is no such table, or a clip that is not known, or whose subject is
            not; the message names the line.
    """
    rows = rows_of(path, ("video", "onset", "offset", *needed), _IN_EVENTS, empty=True)
    return with_subjects([_marked(row, needed) for row in rows], clips, closed=closed)


def read_clips(path: Path) -> Clips:
    """Seconds of all clips, from a csv file: subject, video, seconds.

    Raises:
        InputError: a file that is no such table, a length that is none, a clip that is there twice.
    """
    clips: dict[tuple[str, str], float] = {}
    for row in rows_of(path, ("subject", "video", "seconds")):
        clip, seconds = (row.text("subject"), row.text("video")), row.number("seconds")
        if seconds <= 0:
            raise InputError(f"{row.where}: seconds: {seconds:g} is no length")
        if clip in clips:
            raise InputError(f"{row.where}: clip {' '.join(clip)} is there twice")
        clips[clip] = seconds
    return clips


def with_subjects(
    spans: Iterable[Marked], clips: Collection[tuple[str, str]], *, closed: bool = False
) -> list[Marked]:
    """The same spans, each with its subject.

    Args:
        spans: some without a subject.
        clips: subject and name of those that are known.
        closed: whether there are no others.

    Raises:
        InputError: a clip that nobody, or more than one, is known to have; or that is not known; or
            a subject who is known by another spelling.
    """
    whose: dict[str, list[str]] = {}
    people: dict[str, str] = {}
    for subject, video in dict.fromkeys(clips):
        whose.setdefault(video, []).append(subject)
        people.setdefault(one_spelling(subject), subject)
    found = []
    for span in spans:
        named = span if span.subject else replace(span, subject=_subject(span, whose))
        _check_spelling(named, people)
        if closed and named.subject not in whose.get(named.video, ()):
            told = f"video {named.video} of subject {named.subject}"
            raise InputError(f"{span.where}: {told} is not in the list of clips")
        found.append(named)
    return found


def by_clip(spans: Iterable[Marked]) -> dict[tuple[str, str], list[Marked]]:
    """Spans by subject and clip, both in order of appearance."""
    clips: dict[tuple[str, str], list[Marked]] = {}
    for span in spans:
        clips.setdefault((span.subject, span.video), []).append(span)
    return clips


def _subject(span: Marked, whose: Mapping[str, list[str]]) -> str:
    subjects = whose.get(span.video, [])
    if len(subjects) != 1:
        told = "several subjects have one" if subjects else "whose it is is not known"
        raise InputError(f"{span.where}: video {span.video}: {told}: give a column subject")
    return subjects[0]


def _check_spelling(span: Marked, people: dict[str, str]) -> None:
    """Refuse somebody who would count as two people.

    Args:
        span: whose subject is checked, and kept where nobody is known by that name.
        people: who is known, by :func:`one_spelling`.
    """
    known = people.setdefault(one_spelling(span.subject), span.subject)
    if known != span.subject:
        told = f"subject {span.subject} is {known} elsewhere: write one and the same"
        raise InputError(f"{span.where}: {told}")


def _marked(row: Row, needed: Iterable[str]) -> Marked:
    onset, offset = row.frame("onset"), row.frame("offset")
    if onset > offset:
        raise InputError(f"{row.where}: onset {onset} lies behind offset {offset}")
    said = {name: row.cells.get(name, "") for name in ("subject", "kind", "emotion")}
    said |= {name: row.text(name) for name in needed}
    kind = said["kind"].lower() or "micro"
    if kind not in KINDS:
        raise InputError(f"{row.where}: kind {said['kind']}: write {' or '.join(KINDS)}")
    names = (said["subject"], row.text("video"))
    return Marked(*names, onset, offset, kind, said["emotion"], row.where)
