"""The models that mien can use beside those it comes with, and which of them are here.

``models.json`` beside this file says for each what it is for, its licence and its files with
address, size and SHA-256. Nothing here touches the network.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from mien.core.document import did_you_mean
from mien.core.errors import InputError, ModelError
from mien.core.places import models_folder


@dataclass(frozen=True)
class ModelFile:
    """One file of a model.

    Attributes:
        path: in the folder of the models, with forward slashes.
        url: where it is published.
        size: bytes.
        sha256: of its content, 64 hexadecimal digits.
    """

    path: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Model:
    """A model that is fetched only when its name is asked for.

    Attributes:
        name: what it is called on the command line.
        purpose: what mien does with it.
        licence: its SPDX identifier.
        source: page of those who published it.
        files: one, or several in a folder of the model's name.
    """

    name: str
    purpose: str
    licence: str
    source: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@cache
def models() -> Mapping[str, Model]:
    """Every model of the table, by name."""
    stored = json.loads((files("mien.core") / "models.json").read_text("utf-8"))["models"]
    table = {
        entry["name"]: Model(**{**entry, "files": tuple(ModelFile(**f) for f in entry["files"])})
        for entry in stored
    }
    return MappingProxyType(table)


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
    model = model_named(name)
    if lacking(model):
        return None
    folder = models_folder()
    for file in model.files:
        check(folder / file.path, file)
    return folder / (model.files[0].path if len(model.files) == 1 else model.name)


def lacking(model: Model) -> list[ModelFile]:
    """The files of a model that are not here, told by name and size alone: that is fast.

    Raises:
        ModelError: one is there with another size.
    """
    folder = models_folder()
    absent = [file for file in model.files if not (folder / file.path).exists()]
    for file in model.files:
        if file not in absent:
            _check_size(folder / file.path, file)
    return absent


def check(path: Path, file: ModelFile) -> None:
    """Make sure that a file on the disk is the one in the table.

    Raises:
        ModelError: its size or its content is another.
    """
    _check_size(path, file)
    found = path.stat()
    if _sha256(path, found.st_size, found.st_mtime_ns) != file.sha256:
        raise ModelError(
            f"{path}: is not the file that mien knows (SHA-256): remove it and pull it again"
        )


def _check_size(path: Path, file: ModelFile) -> None:
    size = path.stat().st_size
    if size != file.size:
        raise ModelError(
            f"{path}: has {size} bytes instead of {file.size}: remove it and pull it again"
        )


@cache
def _sha256(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
