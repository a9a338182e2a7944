"""Folders and lists of portraits: nothing without licence and consent."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mien.core.errors import InputError
from mien.flows.ffe import portraits as module
from mien.flows.ffe.portraits import portraits
from mien.learn.ffe.row import Person

GIVEN = {"licence": "CC0", "consent": "form 7"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("Anna B.jpg", "Anna.B.png", "Zoë.jpg"):
        Image.new("RGB", (8, 8)).save(folder / name)
    return folder


def test_a_folder(folder: Path) -> None:
    found = portraits(folder, **GIVEN, domain="human")
    assert [one.name for one in found] == ["Anna-B", "Anna-B-2", "Zo"]
    assert [one.identity for one in found] == ["Anna B", "Anna.B", "Zoë"]
    assert {(one.licence, one.consent, one.domain) for one in found} == {("CC0", "form 7", "human")}


@pytest.mark.parametrize("missing", ["licence", "consent"])
def test_a_folder_needs_both(folder: Path, missing: str) -> None:
    with pytest.raises(InputError, match=f"--{missing}"):
        portraits(folder, **{**GIVEN, missing: None})
    with pytest.raises(InputError, match=f"--{missing}"):
        portraits(folder, **{**GIVEN, missing: "  "})


def test_a_list(folder: Path) -> None:
    path = folder / "people.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["image", "identity", "licence", "consent", "source", "gender", "age", "skin"]
        )
        rows.writerow(["Anna B.jpg", "anna", "CC BY", "form 1", "my lamp", "female", "34", "Tan"])
        rows.writerow(["Zoë.jpg", "zoë", "", "form 2", "", "", "NA", ""])
    first, second = portraits(path, licence="CC0")
    assert first.person == Person("female", 34.0, "tan")
    assert (first.licence, first.source) == ("CC BY", "my lamp")
    assert (second.licence, second.source, second.person) == ("CC0", "Zoë.jpg", Person())
    with pytest.raises(InputError, match=r"people.csv:3: licence: is missing"):
        portraits(path)


def names(path: Path, *images: str) -> dict[str, str]:
    """Names of the portraits of a list, by their images."""
    for image in images:
        (path.parent / image).parent.mkdir(parents=True, exist_ok=True)
        (path.parent / image).write_bytes(b"")
    path.write_text("image,identity\n" + "".join(f"{image},anna\n" for image in images))
    found = portraits(path, **GIVEN)
    return {one.photo.relative_to(path.parent).as_posix(): one.name for one in found}


def test_names_do_not_depend_on_other_entries(tmp_path: Path) -> None:
    images = ("anna/1.jpg", "bob/1.jpg", "anna-1.jpg", "x/anna/1.jpg", "Zoë 1.jpg", "Zoë-1.jpg")
    every = names(tmp_path / "people.csv", *images)
    assert len({*every.values()}) == len(images)
    for image in images:
        assert names(tmp_path / "one.csv", image) == {image: every[image]}
        assert names(tmp_path / "one.csv", f"./{image}") == {image: every[image]}
    assert every["anna-1.jpg"] == "anna-1"
    assert every["anna/1.jpg"].startswith("anna-1-")
    assert names(tmp_path / "same.csv", "anna/1.jpg", "anna/1.png").keys() == {
        "anna/1.jpg", "anna/1.png",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is no JSON"),
        ("[]", "is no object"),
        ('{"image": "Anna B.jpg"}', "identity: is missing"),
        ('{"identity": "a"}', "image: is missing"),
        ('{"image": "no.jpg", "identity": "a"}', "there is no"),
        ('{"image": "Zoë.jpg", "identity": "a", "age": "old"}', "'old' is no age"),
        ('{"image": "Zoë.jpg", "identity": "a", "skin": "tann"}', "did you mean tan"),
        ('{"image": "Zoë.jpg", "identity": "a", "domain": "cat"}', "use human, anime"),
        ('{"image": "Zoë.jpg", "identty": "a"}', "did you mean identity"),
        ('{"image": "Zoë.jpg", "identity": "\\ud800"}', "identity: is no text"),
    ],
)
def test_a_line_that_cannot_be_used(folder: Path, line: str, says: str) -> None:
    path = folder / "people.jsonl"
    path.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(InputError, match=says) as raised:
        portraits(path, **GIVEN)
    assert "people.jsonl:2: " in str(raised.value)


@pytest.mark.parametrize("name", ["none.csv", "notes.txt", "empty.csv"])
def test_what_is_no_list(folder: Path, name: str) -> None:
    (folder / "notes.txt").write_text("hello")
    (folder / "empty.csv").write_text("image,identity\n")
    with pytest.raises(InputError):
        portraits(folder / name, **GIVEN)


@given(st.text())
def test_names_fit_rows(stem: str) -> None:
    assert module._slug(stem)
    assert set(module._slug(stem)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )
