"""The metrics over people and seeds, fed with answers that are known."""

import numpy as np
import pytest

from mien.bench.nano import figures as figures_of
from mien.bench.nano import rows
from mien.bench.nano.figures import KEYS, Table, differences, estimates, measured, table
from mien.bench.nano.seen import Seen
from mien.bench.nano.tested import GRID
from mien.learn.ffe.row import CATEGORIES

FEAR, SURPRISED = (CATEGORIES.index(name) for name in ("fear", "surprised"))
ANGRY, DISGUST = (CATEGORIES.index(name) for name in ("angry", "disgust"))
COUNT = len(CATEGORIES)


def right(people: int = 4, likeness: float = 0.5) -> Seen:
    """A judge that says of every picture its strength for its category, and nothing else."""
    scores = np.zeros((people, COUNT, len(GRID), COUNT))
    for number in range(COUNT):
        scores[:, number, :, number] = GRID
    return Seen(scores, np.full((people, COUNT, len(GRID)), likeness))


def mistaken(found: Seen, person: int, asked: int, seen: int) -> Seen:
    """At full strength another category is seen."""
    scores = found.scores.copy()
    scores[person, asked, -1, asked] = 0.4
    scores[person, asked, -1, seen] = 0.6
    return Seen(scores, found.likeness)


def figures(of: Table) -> dict[str, float]:
    return dict(zip(KEYS, measured(of), strict=True))


def test_all_right() -> None:
    found = figures(table([right()]))
    assert found == pytest.approx(
        {"mscr": 0, "acc6": 1, "acc12": 1, "cls6": 1, "cls12": 1, "hes": 2 / 3, "id": 0.5}
    )


def test_confusion_by_hand() -> None:
    one = mistaken(mistaken(right(), 0, FEAR, SURPRISED), 1, SURPRISED, FEAR)
    # Each of both goes the wrong way in 1 of 4; the other pair is right: mean of 1/4 and 0.
    found = figures(table([one]))
    assert found["mscr"] == pytest.approx(1 / 8)
    assert found["acc6"] == pytest.approx(1 - 2 / 24)
    assert found["acc12"] == pytest.approx(1 - 2 / 48)
    # A second seed without a mistake halves it.
    assert figures(table([one, right()]))["mscr"] == pytest.approx(1 / 16)
    # What is taken for neither of the pair is no confusion of it.
    assert figures(table([mistaken(right(), 0, ANGRY, FEAR)]))["mscr"] == 0.0


def test_courses_by_hand() -> None:
    still = right()
    scores = still.scores.copy()
    happy = CATEGORIES.index("happy")
    scores[:, happy, :, happy] = 0.7  # the slider has no effect
    scores[0, DISGUST, :, DISGUST] = np.array(GRID)[::-1]  # the wrong way round
    found = figures(table([Seen(scores, still.likeness)]))
    assert found["cls12"] == pytest.approx((48 - 4 - 2) / 48)
    assert found["cls6"] == pytest.approx((24 - 4 - 2) / 24)


def test_likeness_is_taken_at_full_strength() -> None:
    one = right()
    likeness = one.likeness.copy()
    likeness[..., :-1] = -1.0
    likeness[0, :, -1] = -0.2  # somebody else: no success
    found = figures(table([Seen(one.scores, likeness)]))
    assert found["id"] == pytest.approx((3 * 0.5 - 0.2) / 4)
    assert found["hes"] == pytest.approx(0.75 * 2 / 3)


def test_intervals_are_those_of_people_where_there_is_one_seed() -> None:
    one = right(12)
    for person in range(5):
        one = mistaken(one, person, FEAR, SURPRISED)
    found = dict(zip(KEYS, estimates(table([one])), strict=True))["mscr"]
    assert found.value == pytest.approx(5 / 12 / 4)
    # A mean over twelve people, by Student with eleven degrees of freedom.
    spread = np.std([0.25] * 5 + [0.0] * 7, ddof=1) / np.sqrt(12)
    assert found.high - found.value == pytest.approx(2.201 * spread, rel=0.08)
    assert found.value - found.low == pytest.approx(found.high - found.value)


def test_seeds_widen_them() -> None:
    wrong = right()
    for person in range(4):
        wrong = mistaken(wrong, person, FEAR, SURPRISED)
    found = dict(zip(KEYS, estimates(table([right(), wrong, wrong])), strict=True))["mscr"]
    # People agree, trainings do not: Student with two degrees of freedom over these.
    spread = np.std([0.0, 0.25, 0.25], ddof=1) / np.sqrt(3)
    assert found.high - found.value == pytest.approx(4.303 * spread, rel=1e-3)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_intervals_hold_what_they_should(seeds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two models that differ by the chance of trainings and people alone."""
    monkeypatch.setattr(figures_of, "DRAWS", 100)
    chance = np.random.default_rng(seeds)
    held = []
    for _ in range(100):
        people = chance.normal(0, 0.5, (1, 16, 1))
        one, other = (
            people
            + chance.normal(0, 0.5, (seeds, 1, 1))
            + chance.normal(0, 0.5, (1, 16, 1))
            + chance.normal(0, 1.0, (seeds, 16, COUNT))
            for _ in range(2)
        )
        nobody = np.zeros(one.shape, np.int64)
        found = differences(Table(nobody, one, one, one), Table(nobody, other, other, other))
        cls = found[KEYS.index("cls12")]
        held.append(cls.low <= 0.0 <= cls.high)
    assert np.mean(held) >= 0.85  # 0.95 but for chance; drawing seeds anew gave 0.53 of two


def test_differences_are_paired() -> None:
    """Two tables that differ alike for everybody differ surely, however wide each of them is."""
    chance = np.random.default_rng(0)
    base = table([right(8), right(8)])
    wide = Table(base.seen, base.course, base.both, chance.uniform(0, 0.5, base.likeness.shape))
    more = Table(wide.seen, wide.course, wide.both, wide.likeness + 0.1)
    apart = dict(zip(KEYS, differences(more, wide), strict=True))
    assert (apart["id"].low, apart["id"].high) == pytest.approx((0.1, 0.1))
    alone = dict(zip(KEYS, estimates(more), strict=True))["id"]
    assert alone.high - alone.low > 0.05
    assert all(one.value == one.low == one.high == 0.0 for one in differences(wide, wide))


def test_one_person_says_nothing_of_others() -> None:
    assert all(np.isnan(one.low) for one in estimates(table([right(1)])))


def test_people_are_drawn_whole() -> None:
    """All of one person right, all of another wrong: as wide as two values of 0 and 1 are."""
    one = right(2)
    for number in range(COUNT):
        one = mistaken(one, 0, number, (number + 1) % COUNT)
    found = dict(zip(KEYS, estimates(table([one])), strict=True))["acc12"]
    assert found.high - found.value == pytest.approx(12.706 * 0.5, rel=0.1)


def test_what_is_expected_is_told() -> None:
    good, bad = right(6), right(6)
    for person in range(6):
        bad = mistaken(bad, person, FEAR, SURPRISED)
    seen = {"full": good, "no-contrast": bad, "one-hot": good}
    tables = {name: table([one] * 2) for name, one in seen.items()}
    found = {row.figure: row for row in rows.difference_rows(tables)}
    held = {name: row.held for name, row in found.items() if row.asked}
    assert held == {"mSCR: full − no-contrast": True, "CLS-12: full − one-hot": False}
    assert found["mSCR: full − no-contrast"].measured == "-0.2500"
    assert found["mSCR: full − no-contrast"].n == "6 people, 2 seeds"
    # The other way round nothing is claimed to hold.
    swapped = {"full": tables["no-contrast"], "no-contrast": tables["full"]}
    assert [row.held for row in rows.difference_rows(swapped) if row.asked] == [False]
    # One training says nothing of others.
    alone = {name: table([one]) for name, one in seen.items()}
    assert [row.held for row in rows.difference_rows(alone) if row.asked] == [None, None]
    assert rows.difference_rows({"one-hot": table([good])}) == []
