"""What targets can and cannot be, whatever the chance; words for them, and exact scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core import facs
from mien.core.errors import InputError
from mien.core.recipe import recipes
from mien.learn.ffe.compose import TWINS, Composition, closer, compose, impossible
from mien.learn.ffe.row import CATEGORIES, Picture, Target
from mien.learn.ffe.truth import Annotators, annotated, exact
from mien.learn.ffe.words import attributes, prompt

GOALS = {name: facs.vector(recipes()[name].aus) for name in CATEGORIES}
share = st.floats(0, 1)
compositions = st.builds(
    Composition,
    st.integers(1, 6),
    confusable=share,
    overlap=share,
    jitter=st.floats(0, 0.4),
    blends=share,
    one_sided=share,
    strengths=st.tuples(st.floats(0.05, 1), st.floats(1, 1.5)),
)


@given(compositions, st.text(max_size=8), st.integers(0, 2**40))
def test_targets(how: Composition, name: str, seed: int) -> None:
    pairs = compose(name, how, seed)
    assert len(pairs) == how.pairs
    assert compose(name, how, seed) == pairs
    for first, second in pairs:
        assert first.category != second.category
        for one in (first, second):
            assert how.strengths[0] - 1e-3 <= one.strength <= how.strengths[1] + 1e-3
            assert max(one.asked, key=lambda each: one.asked[each]) == one.category
            assert sum(one.asked.values()) == pytest.approx(one.strength, abs=2e-3)
            assert all(0 < value <= 5 for value in one.aus.values())
            assert not impossible(facs.vector(one.aus))


def test_what_is_drawn_stronger_is_possible_too() -> None:
    how = Composition(strengths=(1.0, 1.5), blends=0.5)
    made = [one for i in range(150) for pair in compose(f"p{i}", how) for one in pair]
    assert not any(impossible(one.strength * facs.vector(one.aus)) for one in made)


@given(compositions, st.integers(7, 9))
def test_more_pairs_begin_with_the_same(how: Composition, pairs: int) -> None:
    more = Composition(**{**vars(how), "pairs": pairs})
    assert compose("anna", more)[: how.pairs] == compose("anna", how)


@given(st.sampled_from(TWINS), share, st.integers(0, 2**32))
def test_look_alikes_overlap_and_stay_themselves(pair, overlap: float, seed: int) -> None:
    own, other = (GOALS[name] for name in pair)
    found = closer(own, other, overlap, np.random.default_rng(seed))
    near, far = np.abs(found - own), np.abs(found - other)
    assert (near <= far + 1e-9).all()
    assert np.abs(found - other).sum() <= np.abs(own - other).sum() + 1e-9
    assert np.array_equal(closer(own, other, 0.0, np.random.default_rng(seed)), own)


def test_overlap_brings_look_alikes_closer_in_the_mean() -> None:
    def cosine(overlap: float) -> float:
        how = Composition(8, confusable=1.0, overlap=overlap)
        made = [one for i in range(20) for pair in compose(str(i), how) for one in pair]
        angry, disgust = (
            np.array([facs.vector(one.aus) for one in made if one.category == name])
            for name in ("angry", "disgust")
        )
        angry, disgust = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (angry, disgust))
        return float(np.median(angry @ disgust.T))

    assert cosine(1.0) > cosine(0.5) > cosine(0.0) + 0.05


def test_share_of_look_alikes_and_other_pairs() -> None:
    def alike(confusable: float, twins=TWINS) -> float:
        how = Composition(40, confusable=confusable, twins=twins)
        found = [{a.category, b.category} for i in range(10) for a, b in compose(str(i), how)]
        return sum(one in [set(pair) for pair in twins] for one in found) / len(found)

    assert alike(1.0) == 1.0
    assert 0.4 < alike(0.5) < 0.65
    assert alike(0.0) < 0.1
    assert alike(1.0, (("happy", "shy"),)) == 1.0


@pytest.mark.parametrize("name", ["happy", "contempt"])
def test_one_side_leaves_the_other_at_rest(name: str) -> None:
    other = "sad" if name == "happy" else "happy"
    how = Composition(30, 0.0, jitter=0.0, one_sided=1.0, categories=(name, other))
    seen = set()
    for pair in compose("anna", how):
        one = next(each for each in pair if each.category == name)
        sides = {column[-1] for column in one.aus if column[-1] in "LR"}
        assert len(sides) == 1
        seen |= sides
    assert seen == {"L", "R"}


@pytest.mark.parametrize(
    ("aus", "expected"),
    [
        ({"AU12": 2, "AU15": 2}, True),
        ({"AU12L": 2, "AU15R": 2}, False),
        ({"AU12": 2, "AU15": 0.9}, False),
        ({"AU24": 2, "AU25": 1}, True),
        ({"AU05L": 1, "AU43L": 1}, True),
        ({"AU05L": 1, "AU43R": 1}, False),
        ({"AU18": 1, "AU20R": 1}, True),
    ],
)
def test_impossible(aus: dict[str, float], expected: bool) -> None:
    assert impossible(facs.vector(aus)) is expected


@pytest.mark.parametrize("name", CATEGORIES)
def test_recipes_are_possible(name: str) -> None:
    assert not impossible(GOALS[name])


@pytest.mark.parametrize(
    "wrong",
    [
        {"pairs": 0},
        {"confusable": 1.1},
        {"blends": float("nan")},
        {"jitter": -0.1},
        {"strengths": (0.5, 0.4)},
        {"strengths": (0.0, 1.0)},
        {"strengths": (0.5, 2.0)},
        {"categories": ("happy",)},
        {"categories": ("happy", "sad"), "blends": 0.1},
    ],
)
def test_what_is_no_composition(wrong: dict) -> None:
    with pytest.raises(InputError):
        Composition(**wrong)


def test_words() -> None:
    told = attributes({"AU04": 3.0, "AU12L": 0.8, "AU07": 0.2, "AU64": 2.0})
    assert told == {
        "brow": "brows strongly lowered",
        "eyes": "looking down",
        "mouth": "lip corners pulled slightly up on their left side only",
    }
    assert attributes({}) == dict.fromkeys(told, "at rest")
    assert prompt("shy", {}, "anime").startswith("Edit the character to show a shy expression.")
    with pytest.raises(InputError, match="domain"):
        prompt("shy", {}, "cats")


@given(st.dictionaries(st.sampled_from(facs.COLUMNS), st.floats(0, 5)))
def test_every_unit_has_words(aus: dict[str, float]) -> None:
    moved = any(value >= 0.4 for value in aus.values())
    assert moved is not (set(attributes(aus).values()) == {"at rest"})


def target(category: str, strength: float, image: str = "a.jpg") -> Target:
    aus = facs.to_dict(strength * GOALS[category])
    picture = Picture(image, "anna", "CC0", "none needed", "drawn")
    return Target(picture, category, {}, {category: strength}, aus)


@pytest.mark.parametrize("name", CATEGORIES)
@pytest.mark.parametrize("strength", [0.2, 0.6, 1.0])
def test_truth(name: str, strength: float) -> None:
    scores = exact(target(name, strength))
    assert scores[CATEGORIES.index(name)] == strength
    assert scores.argmax() == CATEGORIES.index(name)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_look_alikes_look_alike_in_truth() -> None:
    fear = dict(zip(CATEGORIES, exact(target("fear", 1.0)), strict=True))
    assert fear["surprised"] > 5 * fear["happy"]


def test_annotators() -> None:
    one = target("happy", 0.5)
    told = annotated(one, Annotators(400, 0.05, 3))
    assert told.shape == (400, 12)
    at = CATEGORIES.index("happy")
    assert told[:, at].mean() == pytest.approx(0.5, abs=0.02)
    assert told[:, at].std() == pytest.approx(0.05, abs=0.01)
    assert np.array_equal(told, annotated(one, Annotators(400, 0.05, 3)))
    assert not np.array_equal(told, annotated(one, Annotators(400, 0.05, 4)))
    assert not np.array_equal(told, annotated(target("happy", 0.5, "b"), Annotators(400, 0.05, 3)))
    assert np.array_equal(annotated(one, Annotators(2, 0.0)), [exact(one)] * 2)
    with pytest.raises(InputError, match="ask a judge"):
        exact(Target(one.picture, "happy"))
    with pytest.raises(InputError, match="annotator"):
        Annotators(0)
