"""Who answered on the local links lately, as the kernel has learnt it."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host, NotLive
from rongdun_agent.probes import neighbours
from tests.agent.conftest import MakeHost
from tests.lab.namespaces import ip, named_namespace, network_namespace

AsNobody = Callable[[Callable[[], Any]], Any]


@pytest.fixture
def line() -> Iterator[None]:
    """Join this thread's own network to one other machine."""
    with network_namespace(), named_namespace() as there:
        Path("/proc/sys/net/ipv6/conf/default/accept_dad").write_text("0")
        peer = ("type", "veth", "peer", "name", "peer0", "netns", there)
        ip("link", "add", "eth0", "address", "02:00:00:00:00:01", *peer)
        ip("addr", "add", "10.77.0.1/24", "dev", "eth0")
        ip("-6", "addr", "add", "fd77::1/64", "dev", "eth0", "nodad")
        ip("link", "set", "eth0", "up")
        ip("-n", there, "addr", "add", "10.77.0.2/24", "dev", "peer0")
        ip("-n", there, "-6", "addr", "add", "fd77::2/64", "dev", "peer0", "nodad")
        ip("-n", there, "link", "set", "peer0", "address", "02:00:00:00:00:02", "up")
        yield


@pytest.mark.root
@pytest.mark.usefixtures("line")
def test_neighbours_are_those_of_ip(as_nobody: AsNobody) -> None:
    for family, address in ((socket.AF_INET, "10.77.0.2"), (socket.AF_INET6, "fd77::2")):
        with socket.socket(family, socket.SOCK_DGRAM) as hello:
            hello.sendto(b"x", (address, 9))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody_there:
        nobody_there.sendto(b"x", ("10.77.0.250", 9))
    ip("neigh", "add", "10.77.0.99", "lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud", "permanent")
    deadline = time.monotonic() + 5
    while len(_by_ip()) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    found = as_nobody(lambda: neighbours.probe(Host()).facts.entries)
    assert {(n.interface, n.address, n.mac) for n in found} == _by_ip()
    assert {("eth0", "10.77.0.2", "02:00:00:00:00:02"), ("eth0", "fd77::2", "02:00:00:00:00:02")} <= _by_ip()


def _by_ip() -> set[tuple[str, str, str]]:
    return {(n["dev"], n["dst"], n["lladdr"]) for n in json.loads(ip("-j", "neigh")) if "lladdr" in n}


@pytest.mark.root
@pytest.mark.usefixtures("line")
def test_who_never_answered_is_no_neighbour() -> None:
    """Every address that somebody tried would look like a device on the wire."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hello:
        hello.sendto(b"x", ("10.77.0.250", 9))
    assert "10.77.0.250" in ip("neigh")
    assert "10.77.0.250" not in {n.address for n in neighbours.probe(Host()).facts.entries}


def test_a_tree_has_no_neighbours_to_tell(make_host: MakeHost) -> None:
    with pytest.raises(NotLive):
        neighbours.probe(make_host({}))
