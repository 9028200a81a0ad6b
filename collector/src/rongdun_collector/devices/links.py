"""Which link and network addresses the agents' hosts have, by their own `network` sections."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from rongdun_collector.store import devices, documents

_NOT_ON_A_WIRE = frozenset({"loopback", "tunnel"})


class Links(NamedTuple):
    """A host's link addresses, and its addresses of both families without prefixes."""

    macs: frozenset[str]
    addresses: frozenset[str]


class LinkReader:
    """Reads the links of the fleet; a document never changes, so what was read is kept. Any thread may use it."""

    def __init__(self) -> None:
        self._kept: dict[str, Links] = {}

    def by_host(self, connection: Connection) -> dict[str, Links]:
        """The links of every host in service that told them."""
        current = devices.current_documents(connection, "network")
        kept, wanted = self._kept, set(current.values())
        stored = documents.load_documents(connection, wanted - kept.keys())
        fresh = {name: links_of(json.loads(data)) for name, data in stored.items()}
        # A new dictionary instead of a changed one: other threads may be reading the old one.
        self._kept = found = {name: kept[name] for name in wanted & kept.keys()} | fresh
        return {host: found[name] for host, name in current.items() if name in found}


def links_of(facts: Mapping[str, Any]) -> Links:
    """The links that a `network` section tells; unknown interfaces tell none."""
    interfaces = facts.get("interfaces")
    found = [one for one in interfaces if _is_on_a_wire(one)] if isinstance(interfaces, list) else []
    macs = frozenset(one["mac"] for one in found if one.get("mac"))
    return Links(macs, frozenset(address for one in found for address in _addresses(one)))


def _is_on_a_wire(interface: Mapping[str, Any]) -> bool:
    return interface.get("kind") not in _NOT_ON_A_WIRE


def _addresses(interface: Mapping[str, Any]) -> Iterable[str]:
    for written in (*interface.get("ipv4", ()), *interface.get("ipv6", ())):
        yield written.partition("/")[0]
