"""Every route of the API and every page of the console, from the tables that serve them."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from docs.reference_pages.mark import MADE
from rongdun_collector.api import ROUTERS
from rongdun_collector.api.openapi import openapi
from rongdun_collector.console.routes import console_routes
from rongdun_collector.signin.guard import HOST_ROUTES, SAFE_METHODS, SIGN_IN_ROUTES

_ROUTES = f"""# Routes

{MADE}
The API and the console's pages. Requests and answers in full: `/openapi.json` and, for people, `/docs` of a running
collector. A refusal is `application/problem+json` (RFC 9457) with a `remedy`.

Who may: *anyone* asks without sign-in wherever the collector listens; a *host* brings the credential of its enrolment;
an *administrator* is signed in; a *reader* is one too, or a program with a read key (`Authorization: Bearer KEY`) that
only reads. On loopback everything is open until there is an administrator.

| route | who may | does |
| --- | --- | --- |
"""
_HOSTS = {"/v1/checkin", "/v1/documents", "/v1/volatile"}
"""Of the routes that answer without sign-in, those that ask for a host's credential."""


def routes() -> str:
    """Every route of the API and every page of the console."""
    rows = [f"| `{method} {path}` | {_who(method, path)} | {says} |" for method, path, says in (*_api(), *_console())]
    return _ROUTES + "\n".join(rows) + "\n"


def _api() -> Iterator[tuple[str, str, str]]:
    app = FastAPI()
    for router in ROUTERS.values():
        app.include_router(router)
        yield from (_row(route) for route in _routes_of(router) if not route.include_in_schema)
    for path, operations in openapi(app)["paths"].items():
        for method, operation in operations.items():
            bare = operation["tags"] == ["hosts' own"] and method == "post"
            says = operation["summary"] if bare else _sentence(operation.get("description"))
            yield method.upper(), path, says


def _console() -> Iterator[tuple[str, str, str]]:
    for part in console_routes():
        if isinstance(part, APIRouter):
            yield from map(_row, _routes_of(part))


def _routes_of(router: APIRouter) -> Iterator[APIRoute]:
    return (route for route in router.routes if isinstance(route, APIRoute))


def _row(route: APIRoute) -> tuple[str, str, str]:
    return ", ".join(sorted((route.methods or set()) - {"HEAD"})), route.path, _sentence(route.endpoint.__doc__)


def _sentence(text: str | None) -> str:
    first = " ".join((text or "").split()).partition(". ")[0]
    return first.removesuffix(".").replace("|", "\\|")


def _who(method: str, path: str) -> str:
    if path in _HOSTS:
        return "host"
    if path in HOST_ROUTES or path.startswith(SIGN_IN_ROUTES):
        return "anyone"
    return "reader" if method in SAFE_METHODS else "administrator"
