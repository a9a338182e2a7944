"""Windows on disk: read back whole, or refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.learn.microexpression import held as store
from mien.learn.microexpression.held import Held, read_windows, write_windows


@pytest.fixture(scope="module")
def path(held: Held, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("held") / "windows-toy.npz"
    write_windows(held, path)
    return path


def test_windows_of_a_set_are_kept(path: Path, held: Held) -> None:
    again = read_windows(path, held.origin)
    one, two = again.labelled, held.labelled
    assert (one.subjects, one.names) == (two.subjects, two.names)
    assert (again.sets, again.truths, again.origin) == (held.sets, held.truths, held.origin)
    for name in ("windows", "courses", "aus", "classes", "emotions", "times"):
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True)
    assert one.digest() == two.digest()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "casme2", "windows of toy in /toy, not of casme2 in /toy"),
        ("root", "/other", "not of toy in /other"),
        ("digest", "2", "labels of toy were changed since"),
    ],
)
def test_windows_of_something_else(
    path: Path, held: Held, field: str, value: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read_windows(path, replace(held.origin, **{field: value}))


def test_windows_of_an_older_form(path: Path, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FORM", 99)
    with pytest.raises(InputError, match="another version of mien"):
        read_windows(path, held.origin)


def test_a_file_that_holds_no_windows(tmp_path: Path, held: Held) -> None:
    path = tmp_path / "windows.npz"
    path.write_bytes(b"no windows")
    with pytest.raises(InputError, match="holds no windows"):
        read_windows(path, held.origin)
    np.savez(path, about="{}")
    with pytest.raises(InputError, match="holds no windows"):
        read_windows(path, held.origin)
    with pytest.raises(InputError, match="no such file"):
        read_windows(tmp_path / "none.npz", held.origin)


@given(st.floats(0.0, 0.999))
def test_a_file_that_was_cut_off(
    path: Path, held: Held, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    whole = path.read_bytes()
    cut = tmp_path_factory.mktemp("cut") / "windows.npz"
    cut.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match="holds no windows"):
        read_windows(cut, held.origin)


@given(st.integers(0, 10**9), st.integers(1, 255))
def test_a_file_with_a_wrong_byte_is_read_or_refused(
    path: Path, held: Held, tmp_path_factory: pytest.TempPathFactory, at: int, flip: int
) -> None:
    broken = bytearray(path.read_bytes())
    broken[at % len(broken)] ^= flip
    file = tmp_path_factory.mktemp("broken") / "windows.npz"
    file.write_bytes(broken)
    try:
        again = read_windows(file, held.origin)
    except InputError:
        return
    assert again.labelled.digest() == held.labelled.digest()
