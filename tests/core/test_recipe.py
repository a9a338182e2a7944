"""Recipes as values, as files, and those that come with mien."""

import json
import pickle
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core import facs
from mien.core.errors import InputError
from mien.core.expression import MAX_STRENGTH, parse_wish, target
from mien.core.recipe import (
    Recipe,
    find,
    load_recipe,
    parse_recipe,
    presets,
    recipe_text,
    recipes,
)

PRESETS = files("mien.core") / "presets"
GOOD = {"mien": 1, "name": "mine", "aus": {"AU12": 1.5}}

units = st.dictionaries(
    st.sampled_from([unit.code for unit in facs.ACTION_UNITS]), st.floats(0, 5), max_size=8
)
names = st.from_regex(
    r"[A-Za-zäöüß愛][A-Za-z0-9 äöüß愛_-]{0,20}[A-Za-z0-9]", fullmatch=True
).filter(lambda name: not facs.is_au(name))
any_recipe = st.builds(Recipe, names, units, st.sampled_from([None, 0]), st.text(max_size=40))


@given(any_recipe)
def test_written_and_read_again_it_is_the_same(faults, recipe: Recipe) -> None:
    text = recipe_text(recipe)
    assert parse_recipe(text) == recipe
    assert faults("recipe", json.loads(text)) == []


@given(st.text(max_size=60) | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(repr))
def test_any_text_is_a_recipe_or_one_clear_line(text: str) -> None:
    with pytest.raises(InputError) as error:
        parse_recipe(text)
    assert "\n" not in str(error.value)


json_values = st.none() | st.booleans() | st.floats(allow_nan=True) | st.text(max_size=5)


@given(
    st.dictionaries(st.sampled_from(["AU12", "AU12L", "AU99", "x"]), json_values) | json_values,
    names | json_values,
    json_values,
)
def test_whatever_is_read_conforms(faults, aus, name, rest) -> None:
    document = {"mien": 1, "name": name, "aus": aus, "rest": rest}
    try:
        recipe = parse_recipe(json.dumps(document))
    except InputError:
        return
    assert faults("recipe", json.loads(recipe_text(recipe))) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mien": 2}, "mien: is the version of the file"),
        ({"mien": True}, "mien: is the version of the file"),
        ({"name": None}, "name: is a text"),
        ({"name": "../mine"}, "name: ../mine: is no name for a file"),
        ({"name": ".mine"}, "name: .mine: is no name"),
        ({"name": "mine "}, "name: mine : is no name"),
        ({"name": "a\nb"}, "name: 'a\\nb': is no name"),
        ({"name": "a" * 81}, f"name: '{'a' * 20}': is no name"),
        ({"name": "AU12"}, "name: AU12 is written like an action unit"),
        ({"aus": []}, "aus: is an object"),
        ({"aus": {"AU99": 1}}, "aus.AU99: unknown action unit"),
        ({"aus": {"AU12": 5.1}}, "aus.AU12: 5.1 is no intensity"),
        ({"aus": {"AU12": -1}}, "aus.AU12: -1 is no intensity"),
        ({"aus": {"AU12": "much"}}, "aus.AU12: 'much' is no intensity"),
        ({"aus": {"AU12": True}}, "aus.AU12: True is no intensity"),
        ({"aus": {"AU12": 1, "AU12L": 2}}, "aus.AU12L: AU12L is set by AU12 already"),
        ({"rest": 1}, "rest: is 0, or left out"),
        ({"rest": "0"}, "rest: is 0, or left out"),
        ({"source": 3}, "source: is a text"),
        ({"strengh": 1}, "strengh: unknown field"),
        ({"sorce": "me"}, "sorce: unknown field: did you mean source?"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_field(tmp_path, faults, change, message) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(GOOD | change), "utf-8")
    with pytest.raises(InputError) as error:
        load_recipe(file)
    assert str(error.value).startswith(f"{file}: {message}")
    assert "\n" not in str(error.value)
    if change not in ({"name": "a\nb"}, {"name": "AU12"}, {"aus": {"AU12": 1, "AU12L": 2}}):
        assert faults("recipe", GOOD | change)  # three rules that a schema cannot say


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"mien": 1,\n "name"}', "line 2: is no JSON"),
        (b"[]", "is not a recipe"),
        (b'{"mien": 1, "mien": 1}', "mien: is there twice"),
        (b'{"mien": 1, "aus": {}}', "name: is missing"),
        (b"\xff\xd8\xff", "is no text in UTF-8"),
        (b"[" * 100_000, "cannot be a recipe"),
        (b"", "line 1: is no JSON"),
    ],
)
def test_files_that_are_none(tmp_path, content: bytes, message: str) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_recipe(file)
    with pytest.raises(InputError, match="no such file"):
        load_recipe(tmp_path / "other.json")


def test_a_byte_order_mark_does_no_harm(tmp_path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(GOOD), "utf-8-sig")
    assert load_recipe(tmp_path / "mine.json").aus == {"AU12": 1.5}


@pytest.mark.parametrize("file", sorted(f.name for f in PRESETS.iterdir()))
def test_presets_are_files_like_everybodys(faults, file: str) -> None:
    text = (PRESETS / file).read_text("utf-8")
    recipe = parse_recipe(text)
    assert faults("recipe", json.loads(text)) == []
    assert file == f"{recipe.name}.json"
    assert text == recipe_text(recipe)
    assert presets()[recipe.name] is find(recipe.name.upper())


def test_everything_with_a_name_has_a_source_and_room_to_go_further() -> None:
    assert not set(recipes()) & set(presets())
    for recipe in (*recipes().values(), *presets().values()):
        assert recipe.name == recipe.name.lower()
        assert recipe.source
        assert recipe.rest == 0
        assert facs.vector(recipe.aus).max() <= 3.3


def test_the_schema_knows_the_action_units(faults) -> None:
    spelt = [*facs.COLUMNS, *(u.code for u in facs.ACTION_UNITS), "AU1", "AU4R"]
    for name in spelt:
        assert faults("recipe", GOOD | {"aus": {name: 1}}) == []
    for name in ("AU03", "AU17L", "AU30", "AU45", "AU19", "AU29", "AU65", "AU120", "happy"):
        assert faults("recipe", GOOD | {"aus": {name: 1}})


@given(any_recipe, st.floats(0, MAX_STRENGTH))
def test_an_own_recipe_works_like_the_twelve(recipe: Recipe, strength: float) -> None:
    rest = np.zeros(len(facs.COLUMNS))
    wanted = target(rest, parse_wish({recipe: strength}))
    np.testing.assert_allclose(wanted, facs.resolve(strength * facs.vector(recipe.aus)), atol=1e-9)
    blend = parse_wish({recipe: strength, "happy": 0.5, "AU12L": 1.0})
    assert blend.expressions == {recipe: strength, find("happy"): 0.5}


def test_a_recipe_can_be_a_key_and_travel() -> None:
    one, same, other = (Recipe("mine", {"AU12": x}) for x in (1.0, 1.0, 2.0))
    assert {one: 1, same: 2, other: 3} == {one: 2, other: 3}
    assert pickle.loads(pickle.dumps(one)) == one


def test_own_recipes_keep_to_the_range_of_strengths() -> None:
    with pytest.raises(InputError, match=r"mine=1.6: a strength lies between 0"):
        parse_wish({Recipe("mine", {"AU12": 1.0}): 1.6})
