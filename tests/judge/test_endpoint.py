"""The judge behind an OpenAI-compatible server, against a real server on this machine."""

import base64
import io
import json
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mien.core.errors import InputError, JudgeError
from mien.judge.endpoint import openai_judge
from mien.judge.http import Patience, read_key
from mien.judge.judge import Judge, NoAnswerError
from mien.judge.prompt import CATEGORIES, PROMPT

Picture = NDArray[np.uint8]
SECRET = "sk-test-0123456789abcdef"


def chat(content: str | None, **more: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **more}
    return {"object": "chat.completion", "choices": [{"index": 0, "message": message}]}


def complaint(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}


@pytest.fixture
def judge(server: Any, patience: Patience) -> Judge:
    return openai_judge("seer-2", url=server.url, key="TEST_KEY", patience=patience)


@pytest.fixture
def good(known: dict[str, float], reply: Callable[..., Any]) -> Any:
    return reply(chat(json.dumps(known)))


def failure(judge: Judge, picture: Picture) -> str:
    """The line of the error; the key is neither in it nor in what a traceback would print."""
    with pytest.raises(JudgeError) as caught:
        judge.scores(picture)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_what_is_asked_and_answered(
    judge: Judge, server: Any, good: Any, known: dict[str, float], shades: Picture
) -> None:
    server.replies = [good]
    assert judge.scores(shades) == known
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.body["model"] == "seer-2"
    assert (asked.body["temperature"], asked.body["seed"]) == (0, 0)
    assert asked.body["response_format"] == {"type": "json_object"}
    text, picture = asked.body["messages"][0]["content"]
    assert text == {"type": "text", "text": PROMPT}
    kind, _, sent = picture["image_url"]["url"].partition(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(sent))) as image:
        received = np.asarray(image.convert("RGB")).astype(int)
    assert received.shape == shades.shape
    assert np.abs(received - shades).max() <= 6


def test_the_judge_as_a_value(judge: Judge, server: Any) -> None:
    assert judge.name == "openai:seer-2"
    assert judge.classes == CATEGORIES
    assert judge.kin == ""
    assert SECRET not in repr(judge)
    other = openai_judge("seer-3", url=server.url, key="", kin="pixelsmile")
    assert other.fingerprint != judge.fingerprint
    assert other.kin == "pixelsmile"
    assert openai_judge("seer-2", url=server.url + "/", key="").fingerprint == judge.fingerprint


def test_no_key_for_a_server_that_wants_none(
    server: Any, good: Any, known: dict[str, float], shades: Picture, reply: Callable[..., Any]
) -> None:
    judge = openai_judge("seer", url=server.url, key="")
    server.replies = [good]
    assert judge.scores(shades) == known
    assert "authorization" not in server.asked[0].headers
    server.replies = [reply(complaint("no key"), 401)]
    assert "wants a key" in failure(judge, shades)


def test_a_fenced_answer(
    judge: Judge, server: Any, known: dict[str, float], shades: Picture, reply: Callable[..., Any]
) -> None:
    server.replies = [reply(chat(f"Sure!\n```json\n{json.dumps(known)}\n```"))]
    assert judge.scores(shades) == known


@pytest.mark.parametrize("status", [408, 429, 500, 503, 529])
def test_busy_then_good(
    judge: Judge,
    server: Any,
    good: Any,
    known: dict[str, float],
    shades: Picture,
    slept: list[float],
    reply: Callable[..., Any],
    status: int,
) -> None:
    server.replies = [reply(complaint("slow down"), status), good]
    assert judge.scores(shades) == known
    assert slept == [1.0]


def test_waits_as_long_as_asked(
    judge: Judge,
    server: Any,
    good: Any,
    shades: Picture,
    slept: list[float],
    reply: Callable[..., Any],
) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    waits = [reply("", 429, {"Retry-After": given}) for given in ("7", soon, "whenever")]
    server.replies = [*waits, good]
    judge.scores(shades)
    assert slept[0] == 7.0
    assert 20.0 < slept[1] <= 30.0
    assert slept[2] == 4.0


def test_does_not_wait_for_an_hour(
    judge: Judge, server: Any, shades: Picture, slept: list[float], reply: Callable[..., Any]
) -> None:
    server.replies = [reply(complaint("Quota used up."), 429, {"Retry-After": "3600"})]
    assert failure(judge, shades).endswith("answers 429 Quota used up: try again later")
    assert slept == []


def test_gives_up(
    judge: Judge, server: Any, shades: Picture, slept: list[float], reply: Callable[..., Any]
) -> None:
    server.replies = [reply("<h1>Bad\ngateway</h1>", 502)]
    assert "answers 502 <h1>Bad gateway</h1>: try again later" in failure(judge, shades)
    assert len(server.asked) == 4
    assert slept == [1.0, 2.0, 4.0]


def test_a_slow_server(
    server: Any, good: Any, shades: Picture, slept: list[float], reply: Callable[..., Any]
) -> None:
    hurried = Patience(seconds=0.1, tries=2, sleep=slept.append)
    judge = openai_judge("seer", url=server.url, key="TEST_KEY", patience=hurried)
    server.replies = [reply(chat("late"), after=0.5)]
    assert "cannot be reached: timed out: try again later" in failure(judge, shades)
    assert slept == [1.0]


def test_nobody_there(shades: Picture, patience: Patience, slept: list[float]) -> None:
    judge = openai_judge("seer", url="http://127.0.0.1:9", key="", patience=patience)
    assert "cannot be reached: Connection refused" in failure(judge, shades)
    assert len(slept) == 3


def test_half_an_answer_and_the_page_of_a_gateway(
    judge: Judge,
    server: Any,
    good: Any,
    known: dict[str, float],
    shades: Picture,
    reply: Callable[..., Any],
) -> None:
    half = reply('{"choices": [{"mess', headers={"Content-Length": "4000"})
    server.replies = [half, reply("<html>Please log in</html>"), good]
    assert judge.scores(shades) == known


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "answers 401, it refuses the key in TEST_KEY: check it"),
        (403, "answers 403, it refuses the key in TEST_KEY: check it"),
        (404, "answers 404 no (key) here: check the address and the name of the model"),
        (413, "answers 413 no (key) here: check the address and the name of the model"),
        (400, "answers 400 no (key) here"),
        (422, "answers 422 no (key) here"),
        (307, "leads elsewhere (307): give the address it leads to"),
    ],
)
def test_what_no_patience_helps(
    judge: Judge,
    server: Any,
    shades: Picture,
    slept: list[float],
    reply: Callable[..., Any],
    status: int,
    message: str,
) -> None:
    elsewhere = {"Location": f"{server.url}/elsewhere"} if status == 307 else {}
    server.replies = [reply(complaint(f"no {SECRET} here"), status, elsewhere)]
    assert failure(judge, shades) == f"{server.url}/chat/completions: {message}"
    assert len(server.asked) == 1
    assert slept == []


@pytest.mark.parametrize("secret", [SECRET, "ab/cd+ef==", 'a"b\\c'])
@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_server_that_says_the_key_aloud(
    server: Any,
    shades: Picture,
    patience: Patience,
    monkeypatch: pytest.MonkeyPatch,
    reply: Callable[..., Any],
    status: int,
    secret: str,
) -> None:
    """Also in an answer that counts, and with slashes as some servers write them in JSON."""
    monkeypatch.setenv("TEST_KEY", secret)
    judge = openai_judge("seer-2", url=server.url, key="TEST_KEY", patience=patience)
    body = chat(f"You sent {secret}") if status == 200 else complaint(f"You sent {secret}")
    for text in (json.dumps(body), json.dumps(body).replace("/", "\\/")):
        server.replies = [reply(text, status)]
        with pytest.raises(JudgeError, match=r"You sent \(key\)") as caught:
            judge.scores(shades)
        assert secret not in "".join(traceback.format_exception(caught.value))


def test_wishes_that_a_server_does_not_know(
    judge: Judge,
    server: Any,
    good: Any,
    known: dict[str, float],
    shades: Picture,
    reply: Callable[..., Any],
) -> None:
    server.replies = [
        reply(complaint("'response_format.type' must be 'json_schema' or 'text'"), 400),
        reply({"detail": [{"loc": ["body", "seed"], "msg": "extra inputs"}]}, 422),
        good,
    ]
    assert judge.scores(shades) == known
    assert judge.scores(shades) == known
    wished = [
        {"temperature", "seed", "response_format"} & set(asked.body) for asked in server.asked
    ]
    assert wished[1:] == [{"temperature", "seed"}, {"temperature"}, {"temperature"}]


def test_a_server_that_complains_for_ever(
    judge: Judge, server: Any, shades: Picture, reply: Callable[..., Any]
) -> None:
    server.replies = [reply(complaint("temperature, seed, response_format: no"), 400)]
    assert "answers 400" in failure(judge, shades)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (chat("What a lovely day."), "holds no scores: What a lovely day."),
        (chat(json.dumps(dict.fromkeys(CATEGORIES[1:], 0.5))), "lacks a score for angry"),
        (chat(json.dumps(dict.fromkeys(CATEGORIES, 5))), "is no number from 0 to 1"),
        (chat(""), "the model gives no answer"),
        (chat(None, refusal="I rate\nnobody."), "the model gives no answer: I rate nobody."),
        ({"choices": []}, "not as chat completions do"),
        ({"choices": [{"message": "hello"}]}, "not as chat completions do"),
        ([1, 2], "not as chat completions do"),
        ("null", "not as chat completions do"),
    ],
)
def test_answers_that_are_none(
    judge: Judge,
    server: Any,
    shades: Picture,
    reply: Callable[..., Any],
    slept: list[float],
    body: Any,
    message: str,
) -> None:
    server.replies = [reply(body)]
    assert message in failure(judge, shades)
    assert slept == []


@pytest.mark.parametrize(
    "body",
    [
        chat(None, refusal="I rate nobody."),
        chat("I cannot help with that."),
        chat(""),
        chat(json.dumps(dict.fromkeys(CATEGORIES, 5))),
    ],
)
def test_a_picture_may_be_declined_and_the_next_one_answered(
    judge: Judge,
    server: Any,
    good: Any,
    known: dict[str, float],
    shades: Picture,
    reply: Callable[..., Any],
    body: Any,
) -> None:
    server.replies = [reply(body), good]
    with pytest.raises(NoAnswerError):
        judge.scores(shades)
    assert judge.scores(shades) == known


@pytest.mark.parametrize(
    ("body", "status"), [(complaint("who?"), 401), (complaint("which?"), 404), ([1, 2], 200)]
)
def test_a_judge_that_cannot_be_asked_declines_nothing(
    judge: Judge, server: Any, shades: Picture, reply: Callable[..., Any], body: Any, status: int
) -> None:
    server.replies = [reply(body, status)]
    with pytest.raises(JudgeError) as caught:
        judge.scores(shades)
    assert not isinstance(caught.value, NoAnswerError)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/v1",
        "http://127.0.0.1.example.com/v1",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "https://",
        "api.example.com/v1",
        "https://api.example.com/a b",
        "https://api.example.com/\n",
        "https://[::1/v1",
        "https://api.example.com:port/v1",
        "https://bücher.example/v1",
        "",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(InputError, match=r"https://"):
        openai_judge("seer", url=url, key="")


@pytest.mark.parametrize("where", ["me:{}@host/v1", "{}@host", "host/v1?key={}", "host/v1#{}"])
def test_keys_in_an_address_are_not_shown(where: str) -> None:
    with pytest.raises(InputError, match="holds more than host and path") as caught:
        openai_judge("seer", url=f"https://{where.format(SECRET)}", key="")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machine_may_be_asked_unencrypted(host: str) -> None:
    assert openai_judge("seer", url=f"http://{host}/v1", key="").name == "openai:seer"


def test_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_KEY", raising=False)
    with pytest.raises(InputError, match="NO_KEY is not set"):
        read_key("NO_KEY")
    with pytest.raises(InputError, match="NAME of the environment variable") as caught:
        read_key(SECRET)
    assert SECRET not in str(caught.value)
    monkeypatch.setenv("SOME_KEY", f" {SECRET}\n")
    assert read_key("SOME_KEY").secret == SECRET
    assert SECRET not in repr(read_key("SOME_KEY"))
    monkeypatch.setenv("SOME_KEY", f"{SECRET}\r\nX-More: 1")
    with pytest.raises(InputError, match="SOME_KEY: holds characters that no key has") as caught:
        read_key("SOME_KEY")
    assert SECRET not in str(caught.value)
