"""What was said beside what is labelled."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from mien.learn.microexpression.answers import lines, summary, write
from mien.learn.microexpression.held import Held


def told(held: Held, *truths: Mapping[str, str]) -> Held:
    """The first clips, with other labels."""
    n = len(truths)
    return replace(
        held, labelled=held.labelled.only(range(n)), sets=held.sets[:n], truths=tuple(truths)
    )


def test_scores_by_hand(held: Held) -> None:
    part = told(
        held,
        {"classes": "I", "aus": "6+12"},
        {"classes": "I", "aus": "none"},
        {"classes": "III", "aus": "4+39"},
        {"three": "negative"},
    )
    said = [
        {"classes": "I", "aus": "12", "three": "positive"},
        {"classes": "III", "aus": "4", "three": "positive"},
        {"classes": "III", "aus": "4", "three": "positive"},
        {"classes": "VII", "aus": "1", "three": "negative"},
    ]
    # I: 1 found, 1 missed; III: 1 found, 1 too often. 6 is missed, 12 is right, 4 once too often.
    scores = (2 / 3, (0 + 1 + 2 / 3) / 3)
    assert summary([part], said) == (
        f"objective-class UF1 {scores[0]:.3f} over 3 clips;"
        f" AU F1 {scores[1]:.3f} over 3 units and 3 clips"
    )


def test_only_what_is_labelled_is_written(held: Held, tmp_path: Path) -> None:
    part = told(held, {"classes": "I"}, {"three": "surprise"})
    said = [{"classes": "II", "emotions": "fear", "three": "negative", "aus": "1"}] * 4
    assert write([part, part], said, tmp_path) == [tmp_path / "classes.log", tmp_path / "three.log"]
    assert [one.file for one in lines([part, part], said, "three")] == ["clip1", "clip1"]
    assert summary([told(held, {})], said[:1]) == "nothing that is asked is labelled"
    with pytest.raises(ValueError, match="zip"):
        lines([part], said, "classes")


def test_no_log_of_another_set_stays(tmp_path: Path, held: Held) -> None:
    said = [{"classes": "I", "three": "positive", "aus": "12"}]
    write([told(held, {"classes": "I", "three": "negative"})], said, tmp_path)
    (left,) = write([told(held, {"classes": "I"})], said, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [left.name] == ["classes.log"]
