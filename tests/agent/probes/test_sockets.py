import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from rongdun_agent.host import Host, NotLive
from rongdun_agent.probes import sockets
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.sockets import Listener
from tests.agent.conftest import MakeHost
from tests.agent.probes.test_processes import proc
from tests.agent.probes.test_services import SERVICES
from tests.lab.booted import booted
from tests.lab.namespaces import network_namespace
from tests.lab.roots import Root

AsNobody = Callable[[Callable[[], Any]], Any]
NO_PERMISSION = Unknown(unknown="no permission")
ANY = "0.0.0.0"  # noqa: S104 - nothing is bound, an address is compared
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def row(address: str, state: str, inode: int) -> str:
    """Return a line of /proc/net/tcp as the kernel writes it."""
    peer = re.sub(r"[0-9A-F](?=[0-9A-F]*:)", "0", address).split(":")[0] + ":0000"
    return f"   0: {address} {peer} {state} 00000000:00000000 00:00000000 00000000    33        0 {inode} 1 0 100 0\n"


def listening(host: Host) -> list[Listener]:
    found = sockets.probe(host).facts.listening
    assert isinstance(found, tuple)
    return list(found)


def test_addresses_scopes_and_states(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/proc/net/tcp": HEAD
            + row("0100007F:0019", "0A", 1)
            + row("00000000:1F90", "0A", 2)
            + row("0A00000A:0016", "0A", 3)
            + row("0A00000A:0016", "01", 4),
            "/proc/net/tcp6": HEAD
            + row("00000000000000000000000000000000:0016", "0A", 5)
            + row("00000000000000000000000001000000:0277", "0A", 6)
            + row("0000000000000000FFFF00000100007F:1F40", "0A", 7)
            + row("B80D0120000000000000000001000000:0050", "0A", 8),
            "/proc/net/udp": HEAD + row("00000000:0035", "07", 9) + row("0100007F:0044", "01", 10),
        }
    )
    found = [(x.protocol, x.family, x.address, x.port, x.scope) for x in listening(host)]
    assert found == [
        ("tcp", "ipv4", ANY, 8080, "any"),
        ("tcp", "ipv4", "10.0.0.10", 22, "address"),
        ("tcp", "ipv4", "127.0.0.1", 25, "loopback"),
        ("tcp", "ipv6", "::", 22, "any"),
        ("tcp", "ipv6", "::1", 631, "loopback"),
        ("tcp", "ipv6", "::ffff:127.0.0.1", 8000, "loopback"),
        ("tcp", "ipv6", "2001:db8::1", 80, "address"),
        ("udp", "ipv4", ANY, 53, "any"),
    ]


@pytest.mark.parametrize(
    ("files", "ports"),
    [
        pytest.param({}, [53, 60999 + 1], id="the kernel's default range"),
        pytest.param({"ip_local_port_range": "1024\t50000\n"}, [53, 60000, 61000], id="a wider range"),
        pytest.param({"ip_local_reserved_ports": "39999-40001,7\n"}, [53, 40000, 61000], id="a port kept free"),
    ],
)
def test_udp_ports_that_the_kernel_picks_are_clients(
    make_host: MakeHost, files: dict[str, str], ports: list[int]
) -> None:
    """A resolver's question would otherwise change the digest of an unchanged host every second."""
    table = HEAD + "".join(row(f"00000000:{port:04X}", "07", port) for port in (53, 40000, 60000, 61000))
    settings = {f"/proc/sys/net/ipv4/{name}": text for name, text in files.items()}
    assert [x.port for x in listening(make_host({"/proc/net/udp": table, **settings}))] == ports


def test_the_oldest_process_answers_for_a_shared_socket_and_systemd_only_for_its_own(make_host: MakeHost) -> None:
    held = {
        f"/proc/{pid}/fd/{at}": {"symlink": f"socket:[{inode}]"}
        for pid, at, inode in [(1, 30, 70), (1, 31, 71), (400, 3, 70), (300, 6, 72), (500, 6, 72)]
    }
    ports = {"0016": 70, "006F": 71, "0050": 72}
    host = make_host(
        {"/proc/net/tcp": HEAD + "".join(row(f"00000000:{port}", "0A", inode) for port, inode in ports.items())}
        | {"/etc/passwd": "root:x:0:0::/:/bin/sh\n", "/usr/sbin/sshd": "", "/usr/sbin/nginx": ""}
        | {"/var/lib/dpkg/info/openssh-server.list": "/.\n/usr/sbin/sshd\n"}
        | proc(1, "systemd", "/usr/lib/systemd/systemd", cgroup="0::/init.scope", started=0)
        | proc(400, "sshd", "/usr/sbin/sshd (deleted)", cgroup="0::/system.slice/ssh.service", started=900)
        | proc(300, "nginx", "/usr/sbin/nginx", nspid="300\t12", started=800, uid=33)
        | proc(500, "nginx", "/usr/sbin/nginx", nspid="500\t1", started=700)
        | held
    )  # fmt: skip
    assert [(x.port, x.process, x.exe, x.user, x.service_unit, x.package) for x in listening(host)] == [
        (22, "sshd", "/usr/sbin/sshd", "root", "ssh.service", "openssh-server"),
        (80, "nginx", "/usr/sbin/nginx", "root", None, None),
        (111, "systemd", "/usr/lib/systemd/systemd", "root", None, None),
    ]


def test_a_socket_without_a_descriptor_is_the_kernels(make_host: MakeHost) -> None:
    host = make_host(
        {"/proc/net/tcp": HEAD + row("00000000:0801", "0A", 70)} | proc(9, "a", "/a") | {"/proc/9/fd/0": ""}
    )
    assert [(x.port, x.process, x.user) for x in listening(host)] == [(2049, None, None)]


def test_sockets_shared_by_workers_are_one_listener(make_host: MakeHost) -> None:
    """With SO_REUSEPORT each worker binds a socket of its own; how many there are depends on the cores."""
    host = make_host({"/proc/net/tcp": HEAD + row("00000000:0050", "0A", 1) + row("00000000:0050", "0A", 2)})
    assert len(listening(host)) == 1


def test_a_tree_without_tables_says_that_it_is_not_alive(make_host: MakeHost) -> None:
    with pytest.raises(NotLive):
        sockets.probe(make_host({"/etc/hostname": "x"}))


SERVERS = """
import socket, sys, time
held = []
for family, kind, address, port in [
    (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1", 2022), (socket.AF_INET, socket.SOCK_STREAM, "0.0.0.0", 40123),
    (socket.AF_INET6, socket.SOCK_STREAM, "::", 2443), (socket.AF_INET6, socket.SOCK_STREAM, "::1", 2022),
    (socket.AF_INET, socket.SOCK_DGRAM, "0.0.0.0", 514), (socket.AF_INET6, socket.SOCK_DGRAM, "::", 547),
]:
    s = socket.socket(family, kind); s.bind((address, port)); held.append(s)
    if kind == socket.SOCK_STREAM: s.listen(5)
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); client.connect(("127.0.0.1", 514))
talking = socket.create_connection(("127.0.0.1", 2022)); accepted = held[0].accept()
print("ready", flush=True); time.sleep(60)
"""


@pytest.fixture
def servers() -> Iterator[None]:
    program = [sys.executable, "-c", SERVERS]
    with network_namespace(), subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            yield
        finally:
            child.kill()


@pytest.mark.root
@pytest.mark.usefixtures("servers")
@pytest.mark.skipif(shutil.which("ss") is None, reason="needs ss: apt-get install iproute2")
def test_a_live_host_listens_where_ss_says() -> None:
    printed = subprocess.run(
        ["ss", "-H", "-l", "-n", "-t", "-u", "-p"], capture_output=True, text=True, check=True
    ).stdout
    by_ss = {_of_ss(line) for line in printed.splitlines()}
    found = {(x.protocol, x.address, x.port, x.process) for x in listening(Host())}
    assert found == by_ss
    assert len(found) == 6
    (exe,) = {x.exe for x in listening(Host())}
    assert exe == os.path.realpath(sys.executable)


@pytest.mark.root
@pytest.mark.usefixtures("servers")
def test_netlink_and_the_tables_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of the two answers depends on what the kernel has loaded; the facts must not."""
    by_default = sockets.probe(Host())
    monkeypatch.setattr("rongdun_agent.host.sockets.tcp_listeners", lambda _: None)
    by_files = sockets.probe(Host())
    assert seal("sockets", by_default.facts, by_default.sources) == seal("sockets", by_files.facts, by_files.sources)


@pytest.mark.root
@pytest.mark.usefixtures("servers")
def test_without_rights_the_sockets_are_known_and_their_holders_are_not(as_nobody: AsNobody) -> None:
    found = as_nobody(lambda: listening(Host()))
    assert [(x.protocol, x.family, x.port) for x in found] == [
        (x.protocol, x.family, x.port) for x in listening(Host())
    ]
    assert {(x.process, x.exe, x.user, x.service_unit, x.package) for x in found} == {(NO_PERMISSION,) * 5}


@pytest.mark.root
@pytest.mark.usefixtures("servers")
def test_clients_that_come_and_go_change_nothing() -> None:
    before = sockets.probe(Host())
    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            client.sendto(b"x", ("127.0.0.1", 514))
        during = sockets.probe(Host())
    assert seal("sockets", before.facts, before.sources) == seal("sockets", during.facts, during.sources)


LAB_UNITS = {
    "lab-web.service": "[Service]\nUser=nobody\nExecStart=/usr/bin/python3 -m http.server 8088\n",
    "lab-echo.socket": "[Socket]\nListenStream=127.0.0.1:7007\n",
    "lab-echo.service": "[Service]\nExecStart=/bin/cat\n",
}


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.systemd
def test_listeners_belong_to_the_units_and_packages_that_a_booted_system_says(debian_root: Callable[..., Root]) -> None:
    with booted(debian_root("bookworm", *SERVICES)) as system:
        for name, text in LAB_UNITS.items():
            system.write(f"/etc/systemd/system/{name}", text)
        system.run("systemctl", "start", "lab-web.service", "lab-echo.socket", "ssh.service")
        by_ss = set[tuple[str, str, int, str | None]]()
        deadline = time.monotonic() + 20
        while not {8088, 7007, 22} <= {port for _, _, port, _ in by_ss} and time.monotonic() < deadline:
            by_ss = {_of_ss(line) for line in system.run("ss", "-Hlntup").stdout.splitlines()}
        found = listening(Host(root=system.root))
        owner = {x.exe: system.run("dpkg", "-S", str(x.exe)).stdout.partition(":")[0] or None for x in found}
    assert {(x.protocol, x.address, x.port, x.process) for x in found} == by_ss
    assert {x.package for x in found} >= {"openssh-server", "systemd"}
    assert all(x.package == owner[x.exe] for x in found if str(x.exe).startswith("/usr/sbin/"))
    assert {(x.port, x.user, x.service_unit) for x in found if x.port in (22, 7007, 8088)} == {
        (22, "root", "ssh.service"),
        (7007, "root", None),
        (8088, "nobody", "lab-web.service"),
    }


def _of_ss(line: str) -> tuple[str, str, int, str | None]:
    protocol, _, _, _, local = line.split()[:5]
    address, _, port = local.rpartition(":")
    address = {"*": "::"}.get(address, address.strip("[]"))
    name = re.search(r'users:\(\("([^"]+)"', line)
    return protocol, address, int(port), name[1] if name else None
