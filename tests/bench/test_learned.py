"""What the learned opinion is measured on, and how it is scored."""

from pathlib import Path

import numpy as np
import pytest

from mien.bench import learned_quiet, learned_switches
from mien.bench.learned_cases import RATES, SETS, YAWS, Happening, cases
from mien.bench.learned_clips import Seen, columns_of
from mien.bench.learned_scores import Named, by_rules, scored, unit_table
from mien.bench.spot_motion import SMILE
from mien.bench.suites import learned
from mien.bench.suites.learned import run
from mien.capture.learned.grid import STEPS
from mien.capture.learned.labels import CLASSES, UNITS
from mien.core.errors import InputError, MissingExtraError, ModelError
from mien.core.facs import COLUMNS


def moved(units: str, side: str = "both") -> Happening:
    return Happening(units, side, 2.0, 0.7, 0.8, 1.0, "cosine")


def seen(units: str, person: str = "a", rules: tuple[str, ...] = (), name: str = "") -> Seen:
    one = moved(units)
    columns = frozenset(columns_of(one))
    courses = np.zeros((STEPS, len(COLUMNS)), np.float32)
    return Seen(cases(4)[0], person, one, columns, None, courses, frozenset(rules), name)


def test_columns_follow_the_side() -> None:
    assert columns_of(moved("1+2", "L")) == ["AU01L", "AU02L"]
    assert columns_of(moved("17", "R")) == ["AU17"]
    assert set(columns_of(moved(SMILE, "R"))) == {"AU06R", "AU12R"}
    assert all(set(columns_of(moved(one))) <= set(UNITS) for one in SETS)


def test_the_same_cases_every_time_and_for_everybody() -> None:
    assert cases(52) == cases(52)
    front = [one for one in cases(52) if one.rate == RATES[0] and not one.yaw]
    assert [one.person for one in front] == list(range(52))
    assert {one.rate for one in cases(52)} == set(RATES)
    assert {abs(one.yaw) for one in cases(52)} == set(YAWS)
    assert set(cases(52, 3)) < set(cases(52))


def test_happenings_do_not_touch() -> None:
    for case in cases(8):
        ends = [0.0, *(one.offset for one in case.happenings)]
        starts = [*(one.onset for one in case.happenings), case.seconds]
        assert min(b - a for a, b in zip(ends, starts, strict=True)) > 0.35


def test_what_is_all_right_scores_one() -> None:
    found = [seen("1+2", "a"), seen("4", "b"), seen("6+12", "b")]
    said = [Named(frozenset(codes), name) for codes, name in _RIGHT]
    score = scored(found, said)
    assert score.aus == score.classes == score.balanced == 1.0
    assert score.count == 3


_RIGHT = [({"AU01", "AU02"}, "II"), ({"AU04"}, "III"), ({"AU06", "AU12"}, "I")]


def test_scores_by_hand() -> None:
    found = [seen("4"), seen("4"), seen("1")]
    said = [
        Named(frozenset({"AU04"}), "III"),
        Named(frozenset({"AU01"}), "V"),
        Named(frozenset({"AU01"}), "V"),
    ]
    score = scored(found, said)
    # AU04: 1 of 2 found; AU01: found once and once too often. Both 2/3; so the classes.
    assert score.aus == pytest.approx(2 / 3)
    assert score.classes == pytest.approx(2 / 3)
    assert unit_table(found, said) == pytest.approx({"AU01": 2 / 3, "AU04": 2 / 3})


def test_a_movement_without_a_name_costs_its_own_class_alone() -> None:
    kinds = {"I": "6+12", "II": "1+2", "III": "4", "IV": "9", "V": "15", "VI": "20", "VII": "14"}
    found = [seen(units) for units in kinds.values() for _ in range(4)]
    said = [Named(frozenset(), name) for name in kinds for _ in range(4)]
    assert scored(found, said).classes == 1.0
    said[0] = Named(frozenset(), "")
    assert scored(found, said).classes == pytest.approx((6 + 6 / 7) / 7)


def test_what_a_smile_brings_along_is_not_scored() -> None:
    said = [Named(frozenset({"AU12", "AU10"}), "I"), Named(frozenset({"AU10"}), "IV")]
    assert scored([seen(SMILE), seen("10")], said).aus == 1.0
    assert scored([seen("12"), seen("10")], said).aus == pytest.approx((1 + 2 / 3) / 2)


def test_rules_are_taken_as_they_are() -> None:
    (said,) = by_rules([seen("17", rules=("AU17", "AU12L"), name="VII")])
    assert said.aus == {"AU17", "AU12"}
    assert said.name == "VII"


def test_a_skewed_set_has_the_classes_that_are_asked() -> None:
    found = learned_switches._set(1, {"I": 2, "VII": 3})
    names = [CLASSES[at] for at in found.classes]
    assert sorted(names) == ["I", "I", "VII", "VII", "VII"]


def test_a_window_without_a_face_is_silent(tmp_path: Path) -> None:
    class Asked:
        def opinions(self, windows: np.ndarray, courses: np.ndarray) -> list[object]:
            assert not len(windows)
            return []

    courses = np.zeros((STEPS, len(COLUMNS)), np.float32)
    np.savez_compressed(tmp_path / "clip.npz", windows=np.array([]), courses=courses)
    assert learned_quiet._silent(Asked(), tmp_path / "clip.npz")  # type: ignore[arg-type]


def test_a_part_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--part"):
        run(tmp_path, part=0)


@pytest.fixture
def unfilmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clip may be begun."""
    pytest.importorskip("onnxruntime")

    def begun(*_: object) -> None:
        raise AssertionError("a clip was filmed")

    monkeypatch.setattr(learned, "people", lambda data: [])
    monkeypatch.setattr(learned, "seen", begun)


def test_a_model_beside_is_opened_before_anything_is_filmed(unfilmed: None, tmp_path: Path) -> None:
    (tmp_path / "other.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"other\.onnx: is no model of mien"):
        run(tmp_path, beside=tmp_path / "other.onnx")
    with pytest.raises(ModelError, match=r"none\.onnx: no such file"):
        run(tmp_path, model=tmp_path / "none.onnx")


def test_what_trains_is_looked_for_before_anything_is_filmed(
    unfilmed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(module: str, extra: str) -> None:
        raise MissingExtraError(f"this needs {module}: pip install 'mien[{extra}]'")

    monkeypatch.setattr(learned_switches, "require", missing)
    with pytest.raises(MissingExtraError, match=r"mien\[train\]"):
        run(tmp_path, switches=True)
