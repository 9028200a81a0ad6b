"""GET and POST /login, POST /logout."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from rongdun_collector.api.session import set_session_cookie, start_session
from rongdun_collector.console.page import Pages, PagesDep
from rongdun_collector.problems import Refusal, RefusedError
from rongdun_collector.services import ServicesDep
from rongdun_collector.signin.forms import principal_of, require_form_token
from rongdun_collector.store import accounts

router = APIRouter()
SEE_OTHER = 303


def own_address(asked: str) -> str:
    """The page to go on with: one of ours, so that a link to the sign-in page leads nowhere else."""
    ours = asked.startswith("/") and not asked.startswith(("//", "/\\", "/login", "/logout"))
    return asked if ours and asked.isprintable() and "\\" not in asked else "/"


@router.get("/login", response_class=HTMLResponse)
def get_login(
    request: Request, pages: PagesDep, following: Annotated[str, Query(alias="next", max_length=2000)] = "/"
) -> Response:
    """Ask for name and password, unless nobody needs to."""
    if request.state.principal is not None:
        return RedirectResponse(own_address(following), SEE_OTHER)
    return _form(request, pages, own_address(following), None)


@router.post("/login")
def post_login(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request,
    services: ServicesDep,
    pages: PagesDep,
    name: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    following: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Sign in and go on where it was left off."""
    try:
        _session, secret = start_session(services, name, password)
    except RefusedError as error:
        return _form(request, pages, own_address(following), error.refusal, name)
    response = RedirectResponse(own_address(following), SEE_OTHER)
    set_session_cookie(response, services, secret)
    return response


@router.post("/logout", dependencies=[Depends(require_form_token)])
def post_logout(request: Request, services: ServicesDep) -> Response:
    """Sign out."""
    with services.store.write() as connection:
        accounts.close_session(connection, principal_of(request).session)
    response = RedirectResponse("/login", SEE_OTHER)
    response.delete_cookie(services.cookie, path="/", secure=services.is_secure, httponly=True, samesite="lax")
    return response


def _form(request: Request, pages: Pages, following: str, refusal: Refusal | None, name: str = "") -> HTMLResponse:
    status = refusal.status if refusal else 200
    return pages.render(request, "login.html", status=status, following=following, refusal=refusal, name=name)
