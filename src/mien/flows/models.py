"""Fetch a model that the user asks for by name, file after file.

A file is streamed into ``NAME.part`` beside its place, goes on there where an earlier attempt
stopped, and takes its name only when its checksum is the one it should have.
"""

import errno
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.request import OpenerDirector

from mien.core.errors import ModelError
from mien.core.models import Model, ModelFile, check, keep_told, lacking
from mien.core.places import models_folder
from mien.core.seams import Progress, silent
from mien.flows.models_http import PastEndError, ask, opener_of, read


def pull(
    planned: Sequence[Model], progress: Progress = silent, *, _scheme: str = "https"
) -> list[Path]:
    """Fetch the files of some models that are not here yet.

    Args:
        planned: what :func:`mien.flows.models_plan.plan` says.
        progress: told about the kilobytes of each model.
        _scheme: the only one that is spoken; for tests.

    Returns:
        The files that were fetched.

    Raises:
        ModelError: a file cannot be fetched or stored, or is not the one it should be.
    """
    folder = models_folder()
    opener = opener_of(_scheme)
    fetched: list[Path] = []
    try:
        _check_room(folder, [file for model in planned for file in lacking(model)])
        for model in planned:
            fetched += _fetch_all(model, folder, opener, progress)
    except OSError as error:  # of the disk: what the network raises has become a ModelError
        room = ": make room and run it again, it goes on" if error.errno == errno.ENOSPC else ""
        raise ModelError(f"{folder}: cannot be written: {error.strerror or error}{room}") from error
    return fetched


def _check_room(folder: Path, files: list[ModelFile]) -> None:
    needed = sum(file.size - _size(_part(folder / file.path)) for file in files)
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(nearest).free
    if needed > free:
        raise ModelError(
            f"{folder}: {free / 1e6:.1f} MB are free, {needed / 1e6:.1f} MB are needed:"
            " make room, or set MIEN_MODELS to a folder on another disk"
        )


def _fetch_all(
    model: Model, folder: Path, opener: OpenerDirector, progress: Progress
) -> list[Path]:
    files = lacking(model)
    step, total = f"{model.name} (kB)", sum(file.size for file in files) // 1000
    before = 0  # bytes of the files that are done

    def told(done: int) -> None:
        progress(step, (before + done) // 1000, total)

    keep_told(model)
    for file in files:
        _fetch(file, folder / file.path, opener, told)
        before += file.size
    return [folder / file.path for file in files]


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _fetch(
    file: ModelFile, target: Path, opener: OpenerDirector, told: Callable[[int], None]
) -> None:
    part = _part(target)
    if _size(part) > file.size:
        part.unlink()
    while (before := _size(part)) < file.size:
        _download(file, target, opener, told)
        if _size(part) <= before:  # as long as every attempt brings something, it goes on by itself
            raise ModelError(
                f"{file.url}: the connection broke after {_size(part)} of {file.size} bytes:"
                " run it again, it goes on from there"
            )
    try:
        check(part, file)
    except ModelError:
        part.unlink()
        raise ModelError(
            f"{file.url}: what came is not the file it should be ({file.checksum}), and was not"
            " kept: try again; if that does not help, the file has changed there"
        ) from None
    part.replace(target)


def _download(
    file: ModelFile, target: Path, opener: OpenerDirector, told: Callable[[int], None]
) -> None:
    """Stream a file, or the rest of it, into its part, until the end or a broken connection."""
    part = _part(target)
    done = _size(part)
    try:
        answer = ask(opener, file.url, f"or put the file at {target} by hand", done)
    except PastEndError:  # the server has no more than what is here, so that was another file
        part.unlink()
        raise
    with answer:
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
            while done < file.size and (chunk := read(answer, file.size - done)):
                out.write(chunk)
                done += len(chunk)
                told(done)
