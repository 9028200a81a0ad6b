"""The service on a wire: against arp-scan and nmap, with real DHCP and neighbour discovery, and under fire."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scapy.layers.inet6 import ICMPv6ND_NA, IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from rongdun_agent.host import Host
from rongdun_agent.probes import devices as probe
from tests.lab.missing import need_program
from tests.lab.namespaces import named_namespace
from tests.lab.segment import LINK, LabHost, Segment, segment

pytestmark = pytest.mark.root

SENSOR = "00:16:3e:00:00:01"
SWEEP = """
[[segment]]
interface = "eth0"
[segment.sweep]
networks = ["10.77.0.0/26"]
exclude = ["10.77.0.40"]
every_s = 60
rate_per_s = 100
"""
LISTEN = '[[segment]]\ninterface = "eth0"\n'


NO_RIGHTS = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
ONE_RIGHT = ["setpriv", "--inh-caps=-all", "--bounding-set=-all,+net_raw"]
"""Every service of these tests runs with no more than its unit gives it."""


@dataclass
class Running:
    """A service that was started, and the tree in which its finding lies for a probe."""

    process: subprocess.Popen[str]
    root: Path

    def file(self) -> dict[str, Any]:
        """What it wrote last."""
        found: dict[str, Any] = json.loads((self.root / "var/lib/rongdun-discovery/devices.json").read_bytes())
        return found

    def devices(self) -> dict[str, dict[str, Any]]:
        """By link address."""
        return {device["mac"]: device for device in self.file()["devices"]["devices"]}

    def wait(self, holds: Callable[[dict[str, dict[str, Any]]], bool], within_s: float = 20) -> dict[str, Any]:
        """Return the devices as soon as they are as wished."""
        deadline = time.monotonic() + within_s
        while not holds(found := self.devices()):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return found

    def memory_kib(self) -> int:
        """What it has resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def cpu_s(self) -> float:
        """What it has used of a processor."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


def started(root: Path, settings: str, **environment: str) -> Running:
    """Start it in the calling thread's network, and return when it has written its first finding."""
    folder = root / "var/lib/rongdun-discovery"
    folder.mkdir(parents=True, exist_ok=True)
    file = root / "discovery.toml"
    file.write_text(settings)
    argv = [sys.executable, "-m", "rongdun_agent.cli", "discover", "--config", str(file), "--state", str(folder)]
    began = time.time_ns()
    process = subprocess.Popen(
        [*ONE_RIGHT, *argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | environment
    )
    deadline = time.monotonic() + 30
    while not any(path.stat().st_mtime_ns > began - 10**7 for path in folder.glob("devices.json")):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"did not start: {process.communicate()[0]}")
        time.sleep(0.02)
    return Running(process, root)


@contextmanager
def service(root: Path, settings: str, **environment: str) -> Iterator[Running]:
    """Run it until the end of the block, where it must end well."""
    running = started(root, settings, **environment)
    try:
        yield running
    finally:
        running.process.send_signal(signal.SIGTERM)
        try:
            said, _ = running.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            running.process.kill()
            said, _ = running.process.communicate()
            pytest.fail(f"did not end when told to: {said}")
    assert running.process.returncode == 0, said


@contextmanager
def captured(on: LabHost, file: Path, *what: str) -> Iterator[None]:
    """Let tcpdump write down what passes a host."""
    need_program("tcpdump", "tcpdump")
    with on.running("tcpdump", "-i", LINK, "-w", str(file), "-U", "--immediate-mode", *what) as dump:
        assert dump.stdout is not None
        while "listening on" not in dump.stdout.readline():
            assert dump.poll() is None
        yield
        time.sleep(0.3)


def frames(file: Path) -> list[bytes]:
    """Frames of a pcap file, as tcpdump writes them on this machine."""
    data, found, at = file.read_bytes(), [], 24
    while at + 16 <= len(data):
        length = int.from_bytes(data[at + 8 : at + 12], sys.byteorder)
        found.append(data[at + 16 : at + 16 + length])
        at += 16 + length
    return found


def send(*packets: Any) -> None:
    """Send frames from the calling thread's eth0."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind((LINK, 0))
        for packet in packets:
            raw.send(bytes(packet))


@contextmanager
def sent_by(host: LabHost, packets: list[bytes]) -> Iterator[subprocess.Popen[str]]:
    """Keep sending frames from another host, as fast as it goes."""
    code = (
        "import socket,sys,time\nframes=[bytes.fromhex(l) for l in sys.stdin.read().split()]\n"
        "s=socket.socket(socket.AF_PACKET,socket.SOCK_RAW);s.bind(('eth0',0))\n"
        "end=time.monotonic()+60\nprint('on',flush=True)\n"
        "while time.monotonic()<end:\n"
        "    for f in frames:\n"
        "        try: s.send(f)\n"
        "        except OSError: time.sleep(0.001)\n"
    )
    argv = host.argv(sys.executable, "-c", code)
    sender = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert sender.stdin is not None
    assert sender.stdout is not None
    sender.stdin.write("\n".join(frame.hex() for frame in packets))
    sender.stdin.close()
    sender.stdout.readline()
    try:
        yield sender
    finally:
        sender.kill()
        sender.wait()
        sender.stdout.close()


@pytest.fixture
def wire() -> Iterator[Segment]:
    with segment("10.77.0.1/24", "fd77::1/64") as found:
        yield found


def test_a_sweep_finds_what_arp_scan_and_nmap_find(wire: Segment, tmp_path: Path) -> None:
    """They are what an operator would use instead."""
    need_program("arp-scan", "arp-scan")
    need_program("nmap", "nmap")
    for number in (2, 3, 17, 62):
        wire.join(f"10.77.0.{number}/24")
    two_faced = wire.join("10.77.0.20/24", "10.77.0.21/24")
    wire.join("10.77.0.200/24")  # on the link, but not listed
    twins = [wire.join("10.77.0.30/24"), wire.join("10.77.0.30/24")]
    scan = ["arp-scan", "-I", LINK, "--plain", "--ignoredups", "10.77.0.0/26"]
    theirs = subprocess.run(scan, capture_output=True, text=True, check=True, timeout=60).stdout
    by_arp_scan = {(line.split()[1], line.split()[0]) for line in theirs.splitlines()}
    by_arp_scan |= {(line.split()[1], line.split()[0]) for line in _again(scan).splitlines()}
    argv = ["nmap", "-sn", "-PR", "-n", "-oX", "-", "10.77.0.0/26"]
    report = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout
    by_nmap = {
        (mac.lower(), address)
        for address, mac in re.findall(r'addr="([\d.]+)" addrtype="ipv4"/>\n<address addr="([0-9A-F:]+)"', report)
    }
    assert len(by_arp_scan) >= 7
    assert len(by_nmap) >= 7
    with service(tmp_path, SWEEP) as running:
        wanted = by_arp_scan | by_nmap

        def all_found(found: dict[str, dict[str, Any]]) -> bool:
            return wanted <= {(mac, address) for mac, device in found.items() for address in device["ipv4"]}

        found = running.wait(all_found)
    assert all("sweep" in found[mac]["seen_by"] for mac, _ in by_nmap)
    assert found[two_faced.mac]["ipv4"] == ["10.77.0.20", "10.77.0.21"]
    assert [found[twin.mac]["ipv4"] for twin in twins] == [["10.77.0.30"], ["10.77.0.30"]]
    assert SENSOR not in found


def _again(argv: list[str]) -> str:
    return subprocess.run([*argv, "--retry=3"], capture_output=True, text=True, check=True, timeout=60).stdout


def allowed_frame(frame: bytes) -> bool:
    target = frame[38:42]
    return (
        frame[:22] == b"\xff" * 6 + bytes.fromhex("00163e00000108060001080006040001")
        and frame[22:32] == bytes.fromhex("00163e000001") + bytes([10, 77, 0, 1])
        and not any(frame[32:38])
        and target[:3] == bytes([10, 77, 0])
        and 1 < target[3] < 64
        and target[3] != 40
    )


def quiet() -> None:
    """Keep the sensor's kernel itself from saying anything: what leaves is the service's."""
    Path("/proc/sys/net/ipv6/conf/eth0/disable_ipv6").write_text("1")


def test_nothing_else_leaves(wire: Segment, tmp_path: Path) -> None:
    """The promise of the scope, kept by the wire itself and not by our own word."""
    listener = wire.join("10.77.0.2/24")
    time.sleep(1)
    quiet()
    with captured(listener, tmp_path / "x.pcap", "ether", "src", SENSOR), service(tmp_path, SWEEP) as running:
        running.wait(lambda found: listener.mac in found)
        subprocess.run(["ip", "addr", "add", "192.0.2.1/24", "dev", LINK], check=True)
        subprocess.run(["ip", "addr", "add", "10.77.1.1/16", "dev", LINK], check=True)
        time.sleep(4)
    left = frames(tmp_path / "x.pcap")
    requests = [frame for frame in left if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1"]
    replies = [frame for frame in left if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2"]
    assert [frame.hex() for frame in left if frame not in requests and frame not in replies] == []
    assert [frame.hex() for frame in requests if not allowed_frame(frame)] == []
    asked = [frame[41] for frame in requests]
    assert set(asked) == set(range(2, 64)) - {40}
    assert max(map(asked.count, asked)) == 2, "who is silent is asked twice, no more"


def test_the_rate_is_kept_on_the_wire(wire: Segment, tmp_path: Path) -> None:
    listener = wire.join("10.77.0.2/24")
    slow = SWEEP.replace("rate_per_s = 100", "rate_per_s = 10").replace("every_s = 60", "every_s = 900")
    with captured(listener, tmp_path / "x.pcap", "arp", "and", "ether", "src", SENSOR), service(tmp_path, slow):
        time.sleep(3)
    count = sum(frame[20:22] == b"\0\1" for frame in frames(tmp_path / "x.pcap"))
    assert 15 < count < 60


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(LISTEN, id="only listening"),
        pytest.param(SWEEP.replace("10.77.0", "10.99.0"), id="a network that is not on this link"),
    ],
)
def test_where_nothing_may_be_asked_nothing_leaves(wire: Segment, tmp_path: Path, settings: str) -> None:
    listener = wire.join("10.77.0.2/24")
    time.sleep(1)
    quiet()
    with captured(listener, tmp_path / "x.pcap", "ether", "src", SENSOR), service(tmp_path, settings) as running:
        time.sleep(3)
        assert running.file()["devices"]["segments"][0]["sweeps"] == []
    assert frames(tmp_path / "x.pcap") == []


def test_another_links_network_is_asked_on_no_link(wire: Segment, tmp_path: Path) -> None:
    """Listed under the wrong interface, a network of this host's other side stays out of reach."""
    here = wire.join("10.77.0.2/24")
    with named_namespace() as namespace:
        there = LabHost(namespace, "00:16:3e:00:77:02")
        subprocess.run(
            ["ip", "link", "add", "eth1", "type", "veth", "peer", "name", LINK, "netns", namespace], check=True
        )
        there.ip("link", "set", LINK, "address", there.mac, "up")
        there.ip("addr", "add", "10.99.0.2/24", "dev", LINK)
        subprocess.run(["ip", "addr", "add", "10.99.0.1/24", "dev", "eth1"], check=True)
        subprocess.run(["ip", "link", "set", "eth1", "up"], check=True)
        time.sleep(1)
        for link in (LINK, "eth1"):
            Path(f"/proc/sys/net/ipv6/conf/{link}/disable_ipv6").write_text("1")
        with (
            captured(here, tmp_path / "here.pcap", "ether", "src", SENSOR),
            captured(there, tmp_path / "there.pcap", "not", "ether", "src", there.mac),
            service(tmp_path, SWEEP.replace("10.77.0", "10.99.0")) as running,
        ):
            time.sleep(3)
            assert running.file()["devices"]["segments"][0]["sweeps"] == []
        assert frames(tmp_path / "here.pcap") == frames(tmp_path / "there.pcap") == []


def test_a_service_that_is_started_again_does_not_sweep_sooner(wire: Segment, tmp_path: Path) -> None:
    """A crash in a loop would be a flood of broadcasts."""
    listener = wire.join("10.77.0.2/24")
    with service(tmp_path, SWEEP) as running:
        before = running.wait(lambda found: "sweep" in found.get(listener.mac, {"seen_by": []})["seen_by"])
        time.sleep(2)
        swept = running.file()["swept"]
    from_here = ("arp", "and", "ether", "src", SENSOR)
    with captured(listener, tmp_path / "x.pcap", *from_here), service(tmp_path, SWEEP) as running:
        time.sleep(2)
        after = running.devices()
        assert running.file()["swept"]["eth0"] == pytest.approx(swept["eth0"], abs=0.1)
    assert [frame for frame in frames(tmp_path / "x.pcap") if frame[20:22] == b"\0\1"] == []
    assert after[listener.mac] == before[listener.mac], "and what it knew is still known"


def test_a_service_that_is_killed_again_and_again_sweeps_once(wire: Segment, tmp_path: Path) -> None:
    """However early it dies: what begins is written down before the first question leaves."""
    listener = wire.join("10.77.0.2/24")
    from_here = ("arp", "and", "ether", "src", SENSOR)
    asked = []
    for life in range(3):
        with captured(listener, tmp_path / f"{life}.pcap", *from_here):
            running = started(tmp_path, SWEEP)
            while not running.file()["swept"]:
                assert running.process.poll() is None
            time.sleep(0.3)
            running.process.kill()
            running.process.communicate()
        asked.append(sum(frame[20:22] == b"\0\1" for frame in frames(tmp_path / f"{life}.pcap")))
    assert asked[0] > 0
    assert asked[1:] == [0, 0]


def test_neighbour_discovery_is_heard(wire: Segment, tmp_path: Path) -> None:
    with service(tmp_path, LISTEN) as running:
        host = wire.join("10.77.0.2/24", "fd77::2/64")
        found = running.wait(lambda found: "nd" in found.get(host.mac, {"seen_by": []})["seen_by"])
        assert not found[host.mac]["router"]
        host.greet("fd77::1")
        running.wait(lambda found: "fd77::2" in found[host.mac]["ipv6"])


def test_a_router_is_heard(wire: Segment, tmp_path: Path) -> None:
    need_program("radvd", "radvd")
    router = wire.join("fd77::9/64")
    router.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
    config = tmp_path / "radvd.conf"
    config.write_text(
        "interface eth0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix fd99::/64 {}; };\n"
    )
    config.chmod(0o600)
    with (
        service(tmp_path, LISTEN) as running,
        router.running("radvd", "-n", "-C", str(config), "-p", str(tmp_path / "radvd.pid"), "-m", "stderr"),
    ):
        running.wait(lambda found: found.get(router.mac, {"router": False})["router"])


def test_dhcp_is_heard(wire: Segment, tmp_path: Path) -> None:
    """Server, router and client name themselves: a rogue server is among the things to find."""
    need_program("dnsmasq", "dnsmasq-base")
    need_program("udhcpc", "udhcpc")
    gateway = wire.join("10.77.0.2/24")
    server = wire.join("10.77.0.3/24")
    client = wire.join()
    serve = [
        "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", f"--interface={LINK}", "--bind-interfaces",
        "--dhcp-range=10.77.0.100,10.77.0.120,2m", "--dhcp-option=option:router,10.77.0.2", "--dhcp-broadcast",
        f"--dhcp-leasefile={tmp_path / 'leases'}", "--user=root", "--pid-file=",
    ]  # fmt: skip
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\n[ "$1" = bound ] && ip addr add "$ip/24" dev eth0\nexit 0\n')
    script.chmod(0o755)
    ask = ["udhcpc", "-f", "-n", "-q", "-i", LINK, "-s", str(script), "-x", "hostname:till-7", "-V", "tea house 1.0"]
    with service(tmp_path, LISTEN) as running, server.running(*serve):
        gateway.greet("10.77.0.1")
        client.run(*ask, timeout=30)
        client.greet("10.77.0.1")
        found = running.wait(
            lambda found: (
                found.get(client.mac, {}).get("hostname") == "till-7"
                and found.get(server.mac, {}).get("dhcp_server", False)
                and bool(found[client.mac]["ipv4"])
            )
        )
    assert found[client.mac]["vendor_class"] == "tea house 1.0"
    assert {"arp", "dhcp"} <= set(found[client.mac]["seen_by"])
    assert found[client.mac]["ipv4"][0].startswith("10.77.0.1")
    assert found[gateway.mac]["router"]
    assert not found[client.mac]["dhcp_server"]


def test_the_finding_is_what_the_probe_reads(wire: Segment, tmp_path: Path) -> None:
    listener = wire.join("10.77.0.2/24")
    with service(tmp_path, SWEEP) as running:
        running.wait(lambda found: listener.mac in found)
        for name in ("uptime", "sys/kernel/random/boot_id"):
            copy = tmp_path / "proc" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text((Path("/proc") / name).read_text())
        facts = probe.probe(Host(root=tmp_path)).facts
        file = tmp_path / "var/lib/rongdun-discovery/devices.json"
        assert file.stat().st_mode & 0o777 == 0o640 & ~_umask()
    assert (facts.listener, facts.segments[0].listening) == ("running", True)
    assert facts.segments[0].networks == ("10.77.0.0/24", "fd77::/64", "fe80::/64")
    assert facts.segments[0].sweeps == ("10.77.0.0/26",)
    assert {device.mac for device in facts.devices} >= {listener.mac}
    assert all(device.present is True for device in facts.devices)


def _umask() -> int:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"Umask:\s+(\d+)", status)[1], 8)


def test_systemd_hears_how_it_is(wire: Segment, tmp_path: Path) -> None:
    wire.join("10.77.0.2/24")
    said: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(15)
        words = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        with service(tmp_path, SWEEP, **words):
            while sum("WATCHDOG=1" in one for one in said) < 12:
                said.append(systemd.recv(1000).decode())
        while "STOPPING=1" not in said:
            said.append(systemd.recv(1000).decode())
    assert said.count("READY=1") == 1
    assert "devices on 1 of 1 segments" in said[-2]


def test_a_folder_that_cannot_be_written_now_is_tried_again(wire: Segment, tmp_path: Path) -> None:
    """A disk that was full for a minute must not end what watches the wire; systemd would not start it again."""
    host = wire.join("10.77.0.2/24")
    with service(tmp_path, SWEEP) as running:
        running.wait(lambda found: host.mac in found)
        folder, away = tmp_path / "var/lib/rongdun-discovery", tmp_path / "away"
        folder.rename(away)
        newcomer = wire.join("10.77.0.3/24")
        newcomer.greet("10.77.0.1")
        time.sleep(7)
        assert running.process.poll() is None
        away.rename(folder)
        running.wait(lambda found: newcomer.mac in found)


def test_without_its_one_right_it_says_so(wire: Segment, tmp_path: Path) -> None:
    settings = tmp_path / "discovery.toml"
    settings.write_text(LISTEN)
    argv = [sys.executable, "-m", "rongdun_agent.cli", "discover", "--config", str(settings), "--state", str(tmp_path)]
    ended = subprocess.run([*NO_RIGHTS, *argv], capture_output=True, text=True, check=False, timeout=30)
    assert (ended.returncode, "CAP_NET_RAW" in ended.stderr) == (2, True), ended.stderr
    assert wire.hosts == []


@pytest.mark.parametrize("link", ["lo", "tun7"])
def test_what_is_no_ethernet_link_is_refused(wire: Segment, tmp_path: Path, link: str) -> None:
    """ARP is Ethernet's; a sweep of a tunnel or of loopback would ask nobody, for ever."""
    if link == "tun7":
        subprocess.run(["ip", "tuntap", "add", link, "mode", "tun"], check=True)
        subprocess.run(["ip", "link", "set", link, "up"], check=True)
    settings = tmp_path / "discovery.toml"
    settings.write_text(LISTEN.replace("eth0", link))
    argv = [sys.executable, "-m", "rongdun_agent.cli", "discover", "--config", str(settings), "--state", str(tmp_path)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert (ended.returncode, "is no Ethernet link" in ended.stderr) == (2, True), ended.stderr
    assert wire.hosts == []


def test_where_nothing_can_be_written_at_all_it_says_so(tmp_path: Path) -> None:
    settings = tmp_path / "discovery.toml"
    settings.write_text(LISTEN)
    argv = [sys.executable, "-m", "rongdun_agent.cli", "discover", "--config", str(settings), "--state"]
    ended = subprocess.run([*argv, str(tmp_path / "none")], capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr


@pytest.mark.slow
def test_a_device_that_leaves_is_gone_after_the_silence_and_back_at_its_first_word(
    wire: Segment, tmp_path: Path
) -> None:
    host, stays = wire.join("10.77.0.2/24"), wire.join("10.77.0.3/24")
    settings = SWEEP.replace('"eth0"', '"eth0"\nabsent_after_s = 120')
    with service(tmp_path, settings) as running:
        running.wait(
            lambda found: all("sweep" in found.get(one.mac, {"seen_by": []})["seen_by"] for one in (host, stays))
        )
        running.wait(lambda found: all(found[one.mac]["ipv6"] for one in (host, stays)))
        before = running.devices()
        host.ip("link", "set", LINK, "down")
        left = time.monotonic()
        found = running.wait(lambda found: found[host.mac]["present"] is False, within_s=200)
        assert time.monotonic() - left > 100
        assert found == before | {host.mac: before[host.mac] | {"present": False}}, "and nothing else changed"
        host.ip("link", "set", LINK, "up")
        running.wait(lambda found: found[host.mac]["present"] is True, within_s=70)


def test_a_link_that_goes_and_comes_is_followed(wire: Segment, tmp_path: Path) -> None:
    """While the own cable is out, nobody is absent: it cannot be told."""
    host = wire.join("10.77.0.2/24")
    with service(tmp_path, SWEEP) as running:
        running.wait(lambda found: host.mac in found)
        subprocess.run(["ip", "-n", wire.switch, "link", "set", "port1", "down"], check=True)
        found = running.wait(lambda found: found[host.mac]["present"] is not True)
        assert found[host.mac]["present"] == {"unknown": "not probed"}
        subprocess.run(["ip", "-n", wire.switch, "link", "set", "port1", "up"], check=True)
        running.wait(lambda found: found[host.mac]["present"] is True)
        subprocess.run(["ip", "link", "del", LINK], check=True)
        running.wait(lambda found: found[host.mac]["present"] is not True)
        peer = ["type", "veth", "peer", "name", "port9", "netns", wire.switch]
        subprocess.run(["ip", "link", "add", LINK, "address", SENSOR, *peer], check=True)
        subprocess.run(["ip", "-n", wire.switch, "link", "set", "port9", "master", "switch", "up"], check=True)
        subprocess.run(["ip", "link", "set", LINK, "up"], check=True)
        late = wire.join("10.77.0.5/24")
        with sent_by(
            late, [bytes(Ether(src=late.mac, dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=late.mac, psrc="10.77.0.5"))]
        ):
            running.wait(lambda found: late.mac in found)


def test_what_belongs_to_a_vlan_or_is_of_other_kinds_does_not_reach_the_process(wire: Segment, tmp_path: Path) -> None:
    other = wire.join()
    strange = Ether(src="00:16:3e:00:99:01", dst="ff:ff:ff:ff:ff:ff")
    claim = ARP(hwsrc="00:16:3e:00:99:01", psrc="10.77.0.9")
    batch = [
        strange / Dot1Q(vlan=9) / claim,
        strange / Raw(b"x" * 50),
        strange / IPv6(src="fe80::9", dst="ff02::1", hlim=64) / ICMPv6ND_NA(tgt="fe80::9"),
        Ether(src="00:16:3e:00:99:02", dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc="00:16:3e:00:99:02", psrc="10.77.0.10"),
        Ether(src="00:16:3e:00:99:03", dst="ff:ff:ff:ff:ff:ff")
        / Dot1Q(vlan=0)
        / ARP(hwsrc="00:16:3e:00:99:03", psrc="10.77.0.11"),
    ]
    with service(tmp_path, LISTEN) as running, sent_by(other, [bytes(packet) for packet in batch]):
        found = running.wait(lambda found: {"00:16:3e:00:99:02", "00:16:3e:00:99:03"} <= set(found))
    assert "00:16:3e:00:99:01" not in found


@pytest.mark.slow
def test_a_flood_costs_little_and_ends_nothing(wire: Segment, tmp_path: Path) -> None:
    """Random devices, bent frames and noise as fast as a neighbour can send: bounded in time and memory."""
    real, foe = wire.join("10.77.0.2/24"), wire.join()
    flood = [
        bytes(Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(hwsrc=mac, psrc=f"10.77.{n >> 8 & 255}.{n & 255}"))
        for n in range(20_000)
        for mac in [f"02:00:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}:01"]
    ]
    flood += [frame[:n] for n, frame in enumerate(flood[20:60], start=20)]
    with service(tmp_path, SWEEP) as running:
        running.wait(lambda found: "sweep" in found.get(real.mac, {"seen_by": []})["seen_by"])
        before = running.memory_kib()
        with sent_by(foe, flood):
            time.sleep(2)
            began, cpu = time.monotonic(), running.cpu_s()
            time.sleep(10)
            share = (running.cpu_s() - cpu) / (time.monotonic() - began)
            grown = running.memory_kib() - before
        found = running.wait(lambda found: real.mac in found)
        segment_found = running.file()["devices"]["segments"][0]
    print(f"flood: {share:.1%} of one core, {before} KiB before, {grown} KiB more, {len(found)} devices told")
    assert share < 0.2
    assert grown < 16 * 1024
    assert segment_found["full"]
    assert found[real.mac]["present"] is True
    assert len(found) <= 1024


def test_it_weighs_little(wire: Segment, tmp_path: Path) -> None:
    """As it comes, scapy costs 75 MB; resident on a server that is another argument against installing this."""
    wire.join("10.77.0.2/24")
    with service(tmp_path, SWEEP) as running:
        time.sleep(3)
        memory, cpu = running.memory_kib(), running.cpu_s()
        time.sleep(5)
        idle = (running.cpu_s() - cpu) / 5
    print(f"discovery: {memory} KiB resident, {idle:.2%} of one core at rest")
    assert memory < 56 * 1024
    assert idle < 0.02
