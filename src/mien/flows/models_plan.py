"""What a pull would fetch, with the size and the checksum of every file, before it does.

The table knows both of all weights. Of the small files of a repository it only knows the names;
their publisher's server is asked for the rest, and nothing else of its answer is used: no name and
no address that it gives becomes a file.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin
from urllib.request import OpenerDirector

from mien.core.errors import ModelError
from mien.core.listing import Repository, Told
from mien.core.models import Model, as_told, lacking, model_named
from mien.core.places import models_folder
from mien.flows.models_http import ask, opener_of, read

_PAGES = 20  # a listing of more is none of ours
_PAGE = 4_000_000  # bytes
_NEXT = re.compile(r'<([^>]*)>\s*;\s*rel="?next"?')


def plan(name: str, *, _scheme: str = "https") -> list[Model]:
    """The models that a pull of one would fetch: itself and those it needs, where a file lacks.

    Args:
        name: of the model.
        _scheme: the only one that is spoken; for tests.

    Returns:
        The model first; size and checksum of each of its files that lacks are known.

    Raises:
        InputError: no such model.
        ModelError: another file is here in the place of one, or the server does not tell what
            mien asks for.
    """
    model = model_named(name)
    wanted = [as_told(one) for one in (model, *map(model_named, model.needs)) if lacking(one)]
    return [_completed(one, _scheme) for one in wanted]


def _completed(model: Model, scheme: str) -> Model:
    place = model.repository
    if place is None or all(file.checksum for file in lacking(model)):
        return model
    model = as_told(model, _listed(place, scheme))
    for file in lacking(model):
        if not file.checksum:
            raise ModelError(
                f"{place.listing}: does not tell size and checksum of {file.path}: try again later,"
                f" {_by_hand(place)}"
            )
    return model


def _listed(place: Repository, scheme: str) -> dict[str, Told]:
    """What the server tells about the files of a repository, by their paths here."""
    told: dict[str, Told] = {}
    opener = opener_of(scheme)
    url: str | None = place.listing
    for _ in range(_PAGES):
        if url is None:
            break
        entries, url = _page(place, url, opener)
        told |= {f"{place.folder}/{path}": entry for path, entry in _files(entries)}
    return told


def _page(place: Repository, url: str, opener: OpenerDirector) -> tuple[list[Any], str | None]:
    """The entries of one page of a listing, and the address of the next one."""
    text = b""
    with ask(opener, url, _by_hand(place)) as answer:
        while chunk := read(answer, _PAGE + 1 - len(text)):
            text += chunk
        further = _NEXT.search(answer.headers.get("Link") or "")
    try:
        entries = json.loads(text) if len(text) <= _PAGE else None
    except (ValueError, RecursionError):  # the page of a gateway, or a broken connection
        entries = None
    if not isinstance(entries, list) or not entries:
        raise ModelError(f"{url}: is no list of files: try again later, {_by_hand(place)}")
    return entries, urljoin(url, further[1]) if further else None


def _files(entries: list[Any]) -> Iterator[tuple[str, Told]]:
    """The files among the entries; one that is not described as it should be is none."""
    for entry in entries:
        try:
            large = entry.get("lfs")
            checksum = f"sha256:{large['oid']}" if large else f"git:{entry['oid']}"
            yield entry["path"], Told.checked(entry["size"], checksum)
        except (AttributeError, LookupError, TypeError, ValueError):
            continue


def _by_hand(place: Repository) -> str:
    return f"or put the files into {models_folder() / place.folder} by hand"
