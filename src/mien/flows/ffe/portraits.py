"""The portraits that a set is made from: a folder of them, or a list that says more of each."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from mien.core.document import did_you_mean
from mien.core.errors import InputError
from mien.core.names import distinct
from mien.flows.shoot import photos_in
from mien.learn.ffe.entry import parsed
from mien.learn.ffe.form import DOMAINS, written
from mien.learn.ffe.row import Person
from mien.learn.ffe.skin import TONES

_NEEDED = ("image", "identity", "licence", "consent")
_KNOWN = (*_NEEDED, "source", "domain", "gender", "age", "skin")
_LISTS = (".csv", ".jsonl")
_LONGEST = 60  # characters of a name
_OLDEST = 130  # years


@dataclass(frozen=True)
class Portrait:
    """A picture of somebody who agreed.

    Attributes:
        name: letters, digits, ``-`` and ``_``; unlike any other, and in a list of what its image is
            called alone, so that no other entry changes it.
        photo: the picture.
        identity: who; several pictures of one person share it.
        licence: by which it may be used.
        consent: where the consent is recorded.
        source: where it comes from.
        domain: ``"human"``, ``"anime"``, or empty for what it looks like.
        person: what is known of them.
    """

    name: str
    photo: Path
    identity: str
    licence: str
    consent: str
    source: str
    domain: str = ""
    person: Person = field(default_factory=Person)


def portraits(
    place: Path, *, licence: str | None = None, consent: str | None = None, domain: str = ""
) -> list[Portrait]:
    """The portraits of a folder or of a list.

    Args:
        place: a folder, of which each picture is another person, or a ``.csv`` or ``.jsonl`` list
            with the fields image, identity, licence, consent, and as known source, domain, gender,
            age, skin; images are looked for from its folder.
        licence: of all pictures whose entry names none.
        consent: of all pictures whose entry names none.
        domain: of all pictures whose entry names none.

    Raises:
        InputError: no portraits; no licence or no consent; an entry that cannot be used, the
            message names its line.
    """
    given = {"licence": licence or "", "consent": consent or "", "domain": domain}
    if place.is_dir():
        for name in ("licence", "consent"):
            if not given[name].strip():
                raise InputError(
                    f"{place}: by which {name} are these portraits used? Say it with --{name},"
                    " or give a list with it for each"
                )
        found = [
            (f"{place / photo.name}", {"image": photo.name, "identity": photo.stem})
            for photo in photos_in(place)
        ]
        folder = place
    else:
        found, folder = list(_listed(place)), place.parent
    if not found:
        raise InputError(f"{place}: is empty: name a portrait on a line")
    parts = [_portrait(where, {**given, **entry}, folder) for where, entry in found]
    images = (entry["image"] for _, entry in found)
    names = distinct(_slug(Path(i).stem) if place.is_dir() else _name(i) for i in images)
    return [Portrait(name, **part) for name, part in zip(names, parts, strict=True)]


def _listed(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and filled fields of every entry."""
    if path.suffix.lower() not in _LISTS:
        raise InputError(f"{path}: give a folder of portraits, or a list (.csv or .jsonl)")
    if not path.is_file():
        raise InputError(f"{path}: no such file: give a list of portraits")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text in UTF-8: give a list of portraits") from None
    read = _csv if path.suffix.lower() == ".csv" else _jsonl
    for number, entry in read(text, path):
        where = f"{path}:{number}"
        for name in entry:
            if name not in _KNOWN:
                hint = did_you_mean(str(name), _KNOWN) or f": use {', '.join(_KNOWN)}"
                raise InputError(f"{where}: unknown field {str(name)[:40]!a}{hint}")
            if isinstance(entry[name], str) and not written(entry[name]):
                raise InputError(f"{where}: {name}: is no text")
        filled = {name: str(value).strip() for name, value in entry.items() if value is not None}
        yield where, {name: value for name, value in filled.items() if value}


def _csv(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="more than the columns")
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: is no CSV: {error}") from None


def _jsonl(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            stored, problem = parsed(line)
            if problem or not isinstance(stored, dict):
                raise InputError(f"{path}:{number}: {problem or 'is no object'}")
            yield number, stored


def _portrait(where: str, entry: Mapping[str, str], folder: Path) -> dict[str, Any]:
    for name in _NEEDED:
        if not entry.get(name):
            raise InputError(f"{where}: {name}: is missing: nothing is used without it")
    photo = folder / entry["image"]
    if not photo.is_file():
        raise InputError(f"{where}: image: there is no {photo}")
    domain, skin = entry.get("domain", ""), entry.get("skin", "").lower()
    for name, value, known in (("domain", domain, DOMAINS), ("skin", skin, TONES)):
        if value and value not in known:
            hint = did_you_mean(value, known) or f": use {', '.join(known)}"
            raise InputError(f"{where}: {name}: unknown {value[:40]!a}{hint}")
    person = Person(entry.get("gender", ""), _age(where, entry.get("age")), skin)
    source = entry.get("source") or photo.name
    own = {name: entry[name] for name in ("identity", "licence", "consent")}
    return {"photo": photo, **own, "source": source, "domain": domain, "person": person}


def _age(where: str, text: str | None) -> float | None:
    if text is None or text.upper() in ("NA", "N/A", "?"):
        return None
    try:
        age = float(text)
    except ValueError:
        age = -1.0
    if not 0.0 <= age <= _OLDEST:
        raise InputError(f"{where}: age: {text[:40]!a} is no age in years")
    return age


def _name(image: str) -> str:
    """Of an image of a list: its path without the ending, and a hash where that is no name."""
    path = PurePosixPath(Path(image).as_posix())
    plain = _slug("-".join(path.with_suffix("").parts[-2:]))
    if plain == str(path.with_suffix("")):
        return plain
    return f"{plain}-{hashlib.sha256(str(path).encode()).hexdigest()[:6]}"


def _slug(stem: str) -> str:
    """A name that files, shards and rows can have."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in stem)
    return plain.strip("-")[:_LONGEST] or "portrait"
