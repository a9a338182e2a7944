"""The models that mien can use beside those it comes with, and which of them are here.

``models.json`` beside this file says for each what it is for, its licence and its files with
address, size and checksum. Nothing here touches the network.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mien.core.document import did_you_mean
from mien.core.errors import InputError, ModelError
from mien.core.listing import Repository, Told, read_listing, write_listing
from mien.core.places import models_folder


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Attributes:
        path: in the folder of the models, with forward slashes.
        url: where it is published.
        size: bytes; 0 where only the publisher knows it.
        checksum: of its content, as :class:`mien.core.listing.Told` has it; empty where only the
            publisher knows it.
    """

    path: str
    url: str
    size: int = 0
    checksum: str = ""


@dataclass(frozen=True)
class Model:
    """A model that is fetched only when its name is asked for.

    Attributes:
        name: what it is called on the command line.
        purpose: what mien does with it.
        licence: its SPDX identifier.
        source: page of those who published it.
        files: one, or several in a folder of the repository's or the model's name.
        needs: names of the models without which it is of no use.
        repository: where the files are, if they are published as one.
    """

    name: str
    purpose: str
    licence: str
    source: str
    files: tuple[ModelFile, ...]
    needs: tuple[str, ...] = ()
    repository: Repository | None = None

    @property
    def size(self) -> int:
        """Bytes of all files whose size is known."""
        return sum(file.size for file in self.files)


@cache
def models() -> Mapping[str, Model]:
    """Every model of the table, by name."""
    stored = json.loads((files("mien.core") / "models.json").read_text("utf-8"))["models"]
    return MappingProxyType({entry["name"]: _model(entry) for entry in stored})


def _model(entry: dict[str, Any]) -> Model:
    place = Repository(**entry["repository"]) if "repository" in entry else None
    stored: list[dict[str, Any]] = entry["files"]
    if place:  # the table gives the path in the repository, and that is all it takes
        stored = [
            file | {"path": f"{place.folder}/{file['path']}", "url": place.address + file["path"]}
            for file in stored
        ]
    rest = {"files": tuple(ModelFile(**file) for file in stored), "repository": place}
    return Model(**{**entry, **rest, "needs": tuple(entry.get("needs", ()))})


def model_named(name: str) -> Model:
    """A model of the table.

    Raises:
        InputError: no such model.
    """
    table = models()
    if name not in table:
        hint = did_you_mean(name, table) or f": use one of {', '.join(table)}"
        raise InputError(f"unknown model {name!r}{hint}")
    return table[name]


def find_model(name: str) -> Path | None:
    """A model that is here, whole and unchanged.

    The content is checked once in the life of a process, and again when a file has changed.

    Returns:
        Its file, or the folder of its files where it has several; None where one is missing.

    Raises:
        InputError: no such model.
        ModelError: a file is there that is not the one in the table.
    """
    model = as_told(model_named(name))
    if lacking(model):
        return None
    folder = models_folder()
    for file in model.files:
        check(folder / file.path, file)
    if model.repository:
        return folder / model.repository.folder
    return folder / (model.files[0].path if len(model.files) == 1 else model.name)


def lacking(model: Model) -> list[ModelFile]:
    """The files of a model that are not here, told by name and size alone: that is fast.

    Raises:
        ModelError: one is there with another size.
    """
    folder = models_folder()
    absent = []
    for file in as_told(model).files:
        if (folder / file.path).exists():
            _check_size(folder / file.path, file)
        else:
            absent.append(file)
    return absent


def as_told(model: Model, told: Mapping[str, Told] | None = None) -> Model:
    """A model with the sizes and checksums that its publisher told.

    Args:
        model: what the table says of a file is never replaced.
        told: by the path of the file; by default what was told at an earlier pull.
    """
    if told is None:
        told = read_listing(model.repository) if model.repository else {}
    return replace(
        model,
        files=tuple(
            replace(file, size=told[file.path].size, checksum=told[file.path].checksum)
            if not file.checksum and file.path in told
            else file
            for file in model.files
        ),
    )


def keep_told(model: Model) -> None:
    """Keep the sizes and checksums of a repository's files for later.

    Raises:
        OSError: the folder of the models cannot be written.
    """
    if model.repository:
        told = {file.path: Told(file.size, file.checksum) for file in model.files if file.checksum}
        write_listing(model.repository, told)


def check(path: Path, file: ModelFile) -> None:
    """Make sure that a file on the disk is the one in the table, or the one its publisher told of.

    Raises:
        ModelError: its size or its content is another.
    """
    _check_size(path, file)
    found = path.stat()
    kind, _, known = file.checksum.partition(":")
    if kind and _DIGESTS[kind](path, found.st_size, found.st_mtime_ns) != known:
        raise ModelError(
            f"{path}: is not the file that mien knows (another {kind} checksum): remove it and"
            " pull it again"
        )


def _check_size(path: Path, file: ModelFile) -> None:
    size = path.stat().st_size
    if file.size and size != file.size:
        raise ModelError(
            f"{path}: has {size} bytes instead of {file.size}: remove it and pull it again"
        )


@cache
def _sha256(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _git_sha1(path: Path, size: int, _changed: int) -> str:
    """The name that git gives to a file's content; against accidents, not against forgers."""
    with path.open("rb") as file:
        head = b"blob %d\0" % size
        return hashlib.file_digest(
            file, lambda: hashlib.sha1(head, usedforsecurity=False)
        ).hexdigest()


_DIGESTS = {"sha256": _sha256, "git": _git_sha1}
