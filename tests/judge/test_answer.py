"""Reading what a vision model answers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import JudgeError
from mien.judge.answer import category, excerpt, parse_scores
from mien.judge.prompt import CATEGORIES

PUBLISHED = [
    *("Happiness", "Sadness", "Anger", "Fear", "Surprise", "Disgust"),
    *("Embarrassment", "Confidence", "Confusion", "Drowsiness", "Contempt", "Nervousness"),
]
SCORES = st.fixed_dictionaries({name: st.floats(0.0, 1.0) for name in CATEGORIES})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(CATEGORIES) | st.text(), inner, max_size=14)
    ),
)


@given(SCORES, st.randoms())
def test_round_trip(scores: dict[str, float], random: Any) -> None:
    shuffled = random.sample(sorted(scores.items()), len(scores))
    found = parse_scores(json.dumps(dict(shuffled)))
    assert found == scores
    assert tuple(found) == CATEGORIES


@given(SCORES, st.sampled_from(["{}", "```json\n{}\n```", "So: {} Done.", '{{"scores": {}}}']))
def test_wrapped(scores: dict[str, float], around: str) -> None:
    assert parse_scores(around.format(json.dumps(scores, indent=1))) == scores


def read(text: str) -> dict[str, float] | str:
    """The scores, or the line that says why there are none."""
    try:
        return parse_scores(text)
    except JudgeError as error:
        return str(error)


@given(st.text() | JSON.map(json.dumps) | st.text(alphabet='{}[]":,.0123456789 aefhnprsy\\'))
def test_garbage_raises_one_thing_only(text: str) -> None:
    found = read(text)
    if isinstance(found, str):
        assert found.isprintable()
    else:
        assert tuple(found) == CATEGORIES
        assert all(0.0 <= score <= 1.0 for score in found.values())


@given(SCORES, st.sampled_from(CATEGORIES), JSON)
def test_one_strange_value(scores: dict[str, Any], name: str, value: Any) -> None:
    found = read(json.dumps({**scores, name: value}))
    if isinstance(found, str):
        assert name in found
    else:
        assert found == {**scores, name: float(value)}


def test_published_names(known: dict[str, float]) -> None:
    answer = dict.fromkeys(PUBLISHED, 0.25)
    assert parse_scores(json.dumps(answer)) == dict.fromkeys(CATEGORIES, 0.25)
    upper = {name.upper(): value for name, value in known.items()}
    assert parse_scores(json.dumps(upper)) == known


def test_numbers_as_texts_and_extra_fields(known: dict[str, float]) -> None:
    told = {"neutral": 0.9, "why": "a smile", **{name: str(known[name]) for name in known}}
    assert parse_scores(json.dumps(told)) == known


def test_the_last_word_counts(known: dict[str, float]) -> None:
    draft = json.dumps(dict.fromkeys(CATEGORIES, 0.5))
    asides = 'No category here: {"dominant": "sad"}, {nor here}'
    assert parse_scores(f'First {draft}\nthen {{"happy": \n{json.dumps(known)}\n{asides}') == known


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sad": None}, "gives sad None: is no number from 0 to 1"),
        ({"sad": True}, "gives sad True"),
        ({"sad": 1.01}, "gives sad 1.01"),
        ({"sad": -0.1}, "gives sad -0.1"),
        ({"sad": float("nan")}, "gives sad nan"),
        ({"sad": float("inf")}, "gives sad inf"),
        ({"sad": 10**400}, "gives sad inf"),
        ({"sad": "much"}, "gives sad much"),
        ({"sad": [0.5]}, "gives sad something else"),
        ({"sad": {"score": 0.5}}, "gives sad something else"),
        ({"sadness": 0.5}, "gives sad two scores"),
    ],
)
def test_what_is_no_score(known: dict[str, float], change: dict[str, Any], message: str) -> None:
    with pytest.raises(JudgeError, match=message):
        parse_scores(json.dumps({**known, **change}))


def test_a_key_twice(known: dict[str, float]) -> None:
    with pytest.raises(JudgeError, match="gives angry two scores"):
        parse_scores(json.dumps(known).replace('"sad"', '"angry"'))


def test_missing(known: dict[str, float]) -> None:
    few = {name: known[name] for name in CATEGORIES if name not in ("shy", "fear")}
    with pytest.raises(JudgeError, match=r"lacks a score for fear, shy$"):
        parse_scores(json.dumps(few))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no scores: it is empty"),
        ("I cannot\nrate\x1b[31m people.", r"holds no scores: I cannot rate \[31m people\.$"),
        ("{" * 5000, "holds no scores"),
        ('{"happy":' * 5000, "holds no scores"),
        ("[1, 2]", "holds no scores"),
    ],
)
def test_no_scores(text: str, message: str) -> None:
    with pytest.raises(JudgeError, match=message):
        parse_scores(text)


def test_words() -> None:
    assert category(" Embarrassment (shy) ") == "shy"
    assert category("neutral") is None
    assert excerpt("a" * 100, 10) == "a" * 9 + "…"
