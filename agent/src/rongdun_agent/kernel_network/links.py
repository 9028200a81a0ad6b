"""Network interfaces with their addresses (rtnetlink(7), linux/if_link.h, linux/if_addr.h)."""

import ipaddress
import sys
from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.host.netlink import Row, Table, attributes

IPV4, IPV6 = 2, 10
Address = ipaddress.IPv4Interface | ipaddress.IPv6Interface

_MAC, _NAME, _MTU, _MASTER, _INFO, _PROMISCUITY, _PEER_NAMESPACE = 1, 3, 4, 10, 18, 30, 37
_INFO_KIND = 1
_ADDRESS, _LOCAL, _FLAGS = 1, 2, 8
_UP, _RUNNING, _TEMPORARY = 0x1, 0x40, 0x01
_ETHERNET, _LOOPBACK = 1, 772
_KINDS: Mapping[str, str] = MappingProxyType(
    {"bridge": "bridge", "openvswitch": "bridge", "bond": "bond", "team": "bond", "vlan": "vlan"}
    | dict.fromkeys(("tun", "wireguard", "vxlan", "geneve", "gre", "gretap", "erspan", "ipip", "sit"), "tunnel")
    | dict.fromkeys(("ip6tnl", "ip6gre", "ip6gretap", "vti", "vti6", "xfrm", "ppp", "gtp", "bareudp"), "tunnel")
)
"""By the driver's own word; every other driver that has one makes something virtual (veth, dummy, macvlan, vrf)."""


class Link(NamedTuple):
    """An interface; `addresses` are sorted, temporary ones left out.

    `passing` is one end of a pair whose other end is in a container: it comes and goes with the container, and only its
    bridge or its route makes it useful.
    """

    number: int
    name: str
    kind: str
    mac: str | None
    mtu: int | None
    up: bool
    promiscuous: bool
    addresses: tuple[Address, ...]
    passing: bool
    carrier: bool
    """Somebody is at the other end."""


def read_links(host: Host) -> tuple[Link, ...]:
    """All interfaces by name; raises `NotLive` in a tree."""
    addresses = _addresses(host)
    rows = host.kernel_table(Table.LINKS)
    bridges = {row.fixed[2] for row in rows if _driver(row) in ("bridge", "openvswitch")}
    links = (_link(host, row, addresses, bridges) for row in rows)
    return tuple(sorted(links, key=lambda link: link.name))


def name_of(row: Row) -> str:
    """An interface's name."""
    return row.attributes.get(_NAME, b"").rstrip(b"\0").decode("utf-8", "backslashreplace")


def as_number(data: bytes) -> int:
    """An attribute of any width as a number, in the byte order of the machine."""
    return int.from_bytes(data, sys.byteorder)


def _link(host: Host, row: Row, addresses: Mapping[int, set[Address]], bridges: set[int]) -> Link:
    _, hardware, index, flags, _ = row.fixed
    own = addresses.get(index, set())
    master = as_number(row.attributes.get(_MASTER, b""))
    pair_of_a_container = _driver(row) == "veth" and _PEER_NAMESPACE in row.attributes
    return Link(
        number=index,
        name=name_of(row),
        kind=_kind(host, row, hardware),
        mac=_mac(hardware, row.attributes.get(_MAC, b"")),
        mtu=as_number(row.attributes[_MTU]) if _MTU in row.attributes else None,
        up=bool(flags & _UP),
        # a bridge itself listens to everything on its ports; whoever else does is counted beside it
        promiscuous=as_number(row.attributes.get(_PROMISCUITY, b"")) > (master in bridges),
        addresses=tuple(sorted(own, key=lambda a: (a.version, a))),
        passing=pair_of_a_container and all(address.is_link_local for address in own),
        carrier=bool(flags & _RUNNING),
    )


def _kind(host: Host, row: Row, hardware: int) -> str:
    if hardware == _LOOPBACK:
        return "loopback"
    if driver := _driver(row):
        return _KINDS.get(driver, "virtual")
    if hardware != _ETHERNET:
        return "tunnel"
    sysfs = f"/sys/class/net/{name_of(row)}"
    return "wireless" if host.exists(f"{sysfs}/phy80211") or host.exists(f"{sysfs}/wireless") else "ethernet"


def _driver(row: Row) -> str:
    return attributes(row.attributes.get(_INFO, b"")).get(_INFO_KIND, b"").rstrip(b"\0").decode("ascii", "replace")


def _mac(hardware: int, address: bytes) -> str | None:
    return address.hex(":") if hardware == _ETHERNET and any(address) else None


def _addresses(host: Host) -> Mapping[int, set[Address]]:
    """By interface. A temporary IPv6 address (RFC 8981) lives for a day and is no property of the host."""
    found: dict[int, set[Address]] = defaultdict(set)
    for row in host.kernel_table(Table.ADDRESSES):
        family, prefix, flags, _, index = row.fixed
        # between two ends of a line, the first is the other end's
        address = row.attributes.get(_LOCAL) or row.attributes.get(_ADDRESS)
        flags = as_number(row.attributes[_FLAGS]) if _FLAGS in row.attributes else flags
        if address and family in (IPV4, IPV6) and not (family == IPV6 and flags & _TEMPORARY):
            found[index].add(ipaddress.ip_interface((address, prefix)))
    return found
