"""Several threads at once: a studio serves more than one user."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import mien
from mien.media.image import load_image


def test_threads_give_what_one_gives(data: Path) -> None:
    photos = [
        load_image(data / "london" / "neutral" / f"{name}.jpg").pixels[::2, ::2].copy()
        for name in ("002", "024", "086", "114")
    ]
    alone = [mien.measure(photo) for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(mien.measure, photos * 3))
    for one, other in zip(together, alone * 3, strict=True):
        assert one == pytest.approx(other, abs=1e-6)
