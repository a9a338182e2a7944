"""Names that files are called by: safe on every system, whatever is typed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import InputError
from mien.core.names import check_name, distinct


@pytest.mark.parametrize("name", ["anna", "Anna Müller", "P-017_b", "7", "小野", "o'neil", "a.b"])
def test_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        ".hidden",
        "-rf",
        " a",
        "a ",
        "a.",
        "a:b",
        "a\nb",
        "a\0",
        "CON",
        "nul.txt",
        "com1",
        "x" * 81,
        "字" * 70,
        "a?",
        "~/..",
        "\ud800",
    ],
)
def test_no_names(name: str) -> None:
    with pytest.raises(InputError, match="is no name"):
        check_name(name)


@given(st.text(alphabet=st.characters() | st.sampled_from("./\\:~ -"), max_size=100))
def test_whatever_is_typed_stays_in_its_folder(name: str) -> None:
    folder = Path("/folder").absolute()
    said = ""
    try:
        check_name(name)
    except InputError as error:
        said = str(error)
    if said:
        assert len(said.encode().splitlines()) == 1
        return
    path = folder / (name + ".json")
    assert path.resolve().parent == folder
    assert path.stem == name
    assert len(path.name.encode()) <= 255


@given(st.lists(st.sampled_from(["a", "A", "a-2", "b", "a-3"])))
def test_distinct_names(names: list[str]) -> None:
    for same in (str, str.casefold):
        found = list(distinct(names, same))
        assert len({same(name) for name in found}) == len(found) == len(names)
        assert all(
            one == name or one.startswith(f"{name}-")
            for one, name in zip(found, names, strict=True)
        )


def test_the_second_of_a_name_is_numbered() -> None:
    assert list(distinct(["a", "b", "a", "a"])) == ["a", "b", "a-2", "a-3"]
    assert list(distinct(["a", "A"], str.casefold)) == ["a", "A-2"]
