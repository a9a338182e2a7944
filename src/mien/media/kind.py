"""Is it a picture or a clip? The content says, not the suffix."""

import os
from typing import Literal

from mien.media import container, still
from mien.media.files import readable

Kind = Literal["image", "video"]


def classify(path: str | os.PathLike[str]) -> Kind:
    """Whether a file is a picture or a clip; animated GIF, PNG, WebP and AVIF are clips.

    Only the header is read.

    Raises:
        MediaError: a URL, a folder, a missing or empty file, sound, or nothing mien can read.
    """
    path = readable(path)
    moving = still.moves(path)
    if moving is not None:
        return "video" if moving else "image"
    with container.opened(path):
        return "video"
