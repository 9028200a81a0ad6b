"""The token that every form of ours carries, so that nobody else's page can send it."""

from hmac import compare_digest

from fastapi import Request

from rongdun_collector.problems import forbidden, unauthenticated
from rongdun_collector.signin.guard import Principal

FIELD = "form_token"
HEADER = "x-form-token"


def principal_of(request: Request) -> Principal:
    """Who asks; the guard has made sure that somebody does."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is None:
        raise unauthenticated("nobody is signed in", "Sign in.")
    return principal


async def require_form_token(request: Request) -> None:
    """Refuse (403) what an administrator's browser sends without the session's token, in a field or a header."""
    principal = principal_of(request)
    if principal.kind != "administrator":
        return
    sent = request.headers.get(HEADER)
    if sent is None:
        value = (await request.form()).get(FIELD)
        sent = value if isinstance(value, str) else ""
    if not compare_digest(sent.encode(), principal.form_token.encode()):
        raise forbidden("the form is of another session", "Load the page again and repeat what you did.")
