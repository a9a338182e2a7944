"""Malformed photos and clips: a reading or one clear line. ``mien bench robustness`` has 1,000."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mien.bench.isolated import CRASHED, HUNG, isolated
from mien.bench.malformed.kinds import KINDS, kind_of, write_case
from mien.bench.malformed.material import CLIPS, clip
from mien.bench.suites.robustness import READ, REFUSED, outcome, rows
from mien.core.errors import MediaError
from mien.media.video import frames, probe

CASES = range(2 * len(KINDS))


def test_a_reading_or_one_clear_line() -> None:
    endings = list(isolated(outcome, CASES, limit=60.0))
    bad = {f"{kind_of(i)} {i}": end for i, end in enumerate(endings) if end not in (READ, REFUSED)}
    assert not bad
    assert min(Counter(endings).values()) > len(CASES) / 5, "cases of both kinds"


def test_the_same_number_is_the_same_file(tmp_path: Path) -> None:
    for number in (1, 6, 11):
        first, second = (write_case(number, tmp_path).read_bytes() for _ in range(2))
        assert first == second
    assert len({kind_of(number) for number in CASES}) == len(KINDS)


def test_what_dies_or_hangs_is_a_result() -> None:
    items = ["1 + 1", "__import__('os').abort()", "2", "__import__('time').sleep(60)", "3"]
    assert list(isolated(eval, items, limit=0.5)) == [2, CRASHED, 2, HUNG, 3]


def test_faults_are_counted_by_kind() -> None:
    found = {row.figure: row for row in rows([READ, "foreign: KeyError()", REFUSED, CRASHED])}
    assert [row.held for row in found.values()].count(False) == 2
    assert found["errors that are not mien's own"].measured == f"1 {kind_of(1)} (1)"


@pytest.mark.parametrize(("coding", "mark"), [(CLIPS[0], b"avc1"), (CLIPS[3], b"FMP4")])
def test_an_unknown_codec_is_named(
    tmp_path: Path, coding: tuple[str, str, str], mark: bytes
) -> None:
    suffix, content = clip(np.random.default_rng(0), coding)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content.replace(mark, b"XYZ1"))
    for read in (probe, lambda path: list(frames(path))):
        with pytest.raises(MediaError, match="how its video is coded"):
            read(path)


def test_titles_in_any_coding_do_no_harm(tmp_path: Path) -> None:
    suffix, content = clip(np.random.default_rng(0), CLIPS[0], count=6)
    assert b"Lavf" in content  # who wrote it, the only text in there
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content.replace(b"Lavf", b"\xe7\xff\xfe\xe7"))
    assert len(list(frames(path))) == 6
