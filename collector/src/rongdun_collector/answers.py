"""Refusals as answers: one shape for whatever goes wrong."""

import logging

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from rongdun_collector.problems import MEDIA_TYPE, Refusal, RefusedError, busy, invalid
from rongdun_collector.store.store import is_away

log = logging.getLogger(__name__)


def refusal_response(refusal: Refusal) -> Response:
    """The refusal as problem+json."""
    headers = {}
    if refusal.status == 401:  # noqa: PLR2004 - HTTP
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    return Response(refusal.to_json(), refusal.status, headers, media_type=MEDIA_TYPE)


async def refused(_request: Request, error: Exception) -> Response:
    """Answer a RefusedError."""
    if not isinstance(error, RefusedError):
        raise error
    return refusal_response(error.refusal)


async def not_understood(_request: Request, error: Exception) -> Response:
    """Answer a request that FastAPI could not validate."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    return refusal_response(invalid(f"{_where(first['loc'])}: {first['msg']}", "See /docs.").refusal)


async def http_error(_request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: no such path, no such method."""
    if not isinstance(error, HTTPException):
        raise error
    kind = {404: "not-found", 405: "method"}.get(error.status_code, "refused")
    title = str(error.detail)
    response = refusal_response(Refusal(error.status_code, kind, title, title, "See /docs for what there is."))
    response.headers.update(error.headers or {})  # such as Allow, which 405 must have
    return response


def failed(scope: Scope, error: Exception) -> Response:
    """Answer a bug, or a database that is away: it is in the log, and the next request is served."""
    if is_away(error):
        log.error("%s %s: the database does not answer: %s", scope["method"], scope["path"], error)
        return refusal_response(busy("the database does not answer", retry_after_s=10).refusal)
    log.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
    detail = "the collector made a mistake with this request; its log says more"
    return refusal_response(Refusal(500, "failed", "Failed", detail, "Try again; if it stays, report it with the log."))


def invalid_wire(error: ValidationError) -> RefusedError:
    """The first thing that is wrong with a message on the wire."""
    first = error.errors(include_url=False, include_input=False)[0]
    return invalid(f"{_where(first['loc'])}: {first['msg']}", "Agent and collector may be of different versions.")


def _where(place: tuple[int | str, ...]) -> str:
    return ".".join(map(str, place)) or "body"
