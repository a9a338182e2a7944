"""What a publisher told about its files, kept on disk."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.listing import Repository, Told, read_listing, write_listing

PLACE = Repository("owner/name", "0" * 40)
HEX = "0123456789abcdef"
CHECKSUMS = st.one_of(
    st.text(HEX, min_size=64, max_size=64).map("sha256:{}".format),
    st.text(HEX, min_size=40, max_size=40).map("git:{}".format),
)
TOLD = st.builds(Told, st.integers(1, 2**60), CHECKSUMS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["revision", "files", "size", "checksum", "a"]), inner, max_size=4
        )
    ),
)


def test_addresses() -> None:
    assert PLACE.folder == "name"
    assert PLACE.address == f"https://huggingface.co/owner/name/resolve/{'0' * 40}/"
    assert PLACE.listing.startswith("https://huggingface.co/api/models/owner/name/tree/0000")


@given(st.dictionaries(st.text(max_size=20), TOLD, max_size=5))
def test_round_trip(told: dict[str, Told]) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_MODELS", folder)
        write_listing(PLACE, told)
        assert read_listing(PLACE) == told
        assert read_listing(Repository("owner/name", "1" * 40)) == {}
        assert [path.name for path in Path(folder, "name").iterdir()] == [".listing.json"]


@given(st.one_of(JSON, st.fixed_dictionaries({"revision": st.just("0" * 40), "files": JSON})))
def test_anything_else_is_nothing_told(stored: object) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_MODELS", folder)
        Path(folder, "name").mkdir()
        Path(folder, "name", ".listing.json").write_text(json.dumps(stored))
        assert read_listing(PLACE) == {}


@pytest.mark.parametrize(
    ("size", "checksum"),
    [
        (0, f"git:{'0' * 40}"),
        (True, f"git:{'0' * 40}"),
        (1.0, f"git:{'0' * 40}"),
        ("1", f"git:{'0' * 40}"),
        (1, f"git:{'0' * 41}"),
        (1, f"git:{'A' * 40}"),
        (1, f"git:{'0' * 40}\n"),
        (1, f"md5:{'0' * 32}"),
        (1, None),
    ],
)
def test_what_cannot_be_true(size: object, checksum: object) -> None:
    with pytest.raises(ValueError, match=r"a size of|a checksum of"):
        Told.checked(size, checksum)
