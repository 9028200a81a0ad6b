"""GET /devices 网上设备: what is on the wire without an agent, and which hosts left it; also as CSV."""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from rongdun_collector.console import words
from rongdun_collector.console.language import language_of, say_in
from rongdun_collector.console.moments import plain
from rongdun_collector.console.page import PagesDep
from rongdun_collector.devices.sightings import WirePresence
from rongdun_collector.devices.wire import Device, Wire
from rongdun_collector.services import ServicesDep
from rongdun_collector.spreadsheet import csv_answer

router = APIRouter()
PER_PAGE = 100
Agents = Literal["with", "without"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which devices: with or without an agent, by presence, by a part of any of their names and addresses."""

    agent: Agents | None
    presence: WirePresence | None
    q: str

    @property
    def parameters(self) -> dict[str, object]:
        """The same as an address has it; the devices that a visitor comes for need no words."""
        return {"agent": self.agent or "all", "presence": self.presence or "all", "q": self.q}

    def find(self, wire: Wire) -> list[Device]:
        """The devices that match."""
        return [
            one for one in wire.devices if one.matches(self.agent, self.presence) and (not self.q or _has(one, self.q))
        ]


def asked(
    agent: Annotated[str, Query(max_length=16)] = "without",
    presence: Annotated[str, Query(max_length=16)] = "present",
    q: Annotated[str, Query(max_length=253)] = "",
) -> Asked:
    """What the form says; what it cannot mean says nothing."""
    return Asked(
        next((one for one in get_args(Agents) if one == agent), None),
        next((one for one in get_args(WirePresence) if one == presence), None),
        q.strip(),
    )


AskedDep = Annotated[Asked, Depends(asked)]


@router.get("/devices", response_class=HTMLResponse)
def get_devices(
    request: Request,
    services: ServicesDep,
    pages: PagesDep,
    wanted: AskedDep,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> HTMLResponse:
    """Show the wire."""
    wire = services.wire()
    found = wanted.find(wire)
    return pages.render(
        request,
        "devices.html",
        wire=wire,
        asked=wanted,
        total=len(found),
        devices=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        page=page,
        last=max(1, -(-len(found) // PER_PAGE)),
    )


@router.get("/devices.csv")
def get_devices_csv(request: Request, services: ServicesDep, wanted: AskedDep) -> Response:
    """All devices that match."""
    language = language_of(request)
    t = say_in(language)
    head = (
        "MAC",
        t("在网状态", "presence"),
        t("首次发现", "first seen"),
        t("最近在网", "last there"),
        "IPv4",
        "IPv6",
        t("自报名称", "calls itself"),
        t("自报软件", "software it names"),
        t("用途", "role"),
        t("已装代理的主机", "host with an agent"),
        t("占用其地址的主机", "uses the address of"),
        t("发现者", "seen by"),
    )
    return csv_answer("rongdun-devices", head, (_line(one, language) for one in wanted.find(services.wire())))


def _line(one: Device, language: Literal["zh", "en"]) -> tuple[object, ...]:
    roles = [words.word(role, language) for role in ("router", "dhcp_server") if getattr(one, role)]
    return (
        one.mac,
        words.word(one.presence, language),
        plain(one.first_at),
        plain(one.present_at),
        " ".join(one.ipv4),
        " ".join(one.ipv6),
        one.hostname,
        one.vendor_class,
        " ".join(roles),
        " ".join(row.hostname for row in one.hosts),
        " ".join(row.hostname for row in one.borrows),
        " ".join(f"{segment.hostname}/{segment.interface}" for segment in one.segments),
    )


def _has(one: Device, part: str) -> bool:
    names = (one.hostname or "", *(row.hostname for row in one.hosts), *(row.hostname for row in one.segments))
    return any(part.lower() in text.lower() for text in (one.mac, *one.ipv4, *one.ipv6, *names))
