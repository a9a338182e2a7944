"""A vision model behind any server that speaks OpenAI's chat completions, as a judge.

Pictures leave the machine, unless the server runs on it.
"""

import re
from collections.abc import Mapping
from typing import Any

from mien.core.errors import JudgeError
from mien.judge.answer import excerpt, parse_scores
from mien.judge.http import PATIENT, Patience, RefusedError, address, ask, read_key
from mien.judge.judge import Image, Judge, NoAnswerError
from mien.judge.prompt import CATEGORIES, PROMPT, encoded, fingerprint

# What makes answers alike and easy to read. Not every server takes all of it.
_WISHES: Mapping[str, object] = {
    "temperature": 0,
    "seed": 0,
    "response_format": {"type": "json_object"},
}


def openai_judge(
    model: str,
    *,
    url: str,
    key: str = "OPENAI_API_KEY",
    kin: str = "",
    patience: Patience = PATIENT,
) -> Judge:
    """A judge that asks ``{url}/chat/completions`` about every picture.

    Temperature 0, a seed and the answer as a JSON object are asked for; one that the server
    complains about is left out from then on. Without temperature 0 answers vary from run to run.

    Args:
        model: as the server calls it.
        url: such as ``https://api.openai.com/v1`` or ``http://localhost:8000/v1``.
        key: name of the environment variable that holds the key; empty where none is needed.
        kin: editor that is built on the same model.
        patience: how long and how often the server is asked.

    Raises:
        InputError: an address that is none or is not safe, or no key.
    """
    url = address(url)
    entry = read_key(key)
    headers = {"Authorization": f"Bearer {entry.secret}"} if key else {}
    unwanted: set[str] = set()

    def scores(image: Image) -> dict[str, float]:
        question = {"model": model, "messages": _messages(image), **_WISHES}
        while True:
            asked = {name: value for name, value in question.items() if name not in unwanted}
            try:
                answer = ask(f"{url}/chat/completions", asked, headers, entry, patience)
            except RefusedError as error:
                refused = {name for name in _WISHES if name in asked and _names(error.said, name)}
                if not refused:
                    raise
                unwanted.update(refused)
            else:
                return parse_scores(_text(answer))

    return Judge(f"openai:{model}", fingerprint(url, model), CATEGORIES, scores, kin)


def _messages(image: Image) -> list[dict[str, object]]:
    picture = {"url": f"data:image/jpeg;base64,{encoded(image)}"}
    content = [{"type": "text", "text": PROMPT}, {"type": "image_url", "image_url": picture}]
    return [{"role": "user", "content": content}]


def _names(said: str, wish: str) -> bool:
    """Whether a complaint is about a wish."""
    return re.search(rf"\b{wish}\b", said) is not None


def _text(answer: Any) -> str:
    """What the model wrote.

    Raises:
        NoAnswerError: nothing: it refuses, or a filter before it does.
        JudgeError: no answer of the protocol.
    """
    try:
        message = answer["choices"][0]["message"]
        content, refusal = message.get("content"), message.get("refusal")
    except (AttributeError, IndexError, KeyError, TypeError):
        raise JudgeError("the server answers, but not as chat completions do") from None
    if isinstance(content, str) and content:
        return content
    why = f": {excerpt(refusal)}" if isinstance(refusal, str) else ""
    raise NoAnswerError(f"the model gives no answer{why}")
