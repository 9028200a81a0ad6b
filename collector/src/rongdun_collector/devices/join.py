"""One device out of all sightings of a link address, and who of the fleet it is; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rongdun_collector.devices.links import Links
from rongdun_collector.devices.sightings import Sighting, Spot, WirePresence
from rongdun_collector.devices.wire import Device, HostOnWire, Segment
from rongdun_collector.store.hosts import HostRow

_SHARED = "virtual_router"
"""Such a link address is that of a group of routers on each segment, not of one machine everywhere."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an observer knows of a spot."""

    observer: HostRow
    spot: Spot
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Owners:
    """Who has which link address, and which network addresses."""

    hosts: Mapping[str, HostRow]
    links: Mapping[str, Links]

    def by_mac(self) -> dict[str, tuple[HostRow, ...]]:
        """The hosts that have a link address; clones share one."""
        found: dict[str, list[HostRow]] = defaultdict(list)
        for host, links in sorted(self.links.items()):
            for mac in links.macs:
                found[mac].append(self.hosts[host])
        return {mac: tuple(rows) for mac, rows in found.items()}


Described = Mapping[tuple[str, Spot], Mapping[str, Any]]
"""What observers say now of the devices that they see, as facts have it, by observer and spot."""


def segments_of(host: HostRow, facts: Mapping[str, Any]) -> Iterable[Segment]:
    """The segments that a host watches, by its `devices` section; nobody listens where the host is silent."""
    heard = host.presence == "reporting" and facts.get("listener") == "running"
    for one in facts.get("segments", ()):
        yield Segment(
            host.id,
            host.hostname,
            host.unit,
            one["interface"],
            tuple(one.get("networks", ())),
            tuple(one.get("sweeps", ())),
            heard and bool(one.get("listening")),
            bool(one.get("full")),
        )


def descriptions(facts: Mapping[str, Mapping[str, Any]]) -> Described:
    """The devices of all observers' sections."""
    return {
        (host, Spot(one["interface"], one["mac"])): one
        for host, section in facts.items()
        for one in section.get("devices", ())
    }


def join_devices(
    seen: Iterable[Seen], segments: Mapping[tuple[str, str], Segment], described: Described, owners: Owners
) -> tuple[Device, ...]:
    """The sightings of a link address as one device, by address; a virtual router's is one for each segment."""
    grouped: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        words = described.get((one.observer.id, one.spot), {})
        where = f"{one.observer.id} {one.spot.interface}" if words.get("mac_kind") == _SHARED else ""
        grouped[one.spot.mac, where].append(one)
    by_mac = owners.by_mac()
    there = _addresses_there(grouped, by_mac, owners, segments)
    return tuple(
        _device(mac, parts, segments, described, by_mac.get(mac, ()), there)
        for (mac, _where), parts in sorted(grouped.items())
    )


def _device(  # noqa: PLR0913, PLR0917 - everything that is known of a device comes together here
    mac: str,
    parts: Sequence[Seen],
    segments: Mapping[tuple[str, str], Segment],
    described: Described,
    hosts: tuple[HostRow, ...],
    there: Mapping[tuple[str, str], Mapping[str, HostRow]],
) -> Device:
    presence, since = _presence(parts, segments)
    words = [described[one.observer.id, one.spot] for one in parts if (one.observer.id, one.spot) in described]
    moments = [moment for one in parts if (moment := _last_there(one)) is not None]
    return Device(
        mac=mac,
        mac_kind=next((one["mac_kind"] for one in words), "assigned"),
        presence=presence,
        first_at=min(one.sighting.first_at for one in parts),
        since=since,
        present_at=max(moments, default=None),
        segments=tuple(segments[at] for one in parts if (at := (one.observer.id, one.spot.interface)) in segments),
        ipv4=_merged(words, "ipv4"),
        ipv6=_merged(words, "ipv6"),
        hostname=next((one["hostname"] for one in words if one.get("hostname")), None),
        vendor_class=next((one["vendor_class"] for one in words if one.get("vendor_class")), None),
        router=any(one.get("router") for one in words),
        dhcp_server=any(one.get("dhcp_server") for one in words),
        hosts=hosts,
        borrows=() if hosts else _borrowed(parts, described, there),
    )


def _presence(parts: Sequence[Seen], segments: Mapping[tuple[str, str], Segment]) -> tuple[WirePresence, datetime]:
    """There if anybody sees it; gone only if all who could see it listen and do not."""
    told: list[tuple[WirePresence, datetime]] = []
    for one in parts:
        segment = segments.get((one.observer.id, one.spot.interface))
        listening = segment is not None and segment.listening
        told.append((one.sighting.presence if listening else "unknown", one.sighting.since))
    if there := [since for presence, since in told if presence == "present"]:
        return "present", min(there)
    if unknown := [since for presence, since in told if presence == "unknown"]:
        return "unknown", max(unknown)
    return "gone", max(since for _presence, since in told)


def _last_there(one: Seen) -> datetime | None:
    """What is there now, or was when its observer fell silent, was there until the observer looked last."""
    known, looked = one.sighting.present_at, one.observer.confirmed_until
    if one.sighting.presence != "present" or known is None or looked is None:
        return known
    return max(known, looked)


def _merged(words: Iterable[Mapping[str, Any]], family: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for one in words for address in one.get(family, ())))


def _addresses_there(
    grouped: Mapping[tuple[str, str], Sequence[Seen]],
    by_mac: Mapping[str, tuple[HostRow, ...]],
    owners: Owners,
    segments: Mapping[tuple[str, str], Segment],
) -> dict[tuple[str, str], dict[str, HostRow]]:
    """By segment: the network addresses of the agents' hosts that are on it, the one that watches it among them."""
    on_segment: dict[tuple[str, str], dict[str, HostRow]] = defaultdict(dict)
    for (mac, _where), parts in grouped.items():
        for one in parts:
            for row in by_mac.get(mac, ()):
                on_segment[one.observer.id, one.spot.interface][row.id] = row
    for host, interface in segments:
        on_segment[host, interface][host] = owners.hosts[host]
    return {
        where: {address: row for row in rows.values() for address in _links(owners, row).addresses}
        for where, rows in on_segment.items()
    }


def _links(owners: Owners, host: HostRow) -> Links:
    return owners.links.get(host.id, Links(frozenset(), frozenset()))


def _borrowed(
    parts: Sequence[Seen], described: Described, there: Mapping[tuple[str, str], Mapping[str, HostRow]]
) -> tuple[HostRow, ...]:
    found: dict[str, HostRow] = {}
    for one in parts:
        words = described.get((one.observer.id, one.spot), {})
        if words.get("mac_kind") == _SHARED:
            continue  # a virtual router's address moves between its members by design
        theirs = there.get((one.observer.id, one.spot.interface), {})
        for address in (*words.get("ipv4", ()), *words.get("ipv6", ())):
            if address in theirs:
                found[theirs[address].id] = theirs[address]
    return tuple(found.values())


def hosts_on_wire(devices: Iterable[Device]) -> Iterable[HostOnWire]:
    """The fleet's hosts among the devices: there if any of their links is, gone only if all of them are."""
    by_host: dict[str, list[Device]] = defaultdict(list)
    rows: dict[str, HostRow] = {}
    for device in devices:
        for row in device.hosts:
            rows[row.id] = row
            by_host[row.id].append(device)
    for host, parts in by_host.items():
        presences = {one.presence for one in parts}
        presence: WirePresence = next(one for one in ("present", "unknown", "gone") if one in presences)
        told = [one.since for one in parts if one.presence == presence]
        moments = [one.present_at for one in parts if one.present_at is not None]
        yield HostOnWire(
            rows[host],
            presence,
            min(told) if presence == "present" else max(told),
            max(moments, default=None),
            tuple(one.mac for one in parts),
        )
