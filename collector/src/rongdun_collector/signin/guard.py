"""In front of everything: what hosts need is open, the rest asks who is there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rongdun_collector.problems import MEDIA_TYPE, RefusedError, forbidden, unauthenticated
from rongdun_collector.store import accounts
from rongdun_collector.store.store import Store

HOST_ROUTES = frozenset({"/v1/enroll", "/v1/ca", "/v1/checkin", "/v1/documents", "/v1/volatile", "/healthz"})
"""What answers without sign-in wherever the collector listens; hosts bring credentials of their own."""

SIGN_IN_ROUTES = ("/v1/session", "/login", "/static/")
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an administrator, a program with a key, or (on loopback, before there is an account) anyone."""

    kind: Literal["administrator", "key", "anyone"]
    name: str
    form_token: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class GuardTerms:
    """How the guard decides: the session's cookie, its idle time, whether all is open before there is an account."""

    cookie: str
    session_idle: timedelta
    open_on_loopback: bool
    login_page: str | None = None


class Guard:
    """ASGI middleware; leaves a `Principal` in the request's state, or None on the routes that are open."""

    def __init__(self, app: ASGIApp, store: Store, terms: GuardTerms, now: Callable[[], datetime]) -> None:
        self._app, self._store, self._terms, self._now = app, store, terms, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, redirect to the sign-in page, or refuse."""
        if scope["type"] != "http" or scope["path"] in HOST_ROUTES:
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        try:
            principal = await run_in_threadpool(self._identify, request)
            _check_origin(scope["method"], request, principal)
        except RefusedError as error:
            await self._refuse(error, request)(scope, receive, send)
            return
        if principal is None and not scope["path"].startswith(SIGN_IN_ROUTES):
            refusal = unauthenticated("this needs a sign-in", "Sign in, or send a read key: Authorization: Bearer KEY.")
            await self._refuse(refusal, request)(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    def _identify(self, request: HTTPConnection) -> Principal | None:
        secret = request.cookies.get(self._terms.cookie)
        bearer = request.headers.get("authorization", "")
        now = self._now()
        with self._store.read() as connection:
            idle_since = now - self._terms.session_idle
            session = accounts.find_session(connection, secret, idle_since) if secret else None
            key = (
                accounts.read_key_name(connection, bearer[7:].strip()) if bearer.lower().startswith("bearer ") else None
            )
            anyone = self._terms.open_on_loopback and not accounts.any_administrator(connection)
        if session is not None and secret:
            self._touch(secret, session, now)
            return Principal("administrator", session.administrator, session.form_token, secret)
        if key is not None:
            if request.scope["method"] not in SAFE_METHODS:
                raise forbidden("a read key only reads", "Sign in as an administrator.")
            return Principal("key", key)
        return Principal("anyone", "loopback") if anyone and _is_direct(request) else None

    def _touch(self, secret: str, session: accounts.Session, now: datetime) -> None:
        if now - session.seen_at >= TOUCH_EVERY:
            with self._store.write() as connection:
                accounts.touch_session(connection, secret, now)

    def _refuse(self, error: RefusedError, request: HTTPConnection) -> Response:
        scope, refusal = request.scope, error.refusal
        wants_page = "text/html" in request.headers.get("accept", "") and scope["method"] in SAFE_METHODS
        if refusal.status == 401 and wants_page and self._terms.login_page:  # noqa: PLR2004 - HTTP
            back = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
            return RedirectResponse(f"{self._terms.login_page}?next={quote(back, safe='')}", status_code=303)
        headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}  # noqa: PLR2004 - HTTP
        return Response(refusal.to_json(), refusal.status, headers, media_type=MEDIA_TYPE)


def _is_direct(request: HTTPConnection) -> bool:
    """From this machine and meant for it: no proxy in between, no foreign page that had its name point to us."""
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return not forwarded and request.url.hostname in LOOPBACK_NAMES


def _check_origin(method: str, request: HTTPConnection, principal: Principal | None) -> None:
    """What changes something must come from our own pages, not from a page that a signed-in browser happens to show."""
    if method in SAFE_METHODS or (principal is not None and principal.kind == "key"):
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in {"same-origin", "none"} or (
        origin is not None and origin.partition("://")[2] != request.headers.get("host")
    ):
        raise forbidden("this request came from another site", "Use the collector's own pages.")
