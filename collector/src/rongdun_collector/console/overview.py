"""GET / 总览: how the fleet fares and what changed since yesterday; each of its tables also as CSV."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from rongdun_collector.console.language import language_of
from rongdun_collector.console.overview_reading import read_overview
from rongdun_collector.console.overview_tables import TABLES
from rongdun_collector.console.page import PagesDep
from rongdun_collector.console.place import AskedDep
from rongdun_collector.problems import not_found
from rongdun_collector.services import ServicesDep
from rongdun_collector.spreadsheet import csv_answer

router = APIRouter()
SINCE = timedelta(days=1)
SHOWN = 8
"""Rows of a table on the page; its CSV has all of them."""


@router.get("/", response_class=HTMLResponse)
def get_overview(request: Request, services: ServicesDep, pages: PagesDep, asked: AskedDep) -> HTMLResponse:
    """Show the fleet, or a part of it."""
    found = read_overview(services, asked, services.now() - SINCE)
    return pages.render(request, "overview.html", view=found, place=found.place, shown=SHOWN, now=services.now())


@router.get("/overview/{table}.csv")
def get_table(request: Request, table: str, services: ServicesDep, asked: AskedDep) -> Response:
    """One of the tables, all of its rows."""
    if table not in TABLES:
        raise not_found(f"there is no table {table!r}", f"There are: {', '.join(TABLES)}.")
    language = language_of(request)
    head, lines = TABLES[table](read_overview(services, asked, services.now() - SINCE), language)
    return csv_answer(f"rongdun-{table}", head, lines)
