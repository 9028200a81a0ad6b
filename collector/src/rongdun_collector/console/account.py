"""GET and POST /account: an administrator's own password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from rongdun_collector.api.session import set_session_cookie
from rongdun_collector.console.page import Pages, PagesDep
from rongdun_collector.errors import CollectorError
from rongdun_collector.problems import forbidden
from rongdun_collector.services import ServicesDep
from rongdun_collector.signin.forms import principal_of, require_form_token
from rongdun_collector.signin.guard import Principal
from rongdun_collector.signin.passwords import MIN_LENGTH

router = APIRouter()


@router.get("/account", response_class=HTMLResponse)
def get_account(request: Request, pages: PagesDep) -> HTMLResponse:
    """Show the form."""
    _administrator(request)
    return _form(request, pages, 200, None)


@router.post("/account", dependencies=[Depends(require_form_token)])
def post_account(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request,
    services: ServicesDep,
    pages: PagesDep,
    current: Annotated[str, Form(max_length=256)] = "",
    new: Annotated[str, Form(max_length=1024)] = "",
    again: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Take the new password; whoever else is signed in by this name is signed out."""
    name = _administrator(request).name
    if new != again:
        return _form(request, pages, 422, "different")
    try:
        outcome = services.sign_in_desk.change_password(name, current, new)
    except CollectorError:
        return _form(request, pages, 422, "length")
    if outcome.session is None:
        return _form(request, pages, 429 if outcome.failure == "locked" else 422, outcome.failure)
    response = pages.render(request, "account_changed.html")
    set_session_cookie(response, services, outcome.session)
    return response


def _administrator(request: Request) -> Principal:
    principal = principal_of(request)
    if principal.kind != "administrator":
        raise forbidden("only administrators have a password", "Sign in as one: rongdun-collector admin create NAME.")
    return principal


def _form(request: Request, pages: Pages, status: int, wrong: str | None) -> HTMLResponse:
    return pages.render(request, "account.html", status=status, wrong=wrong, least=MIN_LENGTH)
