"""The neighbour tables of both families (rtnetlink(7), linux/neighbour.h)."""

import ipaddress

from rongdun_agent.host import Host
from rongdun_agent.host.netlink import Table
from rongdun_agent.kernel_network.links import IPV4, IPV6, name_of
from rongdun_contract.facts.neighbours import Neighbour

_ADDRESS, _MAC = 1, 2
_INCOMPLETE, _FAILED, _NO_ARP = 0x01, 0x20, 0x40
_NOBODY = _INCOMPLETE | _FAILED | _NO_ARP
"""Asked without an answer, or an address that nobody has to be asked for (multicast)."""


def read_neighbours(host: Host) -> tuple[Neighbour, ...]:
    """Entries with a link address, sorted by interface and address; raises `NotLive` in a tree."""
    names = {row.fixed[2]: name_of(row) for row in host.kernel_table(Table.LINKS)}
    found = []
    for row in host.kernel_table(Table.NEIGHBOURS):
        family, interface, state, _, _ = row.fixed
        address, mac = row.attributes.get(_ADDRESS), row.attributes.get(_MAC)
        if family in (IPV4, IPV6) and not state & _NOBODY and address and mac and any(mac) and interface in names:
            found.append((names[interface], ipaddress.ip_address(address), mac.hex(":")))
    return tuple(
        Neighbour(family="ipv4" if ip.version == 4 else "ipv6", address=str(ip), mac=mac, interface=name)  # noqa: PLR2004 - IPv4
        for name, ip, mac in sorted(found, key=lambda n: (n[0], n[1].version, int(n[1]), n[2]))
    )
