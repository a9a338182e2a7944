"""The words of the network."""

import pytest

from mien.capture.describe import objective_class
from mien.capture.learned.labels import (
    CODES,
    MIRRORED,
    UNITS,
    class_of,
    code_of,
    emotion_of,
    members,
)
from mien.core.face import Event


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ((), "none"),
        (("AU43L", "AU43R"), "none"),
        (("AU12L",), "I"),
        (("AU06L", "AU06R", "AU12L", "AU12R"), "I"),
        (("AU01L", "AU02L"), "II"),
        (("AU04L", "AU43L"), "III"),
        (("AU09R",), "IV"),
        (("AU01L", "AU04L"), "V"),
        (("AU20L",), "VI"),
        (("AU17",), "VII"),
    ],
)
def test_class(columns: tuple[str, ...], name: str) -> None:
    assert class_of(columns) == name


def test_class_is_that_of_the_describer() -> None:
    for sets in members():
        for codes in sets:
            aus = {column: 1.0 for column in UNITS if code_of(column) in codes}
            event = Event("micro", 0, 0.1, 0.2, 0, aus, "both", "brow", 1.0)
            assert class_of(aus) == objective_class(event)


def test_mirroring_twice_is_nothing() -> None:
    assert [MIRRORED[at] for at in MIRRORED] == list(range(len(UNITS)))
    assert UNITS[MIRRORED[UNITS.index("AU12L")]] == "AU12R"
    assert UNITS[MIRRORED[UNITS.index("AU17")]] == "AU17"


def test_one_side_of_a_mouth_is_contempt() -> None:
    assert emotion_of({"AU14R"}) == "contempt"
    assert emotion_of({"AU12L", "AU12R"}) == "happiness"
    assert emotion_of({"AU12L", "AU17"}) == "others"


def test_every_column_has_a_code() -> None:
    assert {code_of(column) for column in UNITS} == set(CODES)
