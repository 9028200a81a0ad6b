"""What is on the wire: devices without an agent, hosts that left, segments that are watched."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.devices.sightings import WirePresence
from rongdun_collector.devices.wire import Device, HostOnWire, Segment
from rongdun_collector.services import ServicesDep
from rongdun_collector.store.hosts import HostRow, Presence

router = APIRouter(tags=["wire"])
MOST = 1000


class HostName(AnswerModel):
    """A host that has an agent."""

    id: str
    hostname: str
    unit: str | None
    presence: Presence


class SegmentAnswer(AnswerModel):
    """What an interface of a host is plugged into; `full`: some devices there may be missing."""

    host: str
    hostname: str
    unit: str | None
    interface: str
    networks: list[str]
    sweeps: list[str]
    listening: bool
    full: bool


class DeviceAnswer(AnswerModel):
    """A link address on the wire; its presence is so since `since`, and it was there last at `present_at`.

    `hosts` have it by what their agents say. `borrows` are hosts whose network address it uses where they are, under a
    link address that is not theirs. `hostname` and `vendor_class` are the device's own words.
    """

    mac: str
    mac_kind: str
    presence: WirePresence
    first_at: datetime
    since: datetime
    present_at: datetime | None
    segments: list[SegmentAnswer]
    ipv4: list[str]
    ipv6: list[str]
    hostname: str | None
    vendor_class: str | None
    router: bool
    dhcp_server: bool
    hosts: list[HostName]
    borrows: list[HostName]


class DevicePage(AnswerModel):
    """A page of devices; `next_offset` is null on the last one."""

    total: int
    next_offset: int | None
    devices: list[DeviceAnswer]


class HostOnWireAnswer(AnswerModel):
    """A host with an agent on the watched segments: whether it is there, since when, and when it was there last."""

    host: HostName
    presence: WirePresence
    since: datetime
    present_at: datetime | None
    macs: list[str]


class WireAnswer(AnswerModel):
    """The watched segments; hosts that left them; hosts that are there while their agents are silent."""

    segments: list[SegmentAnswer]
    without_agent: int
    left: list[HostOnWireAnswer]
    mute: list[HostOnWireAnswer]


@router.get("/v1/devices")
def get_devices(
    services: ServicesDep,
    agent: Annotated[Literal["with", "without"] | None, Query(description="whether a host of the fleet has it")] = None,
    presence: WirePresence | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> DevicePage:
    """List what was ever seen on the watched segments, by link address."""
    found = [one for one in services.wire().devices if one.matches(agent, presence)]
    page = found[offset : offset + limit]
    following = offset + len(page)
    return DevicePage(
        total=len(found),
        next_offset=following if page and following < len(found) else None,
        devices=[_device(one) for one in page],
    )


@router.get("/v1/wire")
def get_wire(services: ServicesDep) -> WireAnswer:
    """Sum up the wire: what is watched, how many devices there have no agent, which hosts left or fell mute."""
    wire = services.wire()
    return WireAnswer(
        segments=[_segment(one) for one in wire.segments],
        without_agent=len(wire.without_agent),
        left=[_host_on_wire(one) for one in wire.left],
        mute=[_host_on_wire(one) for one in wire.mute],
    )


def _device(one: Device) -> DeviceAnswer:
    return DeviceAnswer(
        mac=one.mac,
        mac_kind=one.mac_kind,
        presence=one.presence,
        first_at=one.first_at,
        since=one.since,
        present_at=one.present_at,
        segments=[_segment(segment) for segment in one.segments],
        ipv4=list(one.ipv4),
        ipv6=list(one.ipv6),
        hostname=one.hostname,
        vendor_class=one.vendor_class,
        router=one.router,
        dhcp_server=one.dhcp_server,
        hosts=[_named(row) for row in one.hosts],
        borrows=[_named(row) for row in one.borrows],
    )


def _segment(one: Segment) -> SegmentAnswer:
    return SegmentAnswer(
        host=one.host,
        hostname=one.hostname,
        unit=one.unit,
        interface=one.interface,
        networks=list(one.networks),
        sweeps=list(one.sweeps),
        listening=one.listening,
        full=one.full,
    )


def _host_on_wire(one: HostOnWire) -> HostOnWireAnswer:
    return HostOnWireAnswer(
        host=_named(one.host), presence=one.presence, since=one.since, present_at=one.present_at, macs=list(one.macs)
    )


def _named(row: HostRow) -> HostName:
    return HostName(id=row.id, hostname=row.hostname, unit=row.unit, presence=row.presence)
