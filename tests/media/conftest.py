"""Small pictures and clips with a known content."""

import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="session")
def scene() -> Pixels:
    """A smooth picture, (48, 64, 3), in which every corner has another colour."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([40 + 3 * x, 30 + 4 * y, 200 - 2 * x - y], axis=-1).astype(np.uint8)


@pytest.fixture(scope="session")
def huge_header() -> bytes:
    """A PNG whose header claims 20000 x 10000 pixels, and that holds none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 20000, 10000, 8, 2, 0, 0, 0)
    empty = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + empty


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A clip of one second without pictures."""
    path = tmp_path / "speech.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), "fltp", "mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path


@pytest.fixture
def raw_clip(tmp_path: Path) -> Callable[..., Path]:
    """Writes a clip with PyAV alone: ``raw_clip(name, frames, setup=lambda stream: ...)``."""

    def write(
        name: str, frames: Iterable[Pixels], setup: Callable[[av.VideoStream], None] | None = None
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=25, options={"crf": "10", "g": "5"})
            stream.pix_fmt = "yuv420p"
            for i, pixels in enumerate(frames):
                if i == 0:
                    stream.height, stream.width = pixels.shape[:2]
                    if setup:
                        setup(stream)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write
