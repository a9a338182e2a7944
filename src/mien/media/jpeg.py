"""JPEG files that are damaged inside, which Pillow fills with grey and says nothing."""

from pathlib import Path

import av
from av.error import FFmpegError, InvalidDataError

_STRICT = {"err_detect": "explode"}


def is_damaged(path: Path) -> bool:
    """Whether a second decoder, told to be strict, finds the compressed data broken.

    Kinds of JPEG that it does not know count as sound. Costs about as much as decoding once.
    """
    try:
        with av.open(f"file:{path.absolute()}", format="jpeg_pipe") as container:
            stream = container.streams.video[0]
            stream.codec_context.options = _STRICT
            next(container.decode(stream), None)
    except InvalidDataError:
        return True
    except (FFmpegError, IndexError):
        return False
    return False
