"""All pages in one list, and the files that they are made of."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from rongdun_collector.console import (
    account,
    devices,
    drill_desk,
    drill_forms,
    drill_hosts,
    drill_object,
    drill_overview,
    drills,
    host_agent,
    host_facts,
    host_findings,
    host_history,
    hosts,
    overview,
    sign_in,
)

ROUTERS: tuple[APIRouter, ...] = (
    overview.router,
    hosts.router,
    host_findings.router,
    host_facts.router,
    host_history.router,
    host_agent.router,
    devices.router,
    drills.router,
    drill_overview.router,
    drill_hosts.router,
    drill_desk.router,
    drill_forms.router,
    drill_object.router,
    sign_in.router,
    account.router,
)


def console_routes() -> Sequence[APIRouter | BaseRoute]:
    """The pages, and the files that they are made of."""
    return *ROUTERS, Mount("/static", StaticFiles(packages=[("rongdun_collector.console", "static")]), name="static")
