"""Ask a server for a file over one scheme; only what fetches models by name uses it."""

from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from mien.core.errors import ModelError

_CHUNK = 1 << 20  # bytes read at once
_PATIENCE = 30.0  # seconds without a byte


class PastEndError(ModelError):
    """The server has no more bytes than those that one has already."""


def ask(opener: OpenerDirector, url: str, by_hand: str, done: int = 0) -> Any:
    """The server's answer to a request for all but the first ``done`` bytes.

    Args:
        opener: from :func:`opener_of`.
        url: what is asked for.
        by_hand: for messages: what the user can do instead.
        done: bytes that are here already; an answer with status 200 sends them again.

    Raises:
        PastEndError: there are no bytes after those.
        ModelError: no answer, or a refusal.
    """
    headers = {"User-Agent": "mien", **({"Range": f"bytes={done}-"} if done else {})}
    try:
        return opener.open(Request(url, headers=headers), timeout=_PATIENCE)  # noqa: S310
    except HTTPError as error:
        error.close()
        kind = PastEndError if error.code == 416 else ModelError
        raise kind(
            f"{url}: answers {error.code} {error.reason}: try again later, {by_hand}"
        ) from error
    except (URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        reason = getattr(reason, "strerror", None) or reason
        raise ModelError(
            f"{url}: cannot be reached: {reason}: check the connection, {by_hand}"
        ) from error


def read(answer: Any, most: int) -> bytes:
    """The next bytes; none where the answer ends, or the connection breaks."""
    try:
        return bytes(answer.read(min(_CHUNK, most)))
    except (HTTPException, OSError):
        return b""


def opener_of(scheme: str) -> OpenerDirector:
    """Something that speaks one scheme only; urllib's own would follow to http, ftp and files."""
    opener = OpenerDirector()
    speaks = {"https": HTTPSHandler, "http": HTTPHandler}[scheme]()
    handlers = ProxyHandler(), speaks, HTTPDefaultErrorHandler(), HTTPErrorProcessor()
    for handler in (*handlers, _OneScheme(scheme)):
        opener.add_handler(handler)
    return opener


class _OneScheme(HTTPRedirectHandler):
    """Refuses addresses of any other scheme, the first one and those that a server leads to."""

    def __init__(self, scheme: str) -> None:
        self._scheme = scheme

    def default_open(self, request: Request) -> None:
        """Look at an address before anybody opens it."""
        if urlsplit(request.full_url).scheme != self._scheme:
            raise ModelError(f"{request.full_url}: is no {self._scheme} address, nothing is asked")

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Look at an address before it is followed."""
        if urlsplit(newurl).scheme != self._scheme:
            raise ModelError(
                f"{req.full_url}: leads to {newurl}, which is no {self._scheme} address:"
                " nothing was fetched"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)
