"""What a sheet says, as numbers for training and as words for the logs."""

from dataclasses import replace

import numpy as np
import pytest

from mien.capture.learned.grid import APEX
from mien.capture.learned.labels import CLASSES, EMOTIONS, UNITS
from mien.learn.datasets.schema import Clip, coded
from mien.learn.microexpression import coding
from mien.learn.microexpression.emotions import NEGATIVE, THREE, shares, three_of


def clip(cell: str = "", emotion: str = "", dataset: str = "folder") -> Clip:
    raw, aus, _ = coded(cell)
    return Clip(
        dataset, "anna", "c1", "c1", "micro", 200.0, 10, 30, 50, raw, aus, emotion, emotion, "",
        "anna/c1", "{}.jpg", 1,
    )  # fmt: skip


def there(cell: str) -> tuple[set[str], set[str]]:
    """Units that move, and those that are open."""
    found = coding.units(clip(cell))
    names = np.array(UNITS)
    return set(names[found == 1.0].tolist()), set(names[np.isnan(found)].tolist())


@pytest.mark.parametrize(
    ("cell", "moves", "is_open"),
    [
        ("12", {"AU12L", "AU12R"}, set()),
        ("L12B", {"AU12L"}, set()),
        ("L17", {"AU17"}, set()),
        ("R24", {"AU24"}, set()),
        ("R17+L17", {"AU17"}, set()),
        ("T17", {"AU17"}, set()),
        ("U17", {"AU17"}, set()),
        ("U12", set(), {"AU12L", "AU12R"}),
        ("U12+L12", {"AU12L"}, {"AU12R"}),
        ("12?", set(), {"AU12L", "AU12R"}),
        ("12?+4", {"AU04L", "AU04R"}, {"AU12L", "AU12R"}),
        ("(R6 or R12) + R15", {"AU15R"}, {"AU06R", "AU12R"}),
        ("4+ref(7B)+AD38", {"AU04L", "AU04R"}, set()),
        ("4+?", {"AU04L", "AU04R"}, set(UNITS) - {"AU04L", "AU04R"}),
        ("0", set(), set()),
        ("", set(), set(UNITS)),
        ("?", set(), set(UNITS)),
    ],
)
def test_units(cell: str, moves: set[str], is_open: set[str]) -> None:
    assert there(cell) == (moves, is_open)


@pytest.mark.parametrize(
    ("cell", "said"),
    [("U12", "12"), ("L17+R24", "17+24"), ("12?+4", "4+12"), ("R6 or R12", "6+12"), ("0", "none")],
)
def test_the_log_names_what_the_cell_names(cell: str, said: str) -> None:
    assert coding.truths(clip(cell))["aus"] == said


def test_a_cell_that_says_nothing_is_in_no_log() -> None:
    assert coding.truths(clip("?")) == {}


@pytest.mark.parametrize(
    ("dataset", "emotion", "three", "number"),
    [
        ("smic-hs", "negative", "negative", NEGATIVE),
        ("smic-hs", "positive", "positive", EMOTIONS.index("happiness")),
        ("smic-vis", "surprise", "surprise", EMOTIONS.index("surprise")),
        ("casme2", "repression", "negative", NEGATIVE),
        ("casme2", "disgust", "negative", EMOTIONS.index("disgust")),
        ("casme2", "sadness", "", EMOTIONS.index("sadness")),  # the challenge leaves these out
        ("casme2", "others", "", EMOTIONS.index("others")),
        ("samm", "contempt", "negative", EMOTIONS.index("contempt")),
        ("casme2", "negative", "negative", NEGATIVE),  # as megc2019 has it
        ("casme", "tense", "", -1),
        ("casme", "sadness", "negative", EMOTIONS.index("sadness")),
        ("mmew", "happiness", "positive", EMOTIONS.index("happiness")),
        ("4dme", "negative+repression", "negative", -1),
        ("4dme", "negative+positive", "", -1),
        ("folder", "", "", -1),
    ],
)
def test_emotions(dataset: str, emotion: str, three: str, number: int) -> None:
    one = clip("", emotion, dataset)
    assert coding.emotion(one) == number
    assert coding.truths(one).get("three", "") == three


def test_a_set_of_three_classes_has_no_log_of_emotions() -> None:
    wide = [clip("", name, "smic-hs") for name in ("negative", "surprise")]
    fine = clip("", "surprise", "mmew")
    assert coding.coarse([*wide, fine]) == {"smic-hs"}
    said = [coding.truths(one, coding.coarse(wide)).get("emotions") for one in (*wide, fine)]
    assert said == [None, None, "surprise"]


def test_objective_classes_and_moments() -> None:
    one = clip("6+12", "happiness")
    assert CLASSES[coding.klass(one)] == "I"
    assert coding.truths(one)["classes"] == "I"
    assert coding.times(one).tolist() == pytest.approx([APEX - 4, APEX, APEX + 4])
    unknown = coding.times(replace(one, apex=None))
    assert np.isnan(unknown[1])
    assert coding.apex(replace(one, apex=None)) == 30.0


def test_shares_and_sums() -> None:
    assert shares().sum(axis=1) == pytest.approx(1.0)
    assert three_of(shares()[[NEGATIVE]].astype(float)) == ["negative"]
    for name, words in THREE.items():
        rows = [EMOTIONS.index(word) for word in words]
        assert set(three_of(np.eye(len(EMOTIONS))[rows])) == {name}


@pytest.mark.parametrize("cell", ["4?", "12+?", "(R6 or R12) + R15", "?"])
def test_a_class_that_hangs_on_open_units_is_open(cell: str) -> None:
    assert coding.klass(clip(cell)) == -1
    assert "classes" not in coding.truths(clip(cell))
    assert coding.klass(replace(clip(cell), objective_class="III")) == CLASSES.index("III")
