"""Whether the images of every clip are there, are its own, and can be opened."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from mien.core.errors import MediaError
from mien.learn.datasets.frames import Images, images
from mien.learn.datasets.schema import Entry, Finding, one_spelling
from mien.learn.datasets.trees import locate
from mien.media.files import clear_errors
from mien.media.jpeg import is_damaged
from mien.media.still import opened

_NAMED = 3  # trees and subjects in a message


def with_frames(
    entries: Sequence[Entry], root: Path, frames: Path | None = None, *, nested: bool = True
) -> tuple[list[Entry], list[Finding]]:
    """Look for the images of every clip and see whether all of them are there.

    Of each clip the first, the middle and the last image are opened.

    Args:
        entries: of the set.
        root: folder of the set; ``frame_dir`` is below it.
        frames: folder of the images, if it is another one; ``frame_dir`` is then below this one.
        nested: whether there may be levels between that folder and those of the clips.

    Returns:
        The entries with folder, names and first number as they are, and what is wrong.
    """
    base = frames or root
    found = locate(base, [entry.folders for entry in entries], nested=nested)
    if entries and not any(found.folders):
        what = (
            f"holds no images of the clips, such as in {entries[0].folders[0]}: give their folder"
            " with --frames, or leave them out with --labels-only"
        )
        return list(entries), [Finding("error", str(base), what)]
    look = lru_cache(maxsize=256)(images)  # many expressions come from one video
    findings = []
    if found.others:
        here, other = ", then from ".join(found.trees[:_NAMED]), ", ".join(found.others[:_NAMED])
        what = f"images are read from {here}; others of the same clips are in {other}: see --frames"
        findings.append(Finding("note", str(base), what))
    made, filmed = [], []
    for entry, folder in zip(entries, found.folders, strict=True):
        if folder is None:
            what = f"no folder {entry.folders[0]}: copy it again"
            findings.append(Finding("error", entry.where, what))
            made.append(entry)
            continue
        fresh, said = _seen(entry, look(base / folder), folder.as_posix(), base)
        made.append(fresh)
        filmed.append(fresh)
        findings += [Finding("error", entry.where, one) for one in said]
    return made, findings + list(_claimed(filmed))


def _seen(entry: Entry, there: Images, name: str, base: Path) -> tuple[Entry, list[str]]:
    """The entry with what its folder holds, and what is wrong there."""
    clip = entry.clip
    if not there.names:
        return replace(entry, clip=replace(clip, frame_dir=name)), [f"{name} holds no images"]
    odd = ("irregular image names",) if there.irregular else ()
    fresh = replace(
        clip,
        frame_dir=name,
        frame_template=there.template,
        first_index=min(there.names),
        flags=(*clip.flags, *odd),
    )
    said = []
    length = clip.offset - clip.onset + 1
    own = [file for number, file in there.names.items() if clip.onset <= number <= clip.offset]
    if length > 0 and len(own) < length:
        what = f"{length - len(own)} of {length} frames from {clip.onset} to {clip.offset}"
        said.append(f"{what} are missing in {name}: copy it again, or correct the sheet")
    some = dict.fromkeys((own[0], own[len(own) // 2], own[-1])) if own else ()
    if bad := [file for file in some if not _opens(base / name / file)]:
        said.append(f"{', '.join(bad)} in {name} cannot be opened, or is damaged: copy it again")
    return replace(entry, clip=fresh), said


def _opens(path: Path) -> bool:
    """Whether an image can be decoded whole; at an eighth of its size where that is faster."""
    try:
        with opened(path) as image, clear_errors(path, "is damaged"):
            jpeg = image.format in ("JPEG", "MPO")
            image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()
    except MediaError:
        return False
    return not (jpeg and is_damaged(path))


def _claimed(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Folders that are those of two people: who is tested would be trained on."""
    of_folder: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        of_folder[entry.clip.frame_dir].append(entry)
    for name, own in of_folder.items():
        people = {
            (one.clip.dataset, one_spelling(one.clip.subject)): one.clip.subject for one in own
        }
        if len(people) > 1:
            named = " and ".join(sorted(people.values())[:_NAMED])
            what = f"{name} is the folder of {named}: give each subject images of its own"
            yield from (Finding("error", one.where, what) for one in own)
