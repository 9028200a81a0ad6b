"""Frames in and out by scapy: what a frame says about devices, and the one frame that is ever made.

Only the service may import this module (import-linter), for it loads scapy; `light_scapy` says how.
"""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6, DHCP6_Advertise, DHCP6_Reply, DHCP6OptClientFQDN, DHCP6OptVendorClass
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import (
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet

from rongdun_agent.discovery.sighting import Sighting, is_device, one_ipv4, one_ipv6, said

_ARP_BYTES, _BOOTP_BYTES, _ND_BYTES, _DHCP6_BYTES = 42, 236, 62, 66
"""Shorter ones were cut off, and scapy would put this host's own addresses where nothing is."""
_ON_THIS_LINK = 255
"""The hop limit of neighbour discovery: a router would have made it less (RFC 4861, 7.1)."""


def arp_request(mac: bytes, sender: IPv4Address, target: IPv4Address) -> bytes:
    """Ask who has an address, by broadcast."""
    ours = mac.hex(":")
    asking = ARP(op="who-has", hwsrc=ours, psrc=str(sender), hwdst="00:00:00:00:00:00", pdst=str(target))
    return bytes(Ether(src=ours, dst="ff:ff:ff:ff:ff:ff") / asking)


def sightings(frame: bytes) -> tuple[Sighting, ...]:
    """What a frame says; nothing for one that is malformed, cut off, or of no use."""
    try:
        packet = Ether(frame)
        read = _READERS.get(type(packet.payload))
        found = tuple(read(frame, packet)) if read else ()
    except Exception:  # noqa: BLE001 - one frame, made by anybody: ADR 9
        return ()
    return tuple(one for one in found if is_device(one.mac))


def _arp(frame: bytes, packet: Packet) -> Iterator[Sighting]:
    """The sender of a request, reply, announcement or probe; a probe (from 0.0.0.0, RFC 5227) claims no address yet."""
    arp = packet.payload
    if len(frame) < _ARP_BYTES or (arp.hwtype, arp.ptype, arp.hwlen, arp.plen) != (1, 0x0800, 6, 4):
        return
    if arp.op in (1, 2):
        answers = IPv4Address(arp.pdst) if arp.op == 2 else None  # noqa: PLR2004 - a reply
        yield Sighting(arp.hwsrc, "arp", ipv4=one_ipv4(arp.psrc), answers=answers)


def _over_ipv4(frame: bytes, packet: Packet) -> Iterator[Sighting]:
    ip = packet.payload
    is_dhcp = isinstance(ip.payload, UDP) and type(ip.payload.payload) is BOOTP
    if is_dhcp and len(frame) >= 14 + 4 * ip.ihl + 8 + _BOOTP_BYTES:
        yield from _dhcp(packet, ip, ip.payload.payload)


def _dhcp(packet: Packet, ip: Packet, bootp: Packet) -> Iterator[Sighting]:
    """A client that speaks for itself, or a server on this segment; relays speak for others and are passed over."""
    options = _options(bootp)
    if bootp.op == 1:
        client = bytes(bootp.chaddr)[:6].hex(":")
        if (bootp.htype, bootp.hlen) == (1, 6) and client == packet.src:
            yield Sighting(
                client,
                "dhcp",
                ipv4=one_ipv4(bootp.ciaddr),
                hostname=said(_first(options, "hostname")) or said(_first(options, 81, "client_FQDN", skip=3)),
                vendor_class=said(_first(options, "vendor_class_id")),
            )
    elif bootp.op == 2 and options.get("server_id", (ip.src,))[0] == ip.src:  # noqa: PLR2004 - a reply
        routers = tuple(IPv4Address(text) for text in options.get("router", ()))
        yield Sighting(packet.src, "dhcp", ipv4=one_ipv4(ip.src), dhcp_server=True, named_routers=routers[:8])


def _options(bootp: Packet) -> Mapping[Any, tuple[Any, ...]]:
    """By name, or by number where scapy has no name; of a repeated option the first."""
    found: dict[Any, tuple[Any, ...]] = {}
    options = bootp.payload.options if type(bootp.payload) is DHCP else []
    for option in options:
        if isinstance(option, tuple) and len(option) > 1:
            found.setdefault(option[0], option[1:])
    return found


def _first(options: Mapping[Any, tuple[Any, ...]], *names: object, skip: int = 0) -> bytes | None:
    for name in names:
        value = options.get(name, (None,))[0]
        if isinstance(value, bytes):
            return value[skip:]
    return None


def _over_ipv6(frame: bytes, packet: Packet) -> Iterator[Sighting]:
    inner = packet.payload.payload
    if isinstance(inner, UDP):
        if isinstance(inner.payload, DHCP6) and len(frame) >= _DHCP6_BYTES:
            yield from _dhcp6(packet, inner.payload)
    elif len(frame) >= _ND_BYTES and packet.payload.hlim == _ON_THIS_LINK:
        speak = _DISCOVERY.get(type(inner))
        if speak is not None:
            yield speak(frame, packet, inner)


def _dhcp6(packet: Packet, message: Packet) -> Iterator[Sighting]:
    serves = isinstance(message, DHCP6_Advertise | DHCP6_Reply)
    name, software = message.getlayer(DHCP6OptClientFQDN), message.getlayer(DHCP6OptVendorClass)
    yield Sighting(
        packet.src,
        "dhcpv6",
        ipv6=one_ipv6(packet.payload.src),
        hostname=said(_bytes(name.fqdn).rstrip(b".")) if name is not None and not serves else None,
        vendor_class=said(software.vcdata[0].data) if software is not None and software.vcdata and not serves else None,
        dhcp_server=serves,
    )


def _solicits(frame: bytes, packet: Packet, message: Packet) -> Sighting:
    """Who asks; from `::` it only tries whether an address is free, and has none yet."""
    del frame
    mac = _link_address(message, ICMPv6NDOptSrcLLAddr) or packet.src
    return Sighting(mac, "nd", ipv6=one_ipv6(packet.payload.src))


def _advertises(frame: bytes, packet: Packet, message: Packet) -> Sighting:
    """Who answers for an address, or announces it."""
    mac = _link_address(message, ICMPv6NDOptDstLLAddr) or packet.src
    whole = len(frame) >= _ND_BYTES + 16
    return Sighting(mac, "nd", ipv6=one_ipv6(message.tgt) if whole else None, router=bool(message.R) or None)


def _routes(frame: bytes, packet: Packet, message: Packet) -> Sighting:
    """A router, or one that retires: its advertisement lives for no time."""
    del frame
    mac = _link_address(message, ICMPv6NDOptSrcLLAddr) or packet.src
    return Sighting(mac, "nd", ipv6=one_ipv6(packet.payload.src), router=message.routerlifetime > 0)


def _link_address(message: Packet, option: type[Packet]) -> str | None:
    found = message.getlayer(option)
    return str(found.lladdr) if found is not None and found.len == 1 and len(found.original) >= 8 else None  # noqa: PLR2004 - octets


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


_DISCOVERY: Mapping[type[Packet], Callable[[bytes, Packet, Packet], Sighting]] = MappingProxyType(
    {ICMPv6ND_NS: _solicits, ICMPv6ND_RS: _solicits, ICMPv6ND_NA: _advertises, ICMPv6ND_RA: _routes}
)
_READERS: Mapping[type[Packet], Callable[[bytes, Packet], Iterator[Sighting]]] = MappingProxyType(
    {ARP: _arp, IP: _over_ipv4, IPv6: _over_ipv6}
)
