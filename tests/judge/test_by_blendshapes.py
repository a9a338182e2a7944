"""Categories by rules over blendshape scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bench.ffe.metrics import BASIC
from mien.core.errors import NoFaceError
from mien.judge.by_blendshapes import _rules, blendshape_judge, categories, raw
from mien.media.image import load_image

SCALE = _rules()["scale"]
RULES = _rules()["categories"]
REST = {name: size["rest"] for name, size in SCALE.items()}
FACES = st.fixed_dictionaries(dict.fromkeys(SCALE, st.floats(0, 1)))


def at_full(*names: str) -> dict[str, float]:
    """Scores of a face at rest but for some at full size."""
    return REST | {name: SCALE[name]["rest"] + SCALE[name]["full"] for name in names}


def test_rules_speak_of_sizes_that_were_measured() -> None:
    assert set(RULES) == set(BASIC)
    for rule in RULES.values():
        assert set(rule["for"]) | set(rule["against"]) <= set(SCALE)
        assert not set(rule["for"]) & set(rule["against"])
        assert all(0 < share <= 1 for share in rule["for"].values())
    for size in SCALE.values():
        assert size["full"] > 0
        assert 0 <= size["rest"] <= size["rest"] + size["full"] <= 1


def test_a_face_at_rest_shows_nothing() -> None:
    assert set(categories(REST).values()) == {0.0}


@pytest.mark.parametrize("category", RULES)
def test_a_category_wins_on_its_own_prototype(category) -> None:
    found = categories(at_full(*RULES[category]["for"]))
    assert found.pop(category) == pytest.approx(1.0)
    assert max(found.values()) < 0.9


@pytest.mark.parametrize("category", RULES)
def test_half_of_it_is_lost_where_all_speaks_against(category) -> None:
    rule = RULES[category]
    found = categories(at_full(*rule["for"], *rule["against"]))
    assert found[category] == pytest.approx(0.5)


@given(scores=FACES)
def test_every_score_is_a_share(scores) -> None:
    assert all(0.0 <= share <= 1.0 for share in categories(scores).values())


@given(scores=FACES, category=st.sampled_from(sorted(RULES)), more=st.floats(0, 1), data=st.data())
def test_evidence_can_only_speak_its_own_way(scores, category, more, data) -> None:
    before = categories(scores)[category]
    for side, sign in (("for", 1), ("against", -1)):
        name = data.draw(st.sampled_from(sorted(RULES[category][side])))
        after = categories(scores | {name: max(scores[name], more)})[category]
        assert sign * (after - before) >= -1e-12


def test_sides_are_averaged() -> None:
    found = raw({"mouthSmileLeft": 0.2, "mouthSmileRight": 0.6, "jawOpen": 0.1, "jawLeft": 0.4})
    assert found == pytest.approx({"mouthSmile": 0.4, "jawOpen": 0.1, "jaw": 0.4})


@pytest.fixture(scope="module")
def judge(data):
    if not (data.parent / "models" / "face_landmarker.task").is_file():
        pytest.skip("no face_landmarker.task beside the photos")
    return blendshape_judge(data.parent / "models")


def test_a_smile_is_happy(judge, data) -> None:
    for photo in sorted((data / "london" / "smiling").glob("*.jpg"))[:2]:
        smile = judge.scores(load_image(photo).pixels)
        still = judge.scores(load_image(photo.parents[1] / "neutral" / photo.name).pixels)
        assert max(smile, key=smile.__getitem__) == "happy"
        assert smile["happy"] > still["happy"] + 0.2
        assert tuple(smile) == judge.classes


def test_no_face_no_answer(judge) -> None:
    with pytest.raises(NoFaceError):
        judge.scores(np.zeros((64, 64, 3), np.uint8))
