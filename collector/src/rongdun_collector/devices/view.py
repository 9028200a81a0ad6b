"""Reads what is known of the wire: what every observer saw, against what every agent says of its host's links."""

import json
from collections.abc import Container, Iterable
from typing import Any

from sqlalchemy import Connection

from rongdun_collector.devices.join import Owners, Seen, descriptions, hosts_on_wire, join_devices, segments_of
from rongdun_collector.devices.links import LinkReader
from rongdun_collector.devices.wire import Wire
from rongdun_collector.store import devices as stored
from rongdun_collector.store import documents
from rongdun_collector.store.hosts import HostRow


def take_wire(connection: Connection, reader: LinkReader, fleet: Iterable[HostRow]) -> Wire:
    """Read the wire as the fleet knows it now; what silent hosts knew is kept, but no presence is told by them."""
    hosts = {row.id: row for row in fleet}
    sections = _sections(connection, hosts)
    sightings = [Seen(hosts[host], spot, one) for host, spot, one in stored.all_sightings(connection) if host in hosts]
    segments = {(one.host, one.interface): one for host in sections for one in segments_of(hosts[host], sections[host])}
    links = reader.by_host(connection) if sightings else {}
    owners = Owners(hosts, {host: found for host, found in links.items() if host in hosts})
    devices = join_devices(sightings, segments, descriptions(sections), owners)
    return Wire(
        tuple(sorted(segments.values(), key=lambda one: (one.hostname, one.interface))),
        devices,
        tuple(sorted(hosts_on_wire(devices), key=lambda one: (one.host.hostname, one.host.id))),
    )


def _sections(connection: Connection, hosts: Container[str]) -> dict[str, dict[str, Any]]:
    """The `devices` sections of these hosts; most of a fleet watches nothing and shares one document."""
    current = stored.current_documents(connection, stored.SECTION)
    found = documents.load_documents(connection, set(current.values()))
    parsed = {name: json.loads(data) for name, data in found.items()}
    return {host: parsed[name] for host, name in current.items() if host in hosts and name in parsed}
