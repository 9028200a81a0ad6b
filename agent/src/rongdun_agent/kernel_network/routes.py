"""The main routing tables of both families (rtnetlink(7), linux/rtnetlink.h)."""

import ipaddress
import struct
from collections.abc import Iterator, Mapping

from rongdun_agent.host import Host
from rongdun_agent.host.netlink import Row, Table, attributes
from rongdun_agent.kernel_network.links import IPV4, IPV6, Link, as_number
from rongdun_contract.facts.network import Route

_DESTINATION, _INTERFACE, _GATEWAY, _MULTIPATH, _TABLE, _VIA = 1, 4, 5, 9, 15, 18
_MAIN, _UNICAST, _CACHED = 254, 1, 0x200
_HOP = struct.Struct("=HBBi")
_WIDTH = {IPV4: 4, IPV6: 16}


def read_routes(host: Host, links: tuple[Link, ...]) -> tuple[Route, ...]:
    """Sorted; routes over containers' ends of pairs come and go with the containers and are left out."""
    names = {link.number: link.name for link in links if not link.passing}
    found = {route for row in host.kernel_table(Table.ROUTES) for route in _routes(row, names)}
    return tuple(sorted(found, key=lambda r: (r.family, _order(r.destination), r.gateway or "", r.interface)))


def _routes(row: Row, names: Mapping[int, str]) -> Iterator[Route]:
    family, length, _, _, table, _, _, kind, flags = row.fixed
    table = as_number(row.attributes.get(_TABLE, bytes([table])))
    if family not in _WIDTH or table != _MAIN or kind != _UNICAST or flags & _CACHED:
        return
    network = ipaddress.ip_network((row.attributes.get(_DESTINATION, bytes(_WIDTH[family])), length), strict=False)
    for interface, hop in _hops(row):
        if interface in names:
            yield Route(
                family="ipv4" if family == IPV4 else "ipv6",
                destination=str(network),
                gateway=_gateway(hop),
                interface=names[interface],
            )


def _hops(row: Row) -> Iterator[tuple[int, Mapping[int, bytes]]]:
    """Interface and attributes of each next hop; a route over several keeps them nested."""
    if _INTERFACE in row.attributes:
        yield as_number(row.attributes[_INTERFACE]), row.attributes
    data = row.attributes.get(_MULTIPATH, b"")
    while len(data) >= _HOP.size:
        length, _, _, interface = _HOP.unpack_from(data)
        yield interface, attributes(data[_HOP.size : length])
        data = data[max((length + 3) & ~3, _HOP.size) :]


def _gateway(hop: Mapping[int, bytes]) -> str | None:
    """An address of the route's family, or (RFC 5549) of the other one after its number."""
    address = hop.get(_GATEWAY) or hop.get(_VIA, b"")[2:]
    return str(ipaddress.ip_address(address)) if address else None


def _order(destination: str) -> tuple[int, int]:
    network = ipaddress.ip_network(destination)
    return int(network.network_address), network.prefixlen
