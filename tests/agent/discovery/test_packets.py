"""What frames say, and that no frame, however it was made, ends the service."""

import contextlib
import struct
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import (
    VENDOR_CLASS_DATA,
    DHCP6_Advertise,
    DHCP6_RelayForward,
    DHCP6_Solicit,
    DHCP6OptClientFQDN,
    DHCP6OptRelayMsg,
    DHCP6OptVendorClass,
)
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
from scapy.packet import Packet, Raw, fuzz

from rongdun_agent.discovery.packets import sightings
from rongdun_agent.discovery.sighting import Sighting, is_device, mac_kind, said

A, B = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
ALL = "ff:ff:ff:ff:ff:ff"
NOBODY = "00:00:00:00:00:00"
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - a sender, nothing is bound


def seen(packet: Packet) -> Sighting | None:
    found = sightings(bytes(packet))
    assert len(found) < 2
    return found[0] if found else None


def arp(**fields: object) -> Packet:
    return Ether(src=A, dst=ALL) / ARP(**({"hwsrc": A, "psrc": "10.0.0.10", "pdst": "10.0.0.1"} | fields))


@pytest.mark.parametrize(
    ("packet", "address"),
    [
        pytest.param(arp(op=1), "10.0.0.10", id="a request"),
        pytest.param(arp(op=2, hwdst=B), "10.0.0.10", id="a reply"),
        pytest.param(arp(op=1, pdst="10.0.0.10"), "10.0.0.10", id="an announcement by request"),
        pytest.param(arp(op=2, pdst="10.0.0.10", hwdst=ALL), "10.0.0.10", id="an announcement by reply"),
        pytest.param(arp(op=1, psrc="0.0.0.0"), None, id="a probe, which has no address yet"),  # noqa: S104 - a sender, nothing is bound
        pytest.param(arp(op=1, psrc="224.0.0.1"), None, id="a group's address, which nobody can have"),
        pytest.param(arp(op=1, psrc="127.0.0.1"), None, id="a loopback address"),
        pytest.param(arp(op=1, psrc="255.255.255.255"), None, id="everybody's address"),
    ],
)
def test_arp_tells_its_sender(packet: Packet, address: str | None) -> None:
    sighting = seen(packet)
    assert sighting is not None
    assert (sighting.mac, sighting.how) == (A, "arp")
    assert sighting.ipv4 == (IPv4Address(address) if address else None)


def test_only_a_reply_answers() -> None:
    assert seen(arp(op=2)).answers == IPv4Address("10.0.0.1")
    assert seen(arp(op=1)).answers is None


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(arp(hwsrc=ALL), id="broadcast as a sender"),
        pytest.param(arp(hwsrc=NOBODY), id="nobody as a sender"),
        pytest.param(arp(hwsrc="01:00:5e:00:00:01"), id="a group as a sender"),
        pytest.param(arp(op=3), id="a reverse request"),
        pytest.param(arp(hwtype=6), id="of another hardware"),
        pytest.param(arp(hwlen=8, hwsrc=b"12345678"), id="with longer link addresses"),
        pytest.param(Raw(bytes(arp())[:30]), id="cut off before its sender's address"),
        pytest.param(Raw(bytes(arp())[:16]), id="cut off at once"),
        pytest.param(Ether(src=A, dst=ALL), id="without anything in it"),
    ],
)
def test_what_names_no_device_is_passed_over(packet: Packet) -> None:
    """Scapy puts this host's own addresses where a cut-off frame has nothing: they must never be taken for found."""
    assert seen(packet) is None


def nd(message: Packet, *, src: str = "fe80::a", hop: int = 255) -> Packet:
    return Ether(src=A, dst="33:33:00:00:00:01") / IPv6(src=src, dst="ff02::1", hlim=hop) / message


@pytest.mark.parametrize(
    ("packet", "mac", "address", "router"),
    [
        pytest.param(nd(ICMPv6ND_NS(tgt="fe80::b")), A, "fe80::a", None, id="a question"),
        pytest.param(
            nd(ICMPv6ND_NS(tgt="fe80::b") / ICMPv6NDOptSrcLLAddr(lladdr=B)), B, "fe80::a", None, id="for another"
        ),
        pytest.param(nd(ICMPv6ND_NS(tgt="fe80::a"), src="::"), A, None, None, id="whether an address is free"),
        pytest.param(
            nd(ICMPv6ND_NA(tgt="fd00::a", R=0) / ICMPv6NDOptDstLLAddr(lladdr=A)), A, "fd00::a", None, id="an answer"
        ),
        pytest.param(nd(ICMPv6ND_NA(tgt="fd00::a", R=1)), A, "fd00::a", True, id="a router's answer"),
        pytest.param(nd(ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=A)), A, "fe80::a", None, id="a search for routers"),
        pytest.param(nd(ICMPv6ND_RA(routerlifetime=1800)), A, "fe80::a", True, id="a router"),
        pytest.param(nd(ICMPv6ND_RA(routerlifetime=0)), A, "fe80::a", False, id="a router that retires"),
    ],
)
def test_neighbour_discovery_tells_who_speaks(
    packet: Packet, mac: str, address: str | None, router: bool | None
) -> None:
    sighting = seen(packet)
    assert sighting is not None
    assert (sighting.mac, sighting.how, sighting.router) == (mac, "nd", router)
    assert sighting.ipv6 == (IPv6Address(address) if address else None)


def test_neighbour_discovery_from_beyond_a_router_is_a_lie() -> None:
    assert seen(nd(ICMPv6ND_NA(tgt="fd00::a"), hop=254)) is None


def test_an_answer_that_is_cut_off_names_no_address() -> None:
    whole = bytes(nd(ICMPv6ND_NA(tgt="fd00::a")))
    assert all(one.ipv6 is None for one in sightings(whole[:70]))


def dhcp(op: int, *options: object, src: str = A, ip: str = NO_ADDRESS, **fields: object) -> Packet:
    ports = (68, 67) if op == 1 else (67, 68)
    bootp = BOOTP(**({"op": op, "chaddr": bytes.fromhex(A.replace(":", "")), "xid": 7} | fields))
    udp = UDP(sport=ports[0], dport=ports[1])
    return Ether(src=src, dst=ALL) / IP(src=ip, dst="255.255.255.255") / udp / bootp / DHCP(options=[*options, "end"])


def test_a_dhcp_client_names_itself() -> None:
    options = [("message-type", "discover"), ("hostname", b"tea-room"), ("vendor_class_id", b"MSFT 5.0")]
    sighting = seen(dhcp(1, *options))
    assert sighting == Sighting(A, "dhcp", hostname="tea-room", vendor_class="MSFT 5.0")


def test_a_dhcp_client_that_gives_only_its_full_name() -> None:
    sighting = seen(dhcp(1, ("message-type", "request"), (81, b"\0\0\0till.example"), ciaddr="10.0.0.10"))
    assert (sighting.hostname, sighting.ipv4) == ("till.example", IPv4Address("10.0.0.10"))


def test_a_dhcp_server_names_the_routers() -> None:
    options = [("message-type", "offer"), ("server_id", "10.0.0.2"), ("router", "10.0.0.1", "10.0.0.3")]
    sighting = seen(dhcp(2, *options, src=B, ip="10.0.0.2", yiaddr="10.0.0.10"))
    assert (sighting.mac, sighting.ipv4, sighting.dhcp_server) == (B, IPv4Address("10.0.0.2"), True)
    assert sighting.named_routers == (IPv4Address("10.0.0.1"), IPv4Address("10.0.0.3"))
    assert sighting.hostname is None


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(dhcp(1, ("message-type", "discover"), src=B, giaddr="10.0.0.2"), id="a relayed request"),
        pytest.param(
            dhcp(2, ("message-type", "offer"), ("server_id", "10.9.0.2"), src=B, ip="10.0.0.2"), id="a relayed answer"
        ),
    ],
)
def test_a_relay_makes_nobody_a_device_here(packet: Packet) -> None:
    """The client, or the server, is on another segment."""
    assert seen(packet) is None


def dhcp6(message: Packet) -> Packet:
    return (
        Ether(src=A, dst="33:33:00:01:00:02")
        / IPv6(src="fe80::a", dst="ff02::1:2")
        / UDP(sport=546, dport=547)
        / message
    )


def test_dhcpv6_tells_clients_and_servers() -> None:
    software = DHCP6OptVendorClass(enterprisenum=311, vcdata=[VENDOR_CLASS_DATA(data=b"MSFT 5.0")])
    client = seen(dhcp6(DHCP6_Solicit() / DHCP6OptClientFQDN(fqdn=b"tea-room.") / software))
    assert client == Sighting(A, "dhcpv6", None, IPv6Address("fe80::a"), "tea-room", "MSFT 5.0")
    assert seen(dhcp6(DHCP6_Advertise())).dhcp_server
    assert seen(dhcp6(DHCP6_RelayForward() / DHCP6OptRelayMsg(message=DHCP6_Solicit()))) is None


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        pytest.param(b"tea room", "tea room", id="plain"),
        pytest.param("茶室".encode(), "茶室", id="Chinese"),
        pytest.param(b"a\x1b[31mred\x00\r\nb", "a[31mredb", id="terminal commands and line ends"),
        pytest.param("user\u202egpj.exe".encode(), "usergpj.exe", id="writing turned round"),
        pytest.param("a\u200bb\u2028c".encode(), "abc", id="invisible marks"),
        pytest.param(b"\xff\xfe", "\ufffd\ufffd", id="no UTF-8"),
        pytest.param(b"  \x00 ", None, id="nothing readable"),
        pytest.param(b"", None, id="empty"),
        pytest.param(b"x" * 255, "x" * 128, id="very long"),
        pytest.param(None, None, id="not said"),
    ],
)
def test_what_a_device_says_of_itself_is_cleaned(words: bytes | None, kept: str | None) -> None:
    assert said(words) == kept


@pytest.mark.parametrize(
    ("mac", "kind"),
    [
        ("00:16:3e:00:00:0a", "assigned"),
        ("da:a1:19:00:00:01", "local"),
        ("52:54:00:00:00:01", "local"),
        ("00:00:5e:00:01:07", "virtual_router"),
        ("00:00:5e:00:02:07", "virtual_router"),
        ("00:00:0c:07:ac:01", "virtual_router"),
        ("00:00:0c:9f:f0:01", "virtual_router"),
        ("00:00:5e:00:00:07", "assigned"),
    ],
)
def test_kinds_of_link_addresses(mac: str, kind: str) -> None:
    assert is_device(mac)
    assert mac_kind(mac) == kind


GOOD = [
    bytes(arp()),
    bytes(nd(ICMPv6ND_NA(tgt="fd00::a") / ICMPv6NDOptDstLLAddr(lladdr=A))),
    bytes(nd(ICMPv6ND_RA() / ICMPv6NDOptSrcLLAddr(lladdr=A))),
    bytes(dhcp(1, ("message-type", "discover"), ("hostname", b"x"), ("vendor_class_id", b"y"))),
    bytes(dhcp(2, ("message-type", "ack"), ("server_id", "10.0.0.2"), ("router", "10.0.0.1"), ip="10.0.0.2")),
    bytes(dhcp6(DHCP6_Solicit() / DHCP6OptClientFQDN(fqdn=b"x."))),
]


def well_formed(found: tuple[Sighting, ...]) -> None:
    for one in found:
        assert is_device(one.mac)
        assert len(one.hostname or "") <= 128
        assert (one.hostname or "x").isprintable()


@settings(deadline=None)
@given(st.binary(max_size=1600))
def test_noise_says_nothing_and_ends_nothing(noise: bytes) -> None:
    well_formed(sightings(noise))


@settings(deadline=None)
@given(st.sampled_from(["0806", "0800", "86dd"]), st.binary(max_size=400))
def test_noise_of_the_kinds_that_are_read(kind: str, noise: bytes) -> None:
    well_formed(sightings(bytes.fromhex("ffffffffffff" + A.replace(":", "") + kind) + noise))


@settings(deadline=None)
@given(
    st.sampled_from(GOOD),
    st.integers(0, 400),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
)
def test_good_frames_bent_and_cut(frame: bytes, length: int, changes: list[tuple[int, int]]) -> None:
    bent = bytearray(frame)
    for at, value in changes:
        bent[at % len(bent)] = value
    well_formed(sightings(bytes(bent[:length] if length < len(bent) else bent)))


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param(ARP(), id="arp"),
        pytest.param(IP() / UDP(sport=68, dport=67) / BOOTP() / DHCP(), id="dhcp"),
        pytest.param(IPv6(hlim=255) / ICMPv6ND_NA() / ICMPv6NDOptDstLLAddr(), id="an advertisement"),
        pytest.param(IPv6(hlim=255) / ICMPv6ND_RA() / ICMPv6NDOptSrcLLAddr(), id="a router"),
        pytest.param(IPv6() / UDP(sport=546, dport=547) / DHCP6_Solicit() / DHCP6OptVendorClass(), id="dhcpv6"),
    ],
)
def test_what_scapys_own_fuzzer_makes_ends_nothing(layers: Packet) -> None:
    made = 0
    for _ in range(200):
        with contextlib.suppress(Exception):  # the fuzzer also makes what cannot be built
            well_formed(sightings(bytes(Ether(src=A, dst=ALL) / fuzz(layers))))
            made += 1
    assert made > 20


def nested_relays(inner: bytes) -> bytes:
    return b"\x0c\0" + bytes(32) + struct.pack("!HH", 9, len(inner)) + inner


def nested_associations(inner: bytes) -> bytes:
    return struct.pack("!HH", 3, 12 + len(inner)) + bytes(12) + inner


@pytest.mark.parametrize(
    ("nest", "head"),
    [
        pytest.param(nested_relays, b"", id="relays in relays"),
        pytest.param(nested_associations, b"\x01\0\0\0", id="associations in associations"),
    ],
)
def test_a_frame_built_to_nest_without_end_is_cheap(nest: Callable[[bytes], bytes], head: bytes) -> None:
    """Options in options, as deep as a frame allows, must not hold the one thread that listens."""
    message = b"\x01\0\0\0" if not head else b""
    while len(message) < 1350:
        message = nest(message)
    frame = bytes(dhcp6(Raw(head + message)))
    began = time.perf_counter()
    sightings(frame)
    assert time.perf_counter() - began < 0.5
