"""GET /hosts/ID/facts: the sections of a host, and one of them fact by fact with sources."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from rongdun_collector.assessment.explain import load_survey
from rongdun_collector.console.fact_rows import FactRow, fact_rows
from rongdun_collector.console.host import AsOfText, read_head
from rongdun_collector.console.page import PagesDep
from rongdun_collector.problems import not_found
from rongdun_collector.services import ServicesDep
from rongdun_contract.documents import Section, Survey

router = APIRouter()
PER_PAGE = 400


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section in the list: its number, how many facts it has, when it was read, or why it is not there."""

    name: str
    schema_number: int | None
    facts: int
    taken_at: datetime | None
    unavailable: str | None


@router.get("/hosts/{host}/facts", response_class=HTMLResponse)
def get_sections(
    request: Request, host: str, services: ServicesDep, pages: PagesDep, as_of: AsOfText = ""
) -> HTMLResponse:
    """List the sections."""
    with services.store.read() as connection:
        head = read_head(connection, services, host, as_of)
        survey = load_survey(connection, head.row, None, head.as_of)
    return pages.render(request, "host_sections.html", head=head, sections=_lines(survey), tab="facts")


@router.get("/hosts/{host}/facts/{section}", response_class=HTMLResponse)
def get_section(  # noqa: PLR0913, PLR0917 - one for each field of the form
    request: Request,
    host: str,
    section: str,
    services: ServicesDep,
    pages: PagesDep,
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    as_of: AsOfText = "",
) -> HTMLResponse:
    """Show one section, or those of its facts that have the text in path, value or source."""
    with services.store.read() as connection:
        head = read_head(connection, services, host, as_of)
        survey = load_survey(connection, head.row, None, head.as_of)
    found = survey.get(section)
    if found is None:
        raise not_found(f"host {host} had no section {section!r} then", f"/hosts/{host}/facts lists what it had.")
    rows = [row for row in _rows(found) if _matches(row, q.strip().lower())]
    return pages.render(
        request,
        "host_section.html",
        head=head,
        section=section,
        sections=_lines(survey),
        line=_line(section, survey),
        rows=list(islice(rows, (page - 1) * PER_PAGE, page * PER_PAGE)),
        total=len(rows),
        page=page,
        last=max(1, -(-len(rows) // PER_PAGE)),
        q=q,
        tab="facts",
    )


def _rows(found: object) -> list[FactRow]:
    return list(fact_rows(found.facts, found.sources)) if isinstance(found, Section) else []


def _matches(row: FactRow, text: str) -> bool:
    return not text or any(text in part.lower() for part in (row.path, row.value, row.where or ""))


def _lines(survey: Survey) -> list[SectionLine]:
    return [_line(name, survey) for name in sorted(survey)]


def _line(name: str, survey: Survey) -> SectionLine:
    part = survey[name]
    if not isinstance(part, Section):
        return SectionLine(name, None, 0, None, part.reason)
    return SectionLine(name, part.schema, sum(1 for _ in fact_rows(part.facts, part.sources)), part.taken_at, None)
