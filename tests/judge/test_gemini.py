"""The judge behind Gemini's REST API, against a real server on this machine."""

import base64
import io
import json
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mien.core.errors import InputError, JudgeError
from mien.judge.gemini import gemini_judge
from mien.judge.http import Patience
from mien.judge.judge import Judge, NoAnswerError
from mien.judge.prompt import CATEGORIES, PROMPT

Picture = NDArray[np.uint8]
SECRET = "sk-test-0123456789abcdef"


def candidate(*parts: dict[str, Any], reason: str = "STOP") -> dict[str, Any]:
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "finishReason": reason}]}


@pytest.fixture
def judge(server: Any, patience: Patience) -> Judge:
    return gemini_judge("seer-3", url=server.url, key="TEST_KEY", patience=patience)


def test_what_is_asked_and_answered(
    judge: Judge,
    server: Any,
    known: dict[str, float],
    shades: Picture,
    slept: list[float],
    reply: Callable[..., Any],
) -> None:
    text = json.dumps(known)
    thought = {"text": '{"happy": 1.0}', "thought": True}
    answer = candidate(thought, {"text": text[:50]}, {"text": text[50:]})
    server.replies = [reply({"error": {"code": 503, "message": "overloaded"}}, 503), reply(answer)]
    assert judge.scores(shades) == known
    assert slept == [1.0]
    asked = server.asked[-1]
    assert asked.path == "/v1/models/seer-3:generateContent"
    assert asked.headers["x-goog-api-key"] == SECRET
    settings = {"temperature": 0, "seed": 0, "responseMimeType": "application/json"}
    assert asked.body["generationConfig"] == settings
    words, picture = asked.body["contents"][0]["parts"]
    assert words == {"text": PROMPT}
    assert picture["inline_data"]["mime_type"] == "image/jpeg"
    with Image.open(io.BytesIO(base64.b64decode(picture["inline_data"]["data"]))) as image:
        received = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(received - shades).max() <= 6


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, {"promptFeedback": {"blockReason": "SAFETY"}}, "gives no answer: SAFETY"),
        (200, candidate(reason="MAX_TOKENS"), "gives no answer: MAX_TOKENS"),
        (200, {"candidates": [{"finishReason": "RECITATION"}]}, "gives no answer: RECITATION"),
        (200, {}, "the model gives no answer"),
        (200, {"candidates": [3]}, "not as generateContent does"),
        (200, {"candidates": [{"content": {"parts": [{"text": 3}]}}]}, "not as generateContent"),
        (200, [], "not as generateContent does"),
        (200, candidate({"text": "{}"}), "holds no scores"),
        (400, {"error": {"message": "API key not valid."}}, "answers 400 API key not valid"),
        (400, [{"error": {"message": "No such."}}], "answers 400 No such"),
        (403, {"error": {"message": SECRET}}, "refuses the key in TEST_KEY"),
        (404, {"error": {"message": "no model"}}, "answers 404 no model: check the address"),
    ],
)
def test_answers_that_are_none(
    judge: Judge,
    server: Any,
    shades: Picture,
    reply: Callable[..., Any],
    status: int,
    body: Any,
    message: str,
) -> None:
    server.replies = [reply(body, status)]
    with pytest.raises(JudgeError, match=message) as caught:
        judge.scores(shades)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert len(server.asked) == 1
    declines = message.startswith(("gives no", "the model gives no", "holds no"))
    assert isinstance(caught.value, NoAnswerError) == declines


def test_the_judge_as_a_value(judge: Judge, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge.name == "gemini:seer-3"
    assert judge.classes == CATEGORIES
    assert SECRET not in repr(judge)
    other = gemini_judge("seer-4", url=server.url, key="TEST_KEY")
    assert other.fingerprint != judge.fingerprint
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    with pytest.raises(InputError, match="GEMINI_API_KEY is not set"):
        gemini_judge("seer-3")
