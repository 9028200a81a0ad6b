"""The outermost layer: bounds what may come in, counts what goes out."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rongdun_collector.answers import failed, refusal_response
from rongdun_collector.counts import OwnCounts
from rongdun_collector.ingest.bodies import ORDINARY_BYTES, read_body
from rongdun_collector.problems import RefusedError, invalid

OWN_BOUNDS = frozenset({"/v1/checkin", "/v1/documents", "/v1/volatile"})
"""Routes that read their bodies themselves, each within a bound of its own."""

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", _POLICY),
]


class Intake:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, counts: OwnCounts) -> None:
        self._app, self._counts = app, counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body within bounds, pass the request on, note the status of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own, started = scope["path"] in OWN_BOUNDS, False

        async def noting(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._counts.requests[message["status"]] += 1
                if not own:
                    message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        try:
            await self._app(scope, await _bounded(scope, receive), noting)
        except RefusedError as error:
            await refusal_response(error.refusal)(scope, receive, noting)
        except Exception as error:  # one of the four places: around one request
            if started:  # what was sent cannot be taken back; the server cuts the connection
                raise
            await failed(scope, error)(scope, receive, noting)


async def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Where the body comes from, once it is known to be within bounds; RefusedError otherwise."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        raise invalid("the address has a NUL character", "Leave it out.")
    if scope["path"] in OWN_BOUNDS or scope["method"] in _WITHOUT_BODY:
        return receive
    return _replay(await read_body(Request(scope, receive), ORDINARY_BYTES), receive)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, then whatever the connection says."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again
