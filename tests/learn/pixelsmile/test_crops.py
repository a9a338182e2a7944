"""What a set must not hold is refused while it is read, with file and line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from mien.core.errors import InputError
from mien.learn.ffe.row import Row
from mien.learn.pixelsmile.crops import TRAIN, WATCH, crops, digests

Spoil = Callable[[Callable[[Row], Row]], Path]


def _read(path: Path) -> int:
    return len(list(crops(path, 32, None)))


def _of(row: Row, who: str) -> Row:
    """The row as if it showed somebody else."""
    first, second = (replace(one, picture=replace(one.picture, identity=who)) for one in row.dst)
    return replace(row, src=replace(row.src, identity=who), dst=(first, second))


@pytest.mark.parametrize("name", ["aa", "aaaaaa", "aaaaaaa"], ids=["train", "watched", "tested"])
def test_an_id_is_there_once(spoil: Spoil, name: str) -> None:
    """Else two rows would share one file of latents, in whatever splits they are."""
    path = spoil(lambda row: replace(row, id=name))
    said = rf"ffe\.jsonl:{len(name)}: id: {name} is that of .*ffe\.jsonl:1 already$"
    for read in (_read, digests):
        with pytest.raises(InputError, match=said):
            read(path)


@pytest.mark.parametrize(("who", "split"), [("a" * 6, "validation"), ("a" * 7, "test")])
def test_nobody_is_in_two_splits(spoil: Spoil, who: str, split: str) -> None:
    path = spoil(lambda row: _of(row, who))
    said = rf"ffe\.jsonl:{len(who)}: split: '{who}' is in {split}, and in train at .*ffe\.jsonl:1$"
    with pytest.raises(InputError, match=said):
        _read(path)


def test_rows_without_a_split_are_of_that_of_training(spoil: Spoil) -> None:
    assert _read(spoil(lambda row: _of(row, "aaa"))) == 5  # the third row has none


@pytest.mark.parametrize(("size", "boxed"), [((40, 48), True), ((50, 60), False)])
def test_an_edit_of_another_size_needs_its_own_box(
    spoil: Spoil, tmp_path: Path, size: tuple[int, int], boxed: bool
) -> None:
    Image.new("RGB", size).save(tmp_path / "edit.png")

    def changed(row: Row, *, boxed: bool = boxed) -> Row:
        first, second = row.dst
        box = (5.0, 6.0, 30.0, 40.0) if boxed else None
        edit = replace(second.picture, image="edit.png", boxes=box)
        return replace(row, dst=(first, replace(second, picture=edit)))

    assert _read(spoil(changed)) == 5
    Image.new("RGB", (40, 48)).save(tmp_path / "edit.png")
    said = r"ffe\.jsonl:1: dst\[1\]\.boxes: is missing: 40 x 48 px are not the 50 x 60 px of the"
    with pytest.raises(InputError, match=said):
        _read(spoil(lambda row: changed(row, boxed=False)))


def test_rows_are_known_without_decoding_a_picture(ffe: Path) -> None:
    for splits in (TRAIN, WATCH):
        assert digests(ffe, splits) == [one.digest for one in crops(ffe, 32, None, splits)]
