"""Judges by the names under which they are asked for."""

import numpy as np
import pytest

from mien.core.errors import InputError, JudgeError
from mien.judge import table
from mien.judge.prompt import CATEGORIES
from mien.judge.table import NAMES, is_remote, judge_named


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_only_servers_are_remote() -> None:
    assert [is_remote(name) for name in NAMES] == [False, False, False, True, True]


def test_a_judge_is_called_as_it_was_asked_for(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    for name in ("reader", "openai:a/b:c", "openai:x.onnx", "gemini:m"):
        judge = judge_named(name, tmp_path)
        assert judge.name == name
        assert set(judge.classes) == set(CATEGORIES)


@pytest.mark.parametrize("name", ["readr", "blendshape", "nobody", "", "openai:", "gemini:", "x:y"])
def test_an_unknown_name_gets_a_hint(tmp_path, name) -> None:
    with pytest.raises(InputError, match=f"unknown judge '{name}': ") as caught:
        judge_named(name, tmp_path)
    hint = {"readr": "did you mean reader?", "blendshape": "did you mean blendshapes?"}
    assert hint.get(name, ", ".join(NAMES)) in str(caught.value)


@pytest.mark.parametrize("name", ["openai:m", "gemini:m"])
def test_a_server_needs_a_key(tmp_path, name) -> None:
    with pytest.raises(InputError, match=r"^(OPENAI|GEMINI)_API_KEY is not set"):
        judge_named(name, tmp_path)


def test_a_server_at_another_address_may_need_none(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1")
    here = judge_named("openai:m", tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:9000/v1")
    assert judge_named("openai:m", tmp_path).fingerprint != here.fingerprint
    for default in ("", "https://api.openai.com/v1/"):
        monkeypatch.setenv("OPENAI_BASE_URL", default)
        with pytest.raises(InputError, match="OPENAI_API_KEY is not set"):
            judge_named("openai:m", tmp_path)


def test_a_model_of_the_editors_family_is_kin(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert judge_named("openai:Qwen3-VL", tmp_path).kin == "pixelsmile"
    assert judge_named("openai:m", tmp_path).kin == ""


def test_a_network_is_found_as_it_is_or_among_the_models(tmp_path, monkeypatch) -> None:
    found = []
    monkeypatch.setattr(table, "classifier_judge", found.append)
    (tmp_path / "models").mkdir()
    for place in (tmp_path / "models" / "net.onnx", tmp_path / "here.onnx"):
        place.touch()
    judge_named("net.onnx", tmp_path / "models")
    judge_named(str(tmp_path / "here.onnx"), tmp_path / "models")
    assert found == [tmp_path / "models" / "net.onnx", tmp_path / "here.onnx"]


def test_models_that_are_not_there(tmp_path) -> None:
    with pytest.raises(InputError, match=r"net\.onnx: no such file"):
        judge_named("net.onnx", tmp_path)
    with pytest.raises(InputError, match=r"face_landmarker\.task is missing"):
        judge_named("blendshapes", tmp_path)


@pytest.mark.parametrize("content", [b"", b"no model" * 99])
def test_models_that_are_none(tmp_path, content) -> None:
    (tmp_path / "face_landmarker.task").write_bytes(content)
    judge = judge_named("blendshapes", tmp_path)
    with pytest.raises(JudgeError, match=r"face_landmarker\.task: cannot be run"):
        judge.scores(np.zeros((64, 64, 3), np.uint8))
