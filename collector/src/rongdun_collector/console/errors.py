"""Refusals for people: what the collector refuses as problem+json becomes a page where a browser asked for one."""

import json
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rongdun_collector.console.page import Pages
from rongdun_collector.problems import MEDIA_TYPE

_MACHINES = ("/v1/", "/metrics", "/healthz", "/openapi.json")


class ErrorPages:
    """ASGI middleware, outside of all others, so that their refusals are seen too."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, but a refusal as a page."""
        if scope["type"] != "http" or scope["path"].startswith(_MACHINES) or not _wants_page(scope):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def turning(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._answer(scope, start, json.loads(body), send)

        await self._app(scope, receive, turning)

    async def _answer(self, scope: Scope, start: Message, problem: dict[str, Any], send: Send) -> None:
        page = self._pages.text(Request(scope), "error.html", problem=problem, status=start["status"]).encode()
        replaced = {b"content-type", b"content-length", b"www-authenticate"}
        headers = [(name, value) for name, value in start["headers"] if name.lower() not in replaced]
        headers += [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(page)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page})


def _wants_page(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _is_problem(message: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(MEDIA_TYPE.encode()) for name, value in message["headers"]
    )
