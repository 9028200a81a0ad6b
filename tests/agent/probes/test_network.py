import ipaddress
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import network
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.network import Interface, Network
from tests.agent.conftest import MakeHost
from tests.lab.namespaces import ip, named_namespace, network_namespace

NOT_LIVE = Unknown(unknown="not a live host")


def facts(host: Host) -> Network:
    found = network.probe(host).facts
    assert isinstance(found, Network)
    return found


@pytest.mark.parametrize(
    ("files", "servers", "where"),
    [
        pytest.param({}, (), "/etc/resolv.conf", id="no file"),
        pytest.param(
            {"/etc/resolv.conf": "# c\nnameserver 10.0.0.1\nnameserver\t10.0.0.2 x\nnameserver 10.0.0.1\n"},
            ("10.0.0.1", "10.0.0.2"), "/etc/resolv.conf", id="two servers",
        ),
        pytest.param(
            {"/etc/resolv.conf": "nameserver 127.0.0.53\n", "/run/systemd/resolve/resolv.conf": "nameserver fd00::1\n"},
            ("fd00::1",), "/run/systemd/resolve/resolv.conf", id="behind systemd-resolved",
        ),
        pytest.param({"/etc/resolv.conf": "nameserver 127.0.0.53\n"}, ("127.0.0.53",), "/etc/resolv.conf", id="stub"),
    ],
)  # fmt: skip
def test_resolvers(make_host: MakeHost, files: dict[str, str], servers: tuple[str, ...], where: str) -> None:
    probed = network.probe(make_host(files))
    assert (probed.facts.resolvers, probed.sources["resolvers"].where) == (servers, where)


def test_the_last_search_line_counts(make_host: MakeHost) -> None:
    text = "domain a.example\nsearch b.example. c.example\n"
    assert facts(make_host({"/etc/resolv.conf": text})).search_domains == ("b.example", "c.example")


def test_a_tree_has_no_running_kernel(make_host: MakeHost) -> None:
    found = facts(make_host({}))
    assert (found.interfaces, found.routes) == (NOT_LIVE, NOT_LIVE)


@pytest.fixture
def lines() -> Iterator[str]:
    """A host with a line to a neighbour, a bridge, a container behind it, a tunnel, and several kinds of route."""
    with network_namespace(), named_namespace() as there:
        Path("/proc/sys/net/ipv6/conf/default/accept_dad").write_text("0")
        ip(
            "link",
            "add",
            "eth0",
            "address",
            "02:00:00:00:00:01",
            "type",
            "veth",
            "peer",
            "name",
            "peer0",
            "netns",
            there,
        )
        ip("addr", "add", "10.77.0.1/24", "dev", "eth0")
        ip("addr", "add", "10.77.0.9/24", "dev", "eth0")
        ip("-6", "addr", "add", "fd77::1/64", "dev", "eth0", "nodad")
        ip("link", "set", "eth0", "up", "mtu", "1400")
        ip("-n", there, "addr", "add", "10.77.0.2/24", "dev", "peer0")
        ip("-n", there, "-6", "addr", "add", "fd77::2/64", "dev", "peer0", "nodad")
        ip("-n", there, "link", "set", "peer0", "address", "02:00:00:00:00:02", "up")
        # with an address of its own, as Docker makes them: else a bridge takes that of its lowest port
        ip("link", "add", "br0", "address", "02:42:00:00:00:01", "type", "bridge")
        ip("addr", "add", "172.17.0.1/16", "dev", "br0")
        ip("link", "set", "br0", "up")
        ip("link", "add", "veth1a2b", "type", "veth", "peer", "name", "c0", "netns", there)
        ip("link", "set", "veth1a2b", "master", "br0", "up")
        ip("link", "add", "vx0", "type", "vxlan", "id", "7", "dstport", "4789", "local", "10.77.0.1")
        ip("route", "add", "default", "via", "10.77.0.2")
        ip("-6", "route", "add", "default", "via", "fd77::2")
        hops = ("nexthop", "via", "10.77.0.2", "dev", "eth0", "nexthop", "via", "172.17.0.9", "dev", "br0")
        ip("route", "add", "192.0.2.0/24", *hops)
        ip("route", "add", "198.51.100.7", "dev", "br0")
        ip("route", "add", "203.0.113.0/24", "via", "10.77.0.2", "table", "100")
        ip("route", "add", "blackhole", "192.168.0.0/16")
        yield there


@pytest.mark.root
@pytest.mark.usefixtures("lines")
def test_interfaces_are_those_of_ip() -> None:
    found = {i.name: i for i in facts(Host()).interfaces if isinstance(i, Interface)}
    listed = {i["ifname"]: i for i in json.loads(ip("-j", "-d", "addr")) if i["ifname"] != "veth1a2b"}
    assert found.keys() == listed.keys()
    for name, interface in found.items():
        theirs = listed[name]
        ether = theirs["address"] if theirs["link_type"] == "ether" else None
        up = "UP" in theirs["flags"]
        assert (interface.mac, interface.mtu, interface.up) == (ether, theirs["mtu"], up), name
        addresses = {f"{a['local']}/{a['prefixlen']}" for a in theirs["addr_info"]}
        assert {*interface.ipv4, *interface.ipv6} == addresses, name
        assert interface.promiscuous == bool(theirs["promiscuity"]), name
    assert {name: i.kind for name, i in found.items()} == {
        "lo": "loopback",
        "eth0": "virtual",
        "br0": "bridge",
        "vx0": "tunnel",
    }


@pytest.mark.root
@pytest.mark.usefixtures("lines")
def test_routes_are_those_of_ip() -> None:
    found = {(r.family, r.destination, r.gateway, r.interface) for r in facts(Host()).routes}
    listed = set()
    for family, default, option in (("ipv4", "0.0.0.0/0", "-4"), ("ipv6", "::/0", "-6")):
        for route in json.loads(ip("-j", option, "route", "show", "table", "main", "type", "unicast")):
            written = {"default": default}.get(route["dst"], route["dst"])
            plain = ipaddress.ip_network(written)
            for hop in route.get("nexthops", [route]):
                if hop["dev"] != "veth1a2b":
                    listed.add((family, str(plain), hop.get("gateway"), hop["dev"]))
    assert found == listed
    assert ("ipv4", "192.0.2.0/24", "172.17.0.9", "br0") in found
    assert ("ipv4", "198.51.100.7/32", None, "br0") in found


@pytest.mark.root
def test_containers_that_come_and_go_change_nothing(lines: str) -> None:
    before = network.probe(Host())
    ip("link", "del", "veth1a2b")
    ip("link", "add", "veth9f9f", "type", "veth", "peer", "name", "c1", "netns", lines)
    ip("link", "set", "veth9f9f", "master", "br0", "up")
    after = network.probe(Host())
    assert seal("network", before.facts, before.sources) == seal("network", after.facts, after.sources)


@pytest.mark.root
@pytest.mark.usefixtures("lines")
def test_a_sniffer_is_seen() -> None:
    """Packet sockets do not set the flag that ifconfig shows; the kernel counts them all the same."""
    eth0 = socket.if_nametoindex("eth0")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sniffer:
        before = {i.name for i in facts(Host()).interfaces if i.promiscuous}
        membership = (
            eth0.to_bytes(4, "little") + (1).to_bytes(2, "little") + bytes(10)
        )  # struct packet_mreq, promiscuous
        sniffer.setsockopt(263, 1, membership)  # SOL_PACKET, PACKET_ADD_MEMBERSHIP
        during = {i.name for i in facts(Host()).interfaces if i.promiscuous}
    assert (before, during) == (set(), {"eth0"})


@pytest.mark.root
@pytest.mark.usefixtures("lines")
def test_temporary_addresses_are_no_property_of_the_host() -> None:
    before = facts(Host()).interfaces
    ip("-6", "addr", "add", "fd77::dead/64", "dev", "eth0", "nodad", "mngtmpaddr")
    with_manager = {i.name: i.ipv6 for i in facts(Host()).interfaces}
    assert "fd77::dead/64" in with_manager["eth0"]
    temporary = {a["local"] for i in json.loads(ip("-j", "-6", "addr")) for a in i["addr_info"] if a.get("temporary")}
    assert temporary.isdisjoint({a.partition("/")[0] for a in with_manager["eth0"]})
    assert before != facts(Host()).interfaces


def test_two_runs_on_an_unchanged_host_agree() -> None:
    first, second = (network.probe(Host()) for _ in range(2))
    assert seal("network", first.facts, first.sources) == seal("network", second.facts, second.sources)
