"""What ``mien doctor`` says of the diffusion backend; it is never a fault."""

import pytest

from mien.core.errors import MissingExtraError
from mien.edit.backends.pixelsmile import presets
from mien.flows import doctor


@pytest.mark.parametrize(
    ("device", "memory", "said"),
    [
        ("cuda", 150, "cuda, 150 GB: --with preset=full"),
        ("cuda", 48, "--with preset=offload"),
        ("cuda", 24, "--with preset=4-bit"),
        ("cuda", 8, "8 GB on cuda are too little"),
        ("cpu", 24, "24 GB on cpu are too little"),
    ],
)
def test_it_recommends_what_fits(monkeypatch, device, memory, said) -> None:
    monkeypatch.setattr(presets, "machine", lambda: (device, memory * 10**9))
    found = doctor._pixelsmile()
    assert found.ok
    assert said in found.detail


def test_it_is_no_must(monkeypatch) -> None:
    def missing() -> None:
        raise MissingExtraError("this needs torch: pip install 'mien[diffusion]'")

    monkeypatch.setattr(presets, "machine", missing)
    found = doctor._pixelsmile()
    assert found.ok
    assert "only needed for --backend pixelsmile" in found.detail
