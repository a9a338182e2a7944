"""What disks, transfers and people do to any file: a file in, a damaged one out."""

import numpy as np

from mien.bench.malformed.material import File, Random


def truncated(rng: Random, file: File) -> File:
    """A copy that stopped."""
    return file[0], file[1][: int(len(file[1]) * rng.uniform(0.01, 0.99))]


def flipped(rng: Random, file: File) -> File:
    """Up to 64 bits turned over, anywhere."""
    content = np.frombuffer(file[1], np.uint8).copy()
    at = rng.integers(0, len(content), rng.integers(1, 64))
    content[at] ^= (1 << rng.integers(0, 8, len(at))).astype(np.uint8)
    return file[0], content.tobytes()


def mangled(rng: Random, file: File) -> File:
    """Random bytes in the header."""
    content = np.frombuffer(file[1], np.uint8).copy()
    at = rng.integers(0, min(len(content), 400), rng.integers(1, 24))
    content[at] = rng.integers(0, 256, len(at))
    return file[0], content.tobytes()


def holed(rng: Random, file: File) -> File:
    """A piece missing, doubled, or zero, as after a failed transfer."""
    content = file[1]
    start, end = sorted(rng.integers(0, len(content), 2).tolist())
    filling = (b"", content[start:end] * 2, bytes(end - start))[rng.integers(3)]
    return file[0], content[:start] + filling + content[end:]


def renamed(rng: Random, file: File) -> File:
    """Another ending than the content asks for."""
    endings = (".jpg", ".mp4", ".txt", ".wav", ".gif", "", ".HEIC", ".y4m", ".m3u8", ".png")
    return str(rng.choice(endings)), file[1]
