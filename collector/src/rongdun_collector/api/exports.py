"""Findings as CSV, for desks that work with spreadsheets."""

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from rongdun_collector.api.parameters import HostFilterDep
from rongdun_collector.assessment.result_set import ResultSet
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.spreadsheet import csv_answer
from rongdun_collector.store import hosts
from rongdun_collector.store.hosts import HostRow, Page

router = APIRouter(tags=["fleet"])

COLUMNS = ("host", "hostname", "unit", "system", "level", "presence", "rule", "title", "severity", "verdict", "reason")
MOST = 100_000

VerdictWord = Literal["pass", "fail", "not_applicable", "unknown"]


@router.get("/v1/findings.csv", response_class=StreamingResponse)
def get_findings_csv(
    services: ServicesDep,
    wanted: HostFilterDep,
    verdict: Annotated[list[VerdictWord] | None, Query(description="may be repeated; else fail and unknown")] = None,
    language: Annotated[Literal["zh", "en"], Query(description="of the titles")] = "zh",
) -> StreamingResponse:
    """Export one line per host and rule: the present verdicts, without their evidence."""
    with services.store.read() as connection:
        _total, rows = hosts.list_hosts(connection, wanted, services.heard_since, Page(MOST))
        sets = services.overview.sets(connection, {row.result_set for row in rows if row.result_set})
    lines = _lines(services, rows, sets, set(verdict or ("fail", "unknown")), language)
    return csv_answer("rongdun-findings", COLUMNS, lines)


def _lines(
    services: Services, rows: list[HostRow], sets: dict[str, ResultSet], wanted: set[str], language: str
) -> Iterator[tuple[object, ...]]:
    titles = {rule.id: rule.title[language] for rule in services.ruleset.rules}
    for row in rows:
        result = sets.get(row.result_set or "")
        for rule, severity, verdict, reason in result.findings if result else ():
            if verdict in wanted:
                place = row.id, row.hostname, row.unit_name, row.system_name, row.level, row.presence
                yield *place, rule, titles.get(rule, ""), severity, verdict, reason
