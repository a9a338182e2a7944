"""A Gemini model behind Google's REST API (generateContent, v1beta), as a judge.

FFE-Bench was published with Gemini 3 Pro as its judge, which also labelled the training data of
the editor that was measured. Google advises temperature 1 for Gemini 3 (its prompting guide); it is
0 here, as for every judge, so that answers differ from run to run as little as the server allows.
Pictures leave the machine.
"""

from typing import Any
from urllib.parse import quote

from mien.core.errors import JudgeError
from mien.judge.answer import excerpt, parse_scores
from mien.judge.http import PATIENT, Patience, address, ask, read_key
from mien.judge.judge import Image, Judge, NoAnswerError
from mien.judge.prompt import CATEGORIES, PROMPT, encoded, fingerprint

_URL = "https://generativelanguage.googleapis.com/v1beta"
_SETTINGS = {"temperature": 0, "seed": 0, "responseMimeType": "application/json"}


def gemini_judge(
    model: str,
    *,
    url: str = _URL,
    key: str = "GEMINI_API_KEY",
    kin: str = "",
    patience: Patience = PATIENT,
) -> Judge:
    """A judge that asks ``{url}/models/{model}:generateContent`` about every picture.

    Args:
        model: such as ``gemini-3-pro-preview``.
        url: of the API.
        key: name of the environment variable that holds the key.
        kin: editor that is built on the same model.
        patience: how long and how often the server is asked.

    Raises:
        InputError: an address that is none or is not safe, or no key.
    """
    url = address(url)
    entry = read_key(key)
    headers = {"x-goog-api-key": entry.secret} if key else {}
    place = f"{url}/models/{quote(model, safe='')}:generateContent"

    def scores(image: Image) -> dict[str, float]:
        picture = {"mime_type": "image/jpeg", "data": encoded(image)}
        parts = [{"text": PROMPT}, {"inline_data": picture}]
        question = {"contents": [{"role": "user", "parts": parts}], "generationConfig": _SETTINGS}
        return parse_scores(_text(ask(place, question, headers, entry, patience)))

    return Judge(f"gemini:{model}", fingerprint(url, model), CATEGORIES, scores, kin)


def _text(answer: Any) -> str:
    """What the model wrote, its thoughts left out.

    Raises:
        NoAnswerError: nothing: it refuses, is blocked, or thinks for too long.
        JudgeError: no answer of the protocol.
    """
    try:
        blocked = answer.get("promptFeedback", {}).get("blockReason")
        first = (answer.get("candidates") or [{}])[0]
        parts = first.get("content", {}).get("parts", [])
        text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
        reason = blocked or first.get("finishReason")
    except (AttributeError, IndexError, KeyError, TypeError):
        raise JudgeError("the server answers, but not as generateContent does") from None
    if text:
        return text
    why = f": {excerpt(reason)}" if isinstance(reason, str) else ""
    raise NoAnswerError(f"the model gives no answer{why}")
