"""Which portraits are edited, and into what: lists, folders, the measuring photos."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.ffe.cases import TWELVE, listed, portraits
from mien.core.errors import InputError
from mien.media.image import save_image

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(["image", "img", "category", "Label", "box", "bbox", "prompt", "x"])
VALUES = st.sampled_from(["a.jpg", "happy", "Fear", [1, 2, 3, 4], [[0, 0, 9, 9]], ""]) | JSON
LINES = (
    st.text().map(lambda text: re.sub(r"[\r\n]", " ", text))
    | JSON.map(json.dumps)
    | st.dictionaries(NAMES, VALUES).map(json.dumps)
    | st.sampled_from(
        [
            "[" * 100_000,
            '{"image": "a.jpg", "category": "shy", "box": [0, 0, 1e999, 9]}',
            '{"image": "a.jpg", "category": "shy", "box": [0, 0, 1' + "0" * 400 + ", 9]}",
            json.dumps({"image": "a" * 5000, "category": "shy"}),
            json.dumps({"image": "\0", "category": "shy"}),
            json.dumps({"image": "a.jpg", "category": "y" * 10_000}),
            '{"image": "a.jpg", "category": "sad", "prompt": "one\u2028line"}',
        ]
    )
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("list")
    (place / "a.jpg").touch()
    (place / "more").mkdir()
    (place / "more" / "a.jpg").touch()
    return place


def rows_of(folder, *rows):
    file = folder / "rows.jsonl"
    file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), "utf-8")
    return file


@given(line=LINES)
def test_a_line_is_a_row_or_one_clear_error(folder, line) -> None:
    file = rows_of(folder, "", line)
    said = ""
    try:
        found = listed(file)
    except InputError as error:
        found, said = [], str(error)
    if said:
        fields = ("is not JSON", "is no object", "image: ", "category: ", "box: ")
        assert said.startswith(tuple(f"{file}:2: {field}" for field in fields))
        assert len(said) < 1000
    else:
        assert [one.photo for one in found] == ([folder / "a.jpg"] if line.strip() else [])


@pytest.mark.parametrize(
    ("word", "category"),
    [("happy", "happy"), (" Happiness ", "happy"), ("FEARFUL", "fear"), ("nervous", "anxious")],
)
def test_synonyms_of_a_category(folder, word, category) -> None:
    file = rows_of(folder, {"Image_Path": "a.jpg", "emotion": word, "instruction": "please"})
    assert dict(listed(file)[0].wanted) == {category: "please"}


def test_a_category_that_is_none_gets_a_hint(folder) -> None:
    for word, hint in (("hapy", "did you mean happy"), ("neutral", "use one of happy, sad")):
        with pytest.raises(InputError, match=f"rows.jsonl:1: category: .*{word}.*{hint}"):
            listed(rows_of(folder, {"image": "a.jpg", "category": word}))


def test_what_is_missing_is_named_with_what_is_there(folder) -> None:
    with pytest.raises(InputError, match=r":1: category: .*target_expression, found image, mood"):
        listed(rows_of(folder, {"image": "a.jpg", "mood": "sad"}))
    with pytest.raises(InputError, match=r":1: image: there is no .*gone\.jpg"):
        listed(rows_of(folder, {"image": "gone.jpg", "category": "sad"}))


def test_boxes(folder) -> None:
    same = {"image": "a.jpg", "category": "sad"}
    for box, read in (([1, 2, 3, 4.5], (1.0, 2.0, 3.0, 4.5)), ([[0, 0, 9, 9], 1], (0, 0, 9, 9))):
        assert listed(rows_of(folder, same | {"box": box}))[0].box == read
    assert listed(rows_of(folder, same | {"box": []}))[0].box is None
    for box in ([3, 2, 1, 4], [1, 2, 3], [0, 0, True, 9], "1 2 3 4", {"left": 1}):
        with pytest.raises(InputError, match=r":1: box: .* is no \[left, top, right, bottom\]"):
            listed(rows_of(folder, same | {"box": box}))


def test_rows_about_one_face_are_one_portrait(folder) -> None:
    one, other = {"image": "a.jpg", "box": [0, 0, 5, 5]}, {"image": "a.jpg", "box": [5, 0, 9, 5]}
    elsewhere = {"image": "more/a.jpg"}
    rows = [
        one | {"category": "sad"}, other | {"category": "sad"}, elsewhere | {"category": "shy"},
        one | {"category": "shy"},
    ]  # fmt: skip
    found = listed(rows_of(folder, *rows))
    assert [(p.name, tuple(p.wanted)) for p in found] == [
        ("a", ("sad", "shy")), ("a-2", ("sad",)), ("a-3", ("shy",)),
    ]  # fmt: skip


def test_files_that_are_no_list(tmp_path) -> None:
    foreign = tmp_path / "rows.jsonl"
    with pytest.raises(InputError, match=r"rows.jsonl: no such file"):
        portraits(foreign)
    foreign.write_bytes(b"\xff\xfe{}")
    with pytest.raises(InputError, match="is no text in UTF-8"):
        portraits(foreign)
    foreign.write_text("\n \n")
    with pytest.raises(InputError, match="is empty"):
        portraits(foreign)
    text = tmp_path / "notes.txt"
    text.touch()
    with pytest.raises(InputError, match="no portraits"):
        portraits(text)


def test_a_list_may_begin_with_a_byte_order_mark(folder) -> None:
    file = rows_of(folder, {"image": "a.jpg", "category": "sad"})
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes() + b"\r\n")
    assert len(listed(file)) == 1


def test_two_lists_in_a_folder_are_a_question(folder, tmp_path) -> None:
    for name in ("test", "train"):
        (tmp_path / f"{name}.jsonl").touch()
    with pytest.raises(InputError, match=r"holds 2 lists: .*test\.jsonl"):
        portraits(tmp_path)


def test_a_folder_of_pictures(tmp_path) -> None:
    for name in ("b.jpg", "a.jpg", "a.png"):
        save_image(tmp_path / name, np.zeros((8, 8, 3), np.uint8))
    for name in ("notes.txt", ".hidden.jpg"):
        (tmp_path / name).write_text("not a picture")
    found = portraits(tmp_path)
    assert [one.name for one in found] == ["a", "a-2", "b"]
    assert all(tuple(one.wanted) == TWELVE for one in found)
    assert len(TWELVE) == 12
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="holds no photos"):
        portraits(tmp_path / "none")


def test_fewer_portraits_are_spread_over_all(tmp_path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.jpg").touch()
    assert [one.name for one in portraits(tmp_path, most=5)] == ["0", "2", "4", "6", "8"]
    assert [one.name for one in portraits(tmp_path, most=1)] == ["0"]
    assert len(portraits(tmp_path, most=99)) == 10


def test_the_measuring_photos(data) -> None:
    found = portraits(data)
    assert found
    assert all(one.photo.parent.name == "neutral" for one in found)
