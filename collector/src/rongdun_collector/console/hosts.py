"""GET /hosts 主机: find, sort, page through; also as CSV."""

from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from rongdun_collector.console import words
from rongdun_collector.console.language import language_of, say_in
from rongdun_collector.console.moments import plain
from rongdun_collector.console.page import PagesDep
from rongdun_collector.console.place import Asked, AskedDep, find_place
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.spreadsheet import csv_answer
from rongdun_collector.store import hosts
from rongdun_collector.store.hosts import HostFilter, HostRow, Order, Page, Presence

router = APIRouter()
PER_PAGE = 50
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for besides the place: part of a name, presence, conflicts, a rule that fails."""

    place: Asked
    q: str
    presence: Presence | None
    conflict: bool
    failing: str
    order: Order

    @property
    def wanted(self) -> HostFilter:
        """The same for the store, which knows nothing of rules."""
        at = self.place
        return HostFilter(at.unit, at.system, at.level, self.presence, self.conflict or None, self.q or None)

    @property
    def parameters(self) -> dict[str, object]:
        """The same as an address has it."""
        return self.place.parameters | {
            "q": self.q,
            "presence": self.presence,
            "conflict": "true" if self.conflict else None,
            "failing": self.failing,
            "order": None if self.order == "hostname" else self.order,
        }


def search(  # noqa: PLR0913, PLR0917 - one for each field of the form
    place: AskedDep,
    q: Annotated[str, Query(max_length=253)] = "",
    presence: Annotated[str, Query(max_length=16)] = "",
    conflict: Annotated[str, Query(max_length=8)] = "",
    failing: Annotated[str, Query(max_length=128)] = "",
    order: Annotated[str, Query(max_length=16)] = "",
) -> Search:
    """What the form says; what it cannot mean says nothing."""
    return Search(
        place,
        q.strip(),
        next((one for one in get_args(Presence) if one == presence), None),
        conflict == "true",
        failing,
        next((one for one in get_args(Order) if one == order), "hostname"),
    )


SearchDep = Annotated[Search, Depends(search)]


@router.get("/hosts", response_class=HTMLResponse)
def get_hosts(
    request: Request,
    services: ServicesDep,
    pages: PagesDep,
    asked: SearchDep,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> HTMLResponse:
    """Show a page of the hosts that match."""
    total, rows = _find(services, asked, Page(PER_PAGE, (page - 1) * PER_PAGE, asked.order))
    with services.store.read() as connection:
        place = find_place(connection, asked.place)
    return pages.render(
        request,
        "hosts.html",
        rows=rows,
        total=total,
        page=page,
        last=max(1, -(-total // PER_PAGE)),
        asked=asked,
        place=place,
        rule=services.ruleset.by_id.get(asked.failing),
        now=services.now(),
    )


@router.get("/hosts.csv")
def get_hosts_csv(request: Request, services: ServicesDep, asked: SearchDep) -> Response:
    """All hosts that match."""
    language = language_of(request)
    t = say_in(language)
    head = (
        "id",
        t("主机", "host"),
        t("责任单位", "unit"),
        t("信息系统", "system"),
        t("等级", "level"),
        t("状态", "presence"),
        t("最近上报", "last seen"),
        t("得分", "score"),
        t("置信度", "confidence"),
        *(words.word(name, language) for name in words.SEVERITIES),
        t("未知", "unknown"),
    )
    _total, rows = _find(services, asked, Page(MOST, 0, asked.order))
    return csv_answer("rongdun-hosts", head, (_line(row) for row in rows))


def _find(services: Services, asked: Search, page: Page) -> tuple[int, list[HostRow]]:
    """How many hosts match, and a page of them."""
    with services.store.read() as connection:
        if not asked.failing:
            return hosts.list_hosts(connection, asked.wanted, services.heard_since, page)
        _total, rows = hosts.list_hosts(connection, asked.wanted, services.heard_since, Page(MOST, 0, page.order))
        sets = services.overview.sets(connection, {row.result_set for row in rows if row.result_set})
    failing = {digest for digest, result in sets.items() if result.fails(asked.failing)}
    found = [row for row in rows if row.result_set in failing]
    return len(found), found[page.offset : page.offset + page.limit]


def _line(row: HostRow) -> tuple[object, ...]:
    counted = row.counted or {}
    return (
        row.id,
        row.hostname,
        row.unit_name,
        row.system_name,
        row.level,
        row.presence,
        plain(row.seen_at),
        None if row.score is None else round(row.score, 1),
        None if row.confidence is None else round(row.confidence, 3),
        *(counted.get(name) for name in words.SEVERITIES),
        counted.get("unknown"),
    )
