"""What the publisher of a model told about its files, kept beside them.

A table can name a file without its size and checksum, where nobody but the publisher's server knows
them. What the server said at a pull is kept, so that later it can be seen without a network
whether all of the model is here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mien.core.places import models_folder

_CHECKSUM = re.compile("sha256:[0-9a-f]{64}|git:[0-9a-f]{40}")


@dataclass(frozen=True)
class Repository:
    """Where a model of many files is published, with their history.

    Attributes:
        name: OWNER/NAME.
        revision: the commit that mien uses, 40 hexadecimal digits.
        host: a server that answers as Hugging Face does.
    """

    name: str
    revision: str
    host: str = "https://huggingface.co"

    @property
    def folder(self) -> str:
        """The model's own folder in that of the models."""
        return self.name.rpartition("/")[2]

    @property
    def address(self) -> str:
        """What the address of each file begins with."""
        return f"{self.host}/{self.name}/resolve/{self.revision}/"

    @property
    def listing(self) -> str:
        """Where the server tells sizes and checksums."""
        return f"{self.host}/api/models/{self.name}/tree/{self.revision}?recursive=true"


@dataclass(frozen=True)
class Told:
    """One file, as a server describes it.

    Attributes:
        size: bytes, at least 1.
        checksum: ``sha256:`` with 64 hexadecimal digits, or ``git:`` with the 40 of git's SHA-1
            of a blob, which is what Hugging Face states for small files.
    """

    size: int
    checksum: str

    @classmethod
    def checked(cls, size: object, checksum: object) -> "Told":
        """What a stranger said, if it can be true.

        Raises:
            ValueError: it cannot.
        """
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"a size of {size!r}")
        if not isinstance(checksum, str) or not _CHECKSUM.fullmatch(checksum):
            raise ValueError(f"a checksum of {checksum!r}")
        return cls(size, checksum)


def read_listing(place: Repository) -> dict[str, Told]:
    """What was told at an earlier pull.

    Returns:
        By the path of each file in the folder of the models; nothing where nothing usable was kept
        for this revision: it can be asked again.
    """
    try:
        stored = json.loads(_kept(place).read_text("utf-8"))
        if stored["revision"] != place.revision:
            return {}
        return {path: Told.checked(**entry) for path, entry in stored["files"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def write_listing(place: Repository, told: Mapping[str, Told]) -> None:
    """Keep what was told; the file is there as a whole or not at all.

    Raises:
        OSError: the folder of the models cannot be written.
    """
    files = {path: asdict(entry) for path, entry in told.items()}
    stored = {"mien": 1, "revision": place.revision, "files": files}
    target = _kept(place)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.write_text(json.dumps(stored, indent=1), "utf-8")
    part.replace(target)


def _kept(place: Repository) -> Path:
    return models_folder() / place.folder / ".listing.json"
