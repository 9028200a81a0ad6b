"""The application as a value: routes and layers put together from what is passed in; nothing runs at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from rongdun_collector import answers
from rongdun_collector.api import ROUTERS
from rongdun_collector.api.checkin import checkin
from rongdun_collector.api.deliveries import Deliveries
from rongdun_collector.api.enroll import post_enroll
from rongdun_collector.api.openapi import openapi
from rongdun_collector.console.errors import ErrorPages
from rongdun_collector.console.page import Pages
from rongdun_collector.console.routes import console_routes
from rongdun_collector.intake import Intake
from rongdun_collector.problems import RefusedError
from rongdun_collector.services import Services
from rongdun_collector.signin.guard import Guard, GuardTerms

DESCRIPTION = "Receives the facts of hosts, remembers them, judges them, and tells what it knows."


def build_app(services: Services) -> FastAPI:
    """The collector's application: what hosts and programs talk to, and the pages for people."""
    pages = Pages()
    app = FastAPI(
        title="Rongdun collector",
        version=version("rongdun-collector"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        middleware=[
            Middleware(ErrorPages, pages=pages),
            Middleware(Intake, counts=services.counts),
            Middleware(Guard, store=services.store, terms=_terms(services), now=services.now),
        ],
        exception_handlers={
            RefusedError: answers.refused,
            RequestValidationError: answers.not_understood,
            HTTPException: answers.http_error,
        },
    )
    app.state.services = services
    app.state.pages = pages
    deliveries = Deliveries()
    app.router.routes.extend(
        [
            Route("/v1/checkin", checkin, methods=["POST"]),
            Route("/v1/enroll", post_enroll, methods=["POST"]),
            Route("/v1/documents", deliveries.documents, methods=["POST"]),
            Route("/v1/volatile", deliveries.volatile, methods=["POST"]),
        ]
    )
    for router in ROUTERS.values():
        app.include_router(router)
    for part in console_routes():
        if isinstance(part, APIRouter):
            app.include_router(part, include_in_schema=False)
        else:
            app.router.routes.append(part)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    return app


def _terms(services: Services) -> GuardTerms:
    settings = services.settings
    return GuardTerms(
        cookie=services.cookie,
        session_idle=services.session_idle,
        open_on_loopback=settings.is_loopback and not settings.behind_tls_proxy,
        login_page="/login",
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    await services.start()
    try:
        yield
    finally:
        await services.stop()
