"""The scope and the door: whatever the settings and the link say, nothing leaves but what both allow."""

import socket
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from rongdun_agent.discovery.door import Door, Shut, permits
from rongdun_agent.discovery.packets import arp_request
from rongdun_agent.discovery.scope import Scope, scope_of
from rongdun_agent.discovery.settings import SweepSettings
from rongdun_agent.kernel_network import Link

MAC = "00:16:3e:00:00:01"
OURS = bytes.fromhex(MAC.replace(":", ""))


def link(*addresses: str, up: bool = True, mac: str | None = MAC) -> Link:
    own = tuple(IPv6Interface(text) if ":" in text else IPv4Interface(text) for text in addresses)
    return Link(2, "eth0", "ethernet", mac, 1500, up, False, own, False, True)


def sweep(*networks: str, exclude: tuple[str, ...] = ()) -> SweepSettings:
    return SweepSettings.model_validate({"networks": networks, "exclude": exclude, "every_s": 86_400})


def targets(scope: Scope) -> list[str]:
    return [str(target) for target in scope.targets()]


def test_what_is_listed_and_on_the_link_is_asked_but_for_edges_and_own() -> None:
    scope = scope_of(link("10.0.0.1/29"), sweep("10.0.0.0/24"))
    assert targets(scope) == [f"10.0.0.{n}" for n in range(2, 7)]


@pytest.mark.parametrize(
    ("addresses", "listed", "exclude", "expected"),
    [
        pytest.param(["10.0.0.1/8"], ["10.0.0.0/30"], [], ["10.0.0.2", "10.0.0.3"], id="a link wider than the list"),
        pytest.param(["10.9.0.1/24"], ["10.0.0.0/24"], [], [], id="another link's network"),
        pytest.param(["10.0.0.1/24"], ["10.0.1.0/24"], [], [], id="the network beside"),
        pytest.param([], ["10.0.0.0/24"], [], [], id="a link without an address"),
        pytest.param(["fd00::1/64"], ["10.0.0.0/24"], [], [], id="a link with IPv6 only"),
        pytest.param(["169.254.0.1/16"], ["169.254.0.0/24"], [], [], id="a link that gave itself an address"),
        pytest.param(["10.0.0.1/32"], ["10.0.0.0/30"], [], [], id="an address without a network"),
        pytest.param(["10.0.0.0/31"], ["10.0.0.0/24"], [], ["10.0.0.1"], id="two ends of a line"),
        pytest.param(["0.0.0.1/0"], ["10.0.0.0/31"], [], ["10.0.0.0", "10.0.0.1"], id="everything is on the link"),
        pytest.param(["10.0.0.1/29"], ["10.0.0.0/24"], ["10.0.0.0/24"], [], id="all of it excluded"),
        pytest.param(
            ["10.0.0.1/29"], ["10.0.0.0/24"], ["10.0.0.0/30", "10.0.0.4"], ["10.0.0.5", "10.0.0.6"], id="excludes"
        ),
        pytest.param(
            ["10.0.0.1/29"],
            ["10.0.0.0/29"],
            ["10.0.0.4/30", "10.0.0.0/29"],
            [],
            id="excludes that overlap and cover all",
        ),
        pytest.param(
            ["10.0.0.1/30", "10.0.0.5/30"], ["10.0.0.0/29"], [], ["10.0.0.2", "10.0.0.6"], id="two networks on a link"
        ),
        pytest.param(["10.0.0.1/30"], ["10.0.0.0/30", "10.0.0.0/24"], [], ["10.0.0.2"], id="listed twice"),
    ],
)
def test_only_what_both_sides_allow(
    addresses: list[str], listed: list[str], exclude: list[str], expected: list[str]
) -> None:
    scope = scope_of(link(*addresses), sweep(*listed, exclude=tuple(exclude)))
    assert targets(scope) == expected


@pytest.mark.parametrize("gone", [None, link("10.0.0.1/24", up=False), link("10.0.0.1/24", mac=None)])
def test_a_link_that_is_away_allows_nothing(gone: Link | None) -> None:
    assert targets(scope_of(gone, sweep("10.0.0.0/24"))) == []


def test_a_segment_without_a_list_allows_nothing() -> None:
    assert targets(scope_of(link("10.0.0.1/24"), None)) == []


networks = st.builds(
    lambda number, length: IPv4Network((number >> (32 - length) << (32 - length), length)),
    st.integers(10 << 24, (10 << 24) + (1 << 12)),
    st.integers(20, 32),
)
interfaces = st.builds(
    lambda number, length: IPv4Interface((number, length)),
    st.integers(10 << 24, (10 << 24) + (1 << 12)),
    st.integers(8, 32),
)


@settings(deadline=None)
@given(st.lists(networks, min_size=1, max_size=3), st.lists(networks, max_size=3), st.lists(interfaces, max_size=3))
def test_no_settings_and_no_link_lead_outside(
    listed: list[IPv4Network], exclude: list[IPv4Network], own: list[IPv4Interface]
) -> None:
    """An independent statement of the rule, over links and lists that nobody thought of."""
    try:
        allowed = sweep(*map(str, listed), exclude=tuple(map(str, exclude)))
    except ValidationError:
        return
    scope = scope_of(link(*map(str, own)), allowed)
    asked = list(scope.targets())
    assert len(asked) == len(set(asked))
    for target in asked[:200]:
        assert any(target in network for network in listed)
        assert not any(target in network for network in exclude)
        assert any(target in each.network for each in own)
        assert target not in {each.ip for each in own}
        assert permits(scope, arp_request(OURS, scope.sender_for(target) or target, target))


SCOPE = scope_of(link("10.0.0.1/24"), sweep("10.0.0.0/25", exclude=("10.0.0.66",)))
ASKING = {"op": 1, "hwsrc": MAC, "psrc": "10.0.0.1", "hwdst": "00:00:00:00:00:00", "pdst": "10.0.0.2"}


def frame(*, to: str = "ff:ff:ff:ff:ff:ff", src: str = MAC, **fields: object) -> bytes:
    return bytes(Ether(dst=to, src=src) / ARP(**(ASKING | fields)))


REFUSED = [
    pytest.param(frame(pdst="10.0.0.200"), id="on the link, but not listed"),
    pytest.param(frame(pdst="10.0.1.2"), id="neither on the link nor listed"),
    pytest.param(frame(pdst="8.8.8.8"), id="far away"),
    pytest.param(frame(pdst="10.0.0.66"), id="excluded"),
    pytest.param(frame(pdst="10.0.0.0"), id="the network itself"),
    pytest.param(frame(pdst="10.0.0.1"), id="itself: an announcement"),
    pytest.param(frame(psrc="10.0.0.7"), id="in another's name"),
    pytest.param(frame(psrc="0.0.0.0"), id="as a probe"),  # noqa: S104 - a sender, nothing is bound
    pytest.param(frame(hwsrc="00:16:3e:00:00:09"), id="for another's link address"),
    pytest.param(frame(src="00:16:3e:00:00:09"), id="from another's link address"),
    pytest.param(frame(to="00:16:3e:00:00:02"), id="to one host"),
    pytest.param(frame(to="01:00:5e:00:00:01"), id="to a group"),
    pytest.param(frame(op=2), id="a reply: poison for others' tables"),
    pytest.param(frame(op=3), id="a reverse request"),
    pytest.param(frame(hwdst="00:16:3e:00:00:02"), id="with a target already named"),
    pytest.param(frame(hwtype=6), id="of another hardware"),
    pytest.param(frame(ptype=0x86DD, plen=16, psrc="fd00::1", pdst="fd00::2"), id="for IPv6"),
    pytest.param(frame() + b"\0" * 19, id="longer than any"),
    pytest.param(frame() + b"secret", id="with something in its padding"),
    pytest.param(frame()[:-1], id="cut off"),
    pytest.param(b"", id="empty"),
    pytest.param(bytes(Ether(dst="ff:ff:ff:ff:ff:ff", src=MAC) / Dot1Q(vlan=7) / ARP(**ASKING)), id="into a VLAN"),
    pytest.param(bytes(Ether(dst="ff:ff:ff:ff:ff:ff", src=MAC) / IP(dst="10.0.0.2") / ICMP()), id="a ping"),
]


def test_the_frame_that_is_made_may_leave() -> None:
    """Every refusal below is one change away from this."""
    assert permits(SCOPE, frame())
    assert frame() == arp_request(OURS, IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2"))
    assert permits(SCOPE, frame() + b"\0" * 18)


@pytest.mark.parametrize("wrong", REFUSED)
def test_the_door_is_shut_to_everything_else(wrong: bytes) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        theirs.setblocking(False)
        door = Door(ours, 50, lambda: 1.0)
        door.scope = SCOPE
        with pytest.raises(Shut):
            door.send(wrong)
        with pytest.raises(BlockingIOError):
            theirs.recv(100)


@settings(deadline=None)
@given(st.binary(min_size=42, max_size=60), st.integers(0, 41), st.integers(1, 255))
def test_no_other_bytes_pass(noise: bytes, at: int, change: int) -> None:
    """Random frames, and good ones with one byte changed: only another allowed address may come of it."""
    assert not permits(SCOPE, noise)
    bent = bytearray(frame())
    bent[at] ^= change
    if permits(SCOPE, bytes(bent)):
        assert bytes(bent[:38]) == frame()[:38]
        assert IPv4Address(bytes(bent[38:42])) in set(SCOPE.targets())


def test_the_door_does_not_open_faster_than_it_may() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        theirs.setblocking(False)
        moments = iter([1.0, 1.01, 1.02])
        door = Door(ours, 50, lambda: next(moments))
        door.scope = SCOPE
        door.send(frame())
        with pytest.raises(Shut):
            door.send(frame())
        door.send(frame())
        assert theirs.recv(100) == theirs.recv(100) == frame()
        with pytest.raises(BlockingIOError):
            theirs.recv(100)


def test_a_new_door_is_shut() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs, pytest.raises(Shut):
        Door(ours, 50, lambda: 1.0).send(frame())
