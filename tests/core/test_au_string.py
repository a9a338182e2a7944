"""Cells of action units: read as coders mean them, kept to the letter, never refused."""

from dataclasses import replace
from itertools import count, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.au_string import (
    INTENSITIES,
    KINDS,
    LEFT_STRONGER,
    RIGHT_STRONGER,
    SIDES,
    CodedUnit,
    parse,
    present,
    write,
)


def unit(number: int, **more) -> CodedUnit:  # type: ignore[no-untyped-def]
    return CodedUnit(number, **more)


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        ("L12", [unit(12, side="L")]),
        ("R1+R2", [unit(1, side="R"), unit(2, side="R")]),
        ("4+L9+14", [unit(4), unit(9, side="L"), unit(14)]),
        ("4D+9B", [unit(4, intensity="D"), unit(9, intensity="B")]),
        ("24+T18+16", [unit(24), unit(18, side="T"), unit(16)]),
        ("B28", [unit(28, side="B")]),
        ("43E", [unit(43, intensity="E")]),
        ("10A/B", [unit(10, intensity="A/B")]),
        ("U14", [unit(14, side="U")]),
        ("A12", [unit(12, side="A")]),
        ("12BX", [unit(12, intensity="B", asymmetry="X")]),
        ("(R6 or R12) + R15",
         [unit(6, side="R", alternative=1), unit(12, side="R", alternative=1), unit(15, side="R")]),
        ("6/12", [unit(6, alternative=1), unit(12, alternative=1)]),
        ("ref(7B)", [unit(7, intensity="B", reference=True)]),
        ("AU4(k)+AU12", [unit(4, note="k"), unit(12)]),
        ("AD38+M58+R12", [unit(38, kind="AD"), unit(58, kind="M"), unit(12, side="R")]),
        ("AU 4 , au7", [unit(4), unit(7)]),
        ("4，7", [unit(4), unit(7)]),
        ("1 2", [unit(1), unit(2)]),
        ("4?", [unit(4, certain=False)]),
        ("AU12L", [unit(12, side="L")]),
        (12, [unit(12)]),
        (12.0, [unit(12)]),
        ("0", [unit(0)]),
    ],
)  # fmt: skip
def test_read(cell: object, units: list[CodedUnit]) -> None:
    assert list(parse(cell).units or ()) == units


@pytest.mark.parametrize("cell", [None, "", "  ", "?", "soft focus", "frame 12"])
def test_unknown_is_not_none(cell: object) -> None:
    assert parse(cell).units is None


def test_at_rest_is_known() -> None:
    assert parse("0").units is not None
    assert present(parse("0").units) == frozenset()


@pytest.mark.parametrize(
    ("cell", "warning"),
    [
        ("4 soft focus", "note 'soft focus'"),
        ("soft focus, 12", "note 'soft focus'"),
        ("AU4(k)", "AU04: note 'k'"),
        ("112", "note '112'"),
        ("L12R", "note 'L12R'"),
        ("4+?", "more than is coded ('?')"),
        ("ref(7B)+4", "AU07: a reference, not counted"),
        ("5+43", "AU05 and AU43 exclude each other"),
        ("L5+L46", "AU05L and AU46L exclude each other"),
        ("5+7E", "AU05 and AU07 exclude each other"),
        ("24+25", "AU24 and AU25 exclude each other"),
        ("26+4+27", "AU26 and AU27 exclude each other"),
    ],
)
def test_warned(cell: str, warning: str) -> None:
    assert parse(cell).warnings == (warning,)


@pytest.mark.parametrize("cell", ["", "?", "1+2", "L5+R46", "T18+B28", "26 or 27", "5+7D", "(24)"])
def test_not_warned(cell: str) -> None:
    assert parse(cell).warnings == ()


def test_references_are_not_present() -> None:
    assert present(parse("ref(7B)+4+(6 or 12)").units) == {4, 6, 12}


@given(st.text() | st.text(alphabet="LRUTBAEMSCDVZGK0123456789 +,，/?()orefaukn\n", max_size=40))
def test_no_text_is_lost(text: str) -> None:
    parsed = parse(text)
    assert parsed.text == text
    assert isinstance(parsed.warnings, tuple)
    assert parse(write(parsed.units or ())).units == _renumbered(parsed.units)


def codes(alternative: int) -> st.SearchStrategy[CodedUnit]:
    return st.builds(
        CodedUnit,
        number=st.integers(0, 99),
        kind=st.sampled_from(KINDS),
        side=st.sampled_from(("", *SIDES)),
        intensity=st.sampled_from(("", *INTENSITIES, "A/B", "D/E")),
        asymmetry=st.sampled_from(("", *LEFT_STRONGER, *RIGHT_STRONGER)),
        certain=st.booleans(),
        alternative=st.just(alternative),
        reference=st.booleans() if not alternative else st.just(False),
        note=st.sampled_from(("", "k", "abc")),
    )


@st.composite
def coded(draw: st.DrawFn) -> list[CodedUnit]:
    units: list[CodedUnit] = []
    for choice in range(1, draw(st.integers(0, 4)) + 1):
        units += draw(st.lists(codes(0), max_size=2))
        units += draw(st.lists(codes(choice), min_size=2, max_size=3))
    return units + draw(st.lists(codes(0), max_size=2))


@given(coded())
def test_values_survive_their_text(units: list[CodedUnit]) -> None:
    assert parse(write(units)).units == (tuple(units) or None)


def _renumbered(units: tuple[CodedUnit, ...] | None) -> tuple[CodedUnit, ...] | None:
    """Choices numbered in order, as a text of codes alone has them."""
    if units is None:
        return None
    numbers = count(1)
    again: list[CodedUnit] = []
    for choice, members in groupby(units, key=lambda one: one.alternative):
        number = next(numbers) if choice else 0
        again += [replace(one, alternative=number) for one in members]
    return tuple(again)
