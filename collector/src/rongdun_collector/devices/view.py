"""Reads what is known of the wire: what every observer saw, against what every agent says of its host's links."""

import json
from datetime import datetime

from sqlalchemy import Connection

from rongdun_collector.devices.join import Owners, Seen, descriptions, hosts_on_wire, join_devices, segments_of
from rongdun_collector.devices.links import LinkReader
from rongdun_collector.devices.wire import Wire
from rongdun_collector.store import devices as stored
from rongdun_collector.store import documents
from rongdun_collector.store.hosts import all_hosts


def take_wire(connection: Connection, reader: LinkReader, heard_since: datetime) -> Wire:
    """Read the wire as it is known now; what silent hosts knew is kept, but no presence is told by them."""
    hosts = {row.id: row for row in all_hosts(connection, heard_since)}
    current = stored.current_documents(connection, stored.SECTION)
    data = documents.load_documents(connection, set(current.values()))
    facts = {host: json.loads(data[name]) for host, name in current.items() if name in data and host in hosts}
    links = {host: found for host, found in reader.by_host(connection).items() if host in hosts}
    segments = {(one.host, one.interface): one for host in facts for one in segments_of(hosts[host], facts[host])}
    sightings = [Seen(hosts[host], spot, one) for host, spot, one in stored.all_sightings(connection) if host in hosts]
    devices = join_devices(sightings, segments, descriptions(facts), Owners(hosts, links))
    return Wire(
        tuple(sorted(segments.values(), key=lambda one: (one.hostname, one.interface))),
        devices,
        tuple(sorted(hosts_on_wire(devices), key=lambda one: (one.host.hostname, one.host.id))),
    )
