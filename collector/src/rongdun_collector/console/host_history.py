"""GET /hosts/ID/history: when which facts and results of a host became others."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic_core import from_json
from sqlalchemy import Connection

from rongdun_collector.console.host import AsOfText, read_head
from rongdun_collector.console.page import PagesDep
from rongdun_collector.console.score_chart import score_chart
from rongdun_collector.console.timeline import Event, timeline, with_differences
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import documents, results, states

router = APIRouter()
INTERVALS = 400
OUTCOMES = 100
COMPARED = 60
"""Changes whose documents are compared on one page."""


@router.get("/hosts/{host}/history", response_class=HTMLResponse)
def get_history(
    request: Request, host: str, services: ServicesDep, pages: PagesDep, as_of: AsOfText = ""
) -> HTMLResponse:
    """Show the latest events of the host."""
    with services.store.read() as connection:
        head = read_head(connection, services, host, as_of)
        intervals = states.section_history(connection, host, None, INTERVALS)
        outcomes = results.result_history(connection, host, OUTCOMES)
        sets = services.overview.sets(connection, {one.result_set for one in outcomes})
        events = timeline(intervals, outcomes, sets)
        _compare(connection, events)
    return pages.render(
        request,
        "host_history.html",
        head=head,
        events=events,
        chart=score_chart(outcomes, head.now),
        complete=len(intervals) < INTERVALS,
        rules=services.ruleset.by_id,
        tab="history",
    )


def _compare(connection: Connection, events: list[Event]) -> None:
    """Say of the latest changes what is different."""
    changed = [(event, at) for event in events for at, one in enumerate(event.sections) if one.kind == "facts"]
    compared = changed[:COMPARED]
    digests = {
        digest
        for event, at in compared
        for digest in (event.sections[at].before, event.sections[at].after)
        if digest is not None
    }
    facts = {digest: from_json(data) for digest, data in documents.load_documents(connection, digests).items()}
    for event, at in compared:
        event.sections[at] = with_differences(event.sections[at], facts)
