"""Ask a server one question in JSON, patiently: for judges that live elsewhere.

Standard library only. A key is read from the environment, goes into one header and shows nowhere
else; it is sent over https, or to this machine, and never follows a redirect.
"""

import ipaddress
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from mien.core.errors import InputError, JudgeError
from mien.judge.answer import excerpt

_MOST = 4_000_000  # bytes of an answer
_LONGEST = 120.0  # seconds between two attempts
_QUOTED = 200  # characters of what a server says, in a message


@dataclass(frozen=True)
class Key:
    """What lets one in.

    Attributes:
        variable: name of the environment variable that holds it; empty where none is needed.
        secret: its content.
    """

    variable: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Patience:
    """How long a server is asked.

    Attributes:
        seconds: without a byte, until an attempt counts as failed.
        tries: attempts in all, at least 1.
        sleep: waits for some seconds between two attempts: 1, 2, 4 ... or as long as the server
            asks for; after a wish for more than 120 it is not asked again.
    """

    seconds: float = 120.0
    tries: int = 5
    sleep: Callable[[float], None] = time.sleep


PATIENT = Patience()


class RefusedError(JudgeError):
    """The server does not take the question as it is put.

    Attributes:
        said: what it answered, the key taken out.
    """

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


@dataclass(frozen=True)
class _Later:
    """Why there is no answer yet, and how many seconds the server asks to be left alone."""

    why: str
    wait: float = 0.0


def address(url: str) -> str:
    """The address of a server, without a slash at its end.

    Raises:
        InputError: not https (or http on this machine), or with a password, ``?`` or ``#`` in it.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InputError(f"{excerpt(url)}: is no address: write https://HOST/PATH") from None
    if parts.username is not None or parts.query or parts.fragment:  # may hold a key: not shown
        raise InputError(
            f"the address on {host or 'no host'} holds more than host and path: leave out what is"
            " before @ and after ? or #; keys are read from the environment"
        )
    clean = url.isascii() and url.isprintable() and " " not in url
    if not clean or not host or parts.scheme not in ("https", "http"):
        raise InputError(f"{excerpt(url)}: is no address: write https://HOST/PATH")
    if parts.scheme == "http" and not _is_here(host):
        raise InputError(f"{url}: would send pictures and key unencrypted: write https://")
    return url.rstrip("/")


def read_key(variable: str) -> Key:
    """A key from the environment.

    Args:
        variable: its name; empty for a server that wants no key.

    Raises:
        InputError: it is not set, or what is given or stored there cannot be right.
    """
    if not variable:
        return Key("", "")
    if not variable.isidentifier() or not variable.isupper():  # perhaps the key: not shown
        raise InputError(
            "a key is given by the NAME of the environment variable that holds it, in capitals"
        )
    secret = os.environ.get(variable, "").strip()
    if not secret:
        raise InputError(f"{variable} is not set: put the key of the server there")
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InputError(f"{variable}: holds characters that no key has: set it again")
    return Key(variable, secret)


def ask(
    url: str, body: Mapping[str, object], headers: Mapping[str, str], key: Key, patience: Patience
) -> Any:
    """POST a question and wait for the answer.

    Args:
        url: as :func:`address` allows.
        body: sent as JSON.
        headers: those that carry the key.
        key: is taken out of everything that the server says.
        patience: how long and how often.

    Returns:
        The answer, out of its JSON.

    Raises:
        RefusedError: the server answers 400 or 422.
        JudgeError: it refuses the key, does not know the address, or does not answer in time.
    """
    headers = {"Content-Type": "application/json", "User-Agent": "mien", **headers}
    request = Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    pauses = iter([min(2.0**n, _LONGEST) for n in range(patience.tries - 1)])
    while isinstance(got := _once(request, key, patience.seconds), _Later):
        pause = next(pauses, None)
        if pause is None or got.wait > _LONGEST:
            raise JudgeError(f"{url}: {got.why}: try again later")
        patience.sleep(max(pause, got.wait))
    return got


def _once(request: Request, key: Key, seconds: float) -> Any:
    """The answer to one attempt, or why to try again."""
    try:
        with _opener(request.type).open(request, timeout=seconds) as answer:
            return json.loads(_without(key, answer.read(_MOST).decode("utf-8-sig", "replace")))
    except HTTPError as error:
        with error:
            return _refused(request.full_url, error, key)
    except (HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or reason
        return _Later(f"cannot be reached: {excerpt(str(reason))}")
    except (ValueError, RecursionError):  # a broken connection, or the page of a gateway
        return _Later("answers with something that is no JSON")


def _refused(url: str, error: HTTPError, key: Key) -> _Later:
    """Why to try again after an answer that is none; raises where that would not help."""
    if error.code in (401, 403):  # what it says may quote parts of the key
        raise JudgeError(
            f"{url}: answers {error.code}, it refuses the key in {key.variable}: check it"
            if key.variable
            else f"{url}: answers {error.code}, it wants a key: name the variable that holds it"
        )
    if 300 <= error.code < 400:
        raise JudgeError(f"{url}: leads elsewhere ({error.code}): give the address it leads to")
    said = _said(error, key)
    why = f"answers {error.code} {excerpt(said, _QUOTED)}".rstrip(" .")
    if error.code in (408, 429) or error.code >= 500:
        return _Later(why, _asked_wait(error.headers.get("Retry-After", "")))
    if error.code in (400, 422):
        raise RefusedError(f"{url}: {why}", said)
    raise JudgeError(f"{url}: {why}: check the address and the name of the model")


def _said(error: HTTPError, key: Key) -> str:
    """What a server says about an error: its message where it is in a known place, else all."""
    try:
        text = error.read(10_000).decode("utf-8", "replace")
    except (HTTPException, OSError):
        return ""
    text = _without(key, text)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for name in ("error", "message"):
        told = told[0] if isinstance(told, list) and told else told
        told = told.get(name, told) if isinstance(told, dict) else told
    return told if isinstance(told, str) else text


def _without(key: Key, text: str) -> str:
    """A text of a server with no key in it, plain or as JSON spells it."""
    if not key.secret:
        return text
    plain = json.dumps(key.secret)[1:-1]
    for secret in dict.fromkeys((key.secret, plain, plain.replace("/", "\\/"))):
        text = text.replace(secret, "(key)")
    return text


def _asked_wait(header: str) -> float:
    """Seconds in a Retry-After header, which holds them or a date (RFC 9110, 10.2.3)."""
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _opener(scheme: str) -> OpenerDirector:
    """Something that speaks one scheme and follows nothing; to this machine without a proxy."""
    opener = OpenerDirector()
    speaks = (ProxyHandler(), HTTPSHandler()) if scheme == "https" else (HTTPHandler(),)
    for handler in (*speaks, HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    return opener


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
