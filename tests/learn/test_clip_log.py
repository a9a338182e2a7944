"""What is written is what the bench reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.micro.logs import read_clips
from mien.core.errors import InputError
from mien.learn.clip_log import Line, write

words = st.text("abc/12é", min_size=1, max_size=4)
lines = st.lists(
    st.builds(Line, words, words, words, words, words),
    min_size=1,
    max_size=8,
    unique_by=lambda one: (one.set, one.subject, one.file),
)


@given(lines)
def test_round_trip(tmp_path_factory, rows) -> None:
    path = tmp_path_factory.mktemp("log") / "log.txt"
    write(rows, path)
    again = read_clips(path, lambda _: False)
    found = {(one.set, one.subject, one.file, one.truth, one.predicted) for one in again}
    assert found == {(one.set, one.subject, one.file, one.truth, one.predicted) for one in rows}


@pytest.mark.parametrize("word", ["", "c 1", "a,b", "a\n", "\u00a0"])
def test_what_has_no_place(tmp_path, word) -> None:
    with pytest.raises(InputError, match="a log has no place"):
        write([Line("toy", "anna", word, "1", "1")], tmp_path / "log.txt")
    assert not (tmp_path / "log.txt").exists()
