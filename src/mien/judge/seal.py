"""A fingerprint of mien's own code, for what is kept of its work."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def code_seal(*parts: str) -> str:
    """Changes with every byte of some parts of mien, 16 hexadecimal digits.

    Args:
        parts: folders and files of the package: ``"edit"``, ``"flows/edit.py"``.
    """
    package = Path(str(files("mien")))
    seal = hashlib.sha256()
    for part in parts:
        whole = package / part
        inside = sorted(whole.rglob("*")) if whole.is_dir() else [whole]
        for file in inside:
            if file.is_file() and "__pycache__" not in file.parts:
                seal.update(file.relative_to(package).as_posix().encode() + file.read_bytes())
    return seal.hexdigest()[:16]
