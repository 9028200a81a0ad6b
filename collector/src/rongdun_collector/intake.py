"""The outermost layer: bounds what may come in, counts what goes out."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rongdun_collector.answers import refusal_response
from rongdun_collector.counts import OwnCounts
from rongdun_collector.ingest.bodies import ORDINARY_BYTES, read_body
from rongdun_collector.problems import RefusedError

OWN_BOUNDS = frozenset({"/v1/checkin", "/v1/documents", "/v1/volatile"})
"""Routes that read their bodies themselves, each within a bound of its own."""

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"),
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
        own = scope["path"] in OWN_BOUNDS

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counts.requests[message["status"]] += 1
                if not own:
                    message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if own or scope["method"] in _WITHOUT_BODY:
            await self._app(scope, receive, noting)
            return
        try:
            body = await read_body(Request(scope, receive), ORDINARY_BYTES)
        except RefusedError as error:
            await refusal_response(error.refusal)(scope, receive, noting)
            return
        await self._app(scope, _replay(body, receive), noting)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, then whatever the connection says."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again
