"""Fetch a model that the user asks for by name; the only place where mien touches the network.

A file is streamed into ``NAME.part`` beside its place, goes on there where an earlier attempt
stopped, and takes its name only when its SHA-256 is the one in the table.
"""

import errno
import shutil
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from mien.core.errors import ModelError
from mien.core.models import ModelFile, check, lacking, model_named
from mien.core.places import models_folder
from mien.core.seams import Progress, silent

_CHUNK = 1 << 20  # bytes read at once
_PATIENCE = 30.0  # seconds without a byte


def pull(name: str, progress: Progress = silent, *, _scheme: str = "https") -> list[Path]:
    """Fetch the files of a model that are not here yet.

    Args:
        name: of the model.
        progress: told about the kilobytes of each file.
        _scheme: the only one that is spoken; for tests.

    Returns:
        The files that were fetched.

    Raises:
        InputError: no such model.
        ModelError: a file cannot be fetched or stored, or is not the one in the table.
    """
    folder = models_folder()
    files = lacking(model_named(name))
    opener = _opener(_scheme)
    try:
        _check_room(folder, files)
        for file in files:
            _fetch(file, folder / file.path, opener, progress)
    except OSError as error:  # of the disk: what the network raises has become a ModelError
        room = ": make room and run it again, it goes on" if error.errno == errno.ENOSPC else ""
        raise ModelError(f"{folder}: cannot be written: {error.strerror or error}{room}") from error
    return [folder / file.path for file in files]


def _check_room(folder: Path, files: list[ModelFile]) -> None:
    needed = sum(file.size - _size(_part(folder / file.path)) for file in files)
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(nearest).free
    if needed > free:
        raise ModelError(
            f"{folder}: {free / 1e6:.1f} MB are free, {needed / 1e6:.1f} MB are needed:"
            " make room, or set MIEN_MODELS to a folder on another disk"
        )


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _fetch(file: ModelFile, target: Path, opener: OpenerDirector, progress: Progress) -> None:
    part = _part(target)
    if _size(part) > file.size:
        part.unlink()
    if _size(part) < file.size:
        name, total = f"{target.name} (kB)", file.size // 1000
        _download(file, part, opener, lambda done: progress(name, done // 1000, total))
    try:
        check(part, file)
    except ModelError:
        part.unlink()
        raise ModelError(
            f"{file.url}: what came is not the file that mien knows (SHA-256), and was not kept:"
            " try again; if that does not help, the file has changed there"
        ) from None
    part.replace(target)


def _download(
    file: ModelFile, part: Path, opener: OpenerDirector, told: Callable[[int], None]
) -> None:
    """Stream a file, or the rest of it, into ``part``."""
    done = _size(part)
    with _asked(file, part, opener, done) as answer:
        done = done if answer.status == 206 else 0  # 200: the server sends all of it
        length = answer.headers.get("Content-Length")
        if length is not None and done + int(length) != file.size:
            part.unlink(missing_ok=True)
            raise ModelError(
                f"{file.url}: has {done + int(length)} bytes there instead of {file.size}:"
                " it has changed, nothing was kept"
            )
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("ab" if done else "wb") as out:
            while done < file.size and (chunk := _read(answer, file.size - done)):
                out.write(chunk)
                done += len(chunk)
                told(done)
    if done < file.size:
        raise ModelError(
            f"{file.url}: the connection broke after {done} of {file.size} bytes:"
            " run it again, it goes on from there"
        )


def _asked(file: ModelFile, part: Path, opener: OpenerDirector, done: int) -> Any:
    """The server's answer to a request for all but the first ``done`` bytes."""
    headers = {"User-Agent": "mien", **({"Range": f"bytes={done}-"} if done else {})}
    by_hand = f"or put the file at {part.with_suffix('')} by hand"
    try:
        return opener.open(Request(file.url, headers=headers), timeout=_PATIENCE)  # noqa: S310
    except HTTPError as error:
        error.close()
        if error.code == 416:  # the server has no more than what is here, so that was another file
            part.unlink()
        raise ModelError(
            f"{file.url}: answers {error.code} {error.reason}: try again later, {by_hand}"
        ) from error
    except (URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or reason
        raise ModelError(
            f"{file.url}: cannot be reached: {reason}: check the connection, {by_hand}"
        ) from error


def _read(answer: Any, most: int) -> bytes:
    """The next bytes; none where the answer ends, or the connection breaks."""
    try:
        return bytes(answer.read(min(_CHUNK, most)))
    except (HTTPException, OSError):
        return b""


def _opener(scheme: str) -> OpenerDirector:
    """Something that speaks one scheme only; urllib's own would follow to http, ftp and files."""
    opener = OpenerDirector()
    speaks = {"https": HTTPSHandler, "http": HTTPHandler}[scheme]()
    handlers = ProxyHandler(), speaks, HTTPDefaultErrorHandler(), HTTPErrorProcessor()
    for handler in (*handlers, _OneScheme(scheme)):
        opener.add_handler(handler)
    return opener


class _OneScheme(HTTPRedirectHandler):
    """Refuses addresses of any other scheme, the first one and those that a server leads to."""

    def __init__(self, scheme: str) -> None:
        self._scheme = scheme

    def default_open(self, request: Request) -> None:
        """Look at an address before anybody opens it."""
        if urlsplit(request.full_url).scheme != self._scheme:
            raise ModelError(f"{request.full_url}: is no {self._scheme} address, nothing is asked")

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Look at an address before it is followed."""
        if urlsplit(newurl).scheme != self._scheme:
            raise ModelError(
                f"{req.full_url}: leads to {newurl}, which is no {self._scheme} address:"
                " nothing was fetched"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)
