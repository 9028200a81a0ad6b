"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.problems import Refusal, RefusedError, unauthenticated
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.signin.forms import require_form_token
from rongdun_collector.signin.guard import Principal
from rongdun_collector.store import accounts
from rongdun_contract.wire import Line

router = APIRouter(tags=["sign-in"])


class SignInRequest(AnswerModel):
    """A name and a password."""

    name: Annotated[Line, Field(max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class SessionAnswer(AnswerModel):
    """Who is signed in; `form_token` goes into the header X-Form-Token of whatever changes something."""

    kind: str
    name: str
    form_token: str


@router.post("/v1/session")
def post_session(asked: SignInRequest, services: ServicesDep, response: Response) -> SessionAnswer:
    """Sign in: sets the session's cookie."""
    session, secret = start_session(services, asked.name, asked.password)
    set_session_cookie(response, services, secret)
    return SessionAnswer(kind="administrator", name=session.administrator, form_token=session.form_token)


@router.get("/v1/session")
def get_session(request: Request) -> SessionAnswer:
    """Who is signed in."""
    principal: Principal | None = request.state.principal
    if principal is None:
        raise unauthenticated("nobody is signed in", "POST /v1/session with name and password.")
    return SessionAnswer(kind=principal.kind, name=principal.name, form_token=principal.form_token)


@router.delete("/v1/session", status_code=204, dependencies=[Depends(require_form_token)])
def delete_session(request: Request, services: ServicesDep, response: Response) -> None:
    """Sign out."""
    with services.store.write() as connection:
        accounts.close_session(connection, request.state.principal.session)
    response.delete_cookie(services.cookie, path="/", secure=services.is_secure, httponly=True, samesite="lax")


def start_session(services: Services, name: str, password: str) -> tuple[accounts.Session, str]:
    """A new session and its secret; RefusedError (401, 429) for a wrong name or password, or a locked account."""
    outcome = services.sign_in_desk.sign_in(name, password)
    if outcome.failure == "locked":
        detail = "too many wrong passwords: this account is locked for some minutes"
        raise RefusedError(Refusal(429, "locked", "Locked", detail, "Wait, then try again.", retry_after_s=60))
    if outcome.session is None:
        raise unauthenticated("name or password is wrong", "Try again, or: rongdun-collector admin create NAME.")
    with services.store.read() as connection:
        session = accounts.find_session(connection, outcome.session, services.now() - services.session_idle)
    if session is None:
        raise unauthenticated("the session has ended already", "Sign in again.")
    return session, outcome.session


def set_session_cookie(response: Response, services: Services, secret: str) -> None:
    """Give the browser its session: only for us, only over TLS where there is TLS, out of reach of scripts."""
    response.set_cookie(services.cookie, secret, httponly=True, samesite="lax", secure=services.is_secure, path="/")
