"""A wire with hosts on it: network namespaces joined by a switch that is a namespace too; the caller is one of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.lab.missing import need_program
from tests.lab.namespaces import ip, named_namespace, network_namespace

LINK = "eth0"


@dataclass(frozen=True)
class LabHost:
    """A host on the segment, by the namespace that it lives in; its only link is eth0."""

    namespace: str
    mac: str

    def ip(self, *arguments: str) -> str:
        """Return what iproute2 prints there."""
        return ip("-n", self.namespace, *arguments)

    def argv(self, *command: str) -> list[str]:
        """Return the command line that runs a program there."""
        return ["ip", "netns", "exec", self.namespace, *command]

    def run(self, *command: str, timeout: float = 30) -> str:
        """Run a program there to its end and return what it printed."""
        return subprocess.run(self.argv(*command), capture_output=True, text=True, check=True, timeout=timeout).stdout

    def greet(self, address: str) -> None:
        """Send a datagram that nobody waits for, so that the kernel there has to resolve the address."""
        family = "AF_INET6" if ":" in address else "AF_INET"
        code = f"import socket; socket.socket(socket.{family}, socket.SOCK_DGRAM).sendto(b'x', ({address!r}, 9))"
        self.run(sys.executable, "-c", code)

    @contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Keep a program running there."""
        process = subprocess.Popen(
            self.argv(*command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


@dataclass
class Segment:
    """The wire; `join` puts one more host on it."""

    switch: str
    _stack: ExitStack
    hosts: list[LabHost] = field(default_factory=list)

    def join(self, *addresses: str, mac: str | None = None) -> LabHost:
        """Plug a new host in, with addresses such as 10.77.0.2/24."""
        number = len(self.hosts) + 2
        namespace = self._stack.enter_context(named_namespace())
        host = LabHost(namespace, mac or f"00:16:3e:00:00:{number:02x}")
        self._plug(f"port{number}", host)
        for address in addresses:
            host.ip("addr", "add", address, "dev", LINK)
        host.ip("link", "set", LINK, "up")
        self.hosts.append(host)
        return host

    def _plug(self, port: str, host: LabHost) -> None:
        ip("-n", self.switch, "link", "add", port, "type", "veth", "peer", "name", LINK, "netns", host.namespace)
        ip("-n", self.switch, "link", "set", port, "master", "switch", "up")
        host.ip("link", "set", LINK, "address", host.mac)


@contextmanager
def segment(*addresses: str) -> Iterator[Segment]:
    """Move this thread into a namespace of its own, whose eth0 is on a wire; it is the sensor and has `addresses`."""
    need_program("ip", "iproute2")
    with network_namespace(), ExitStack() as stack:
        switch = stack.enter_context(named_namespace())
        settings = ("net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        subprocess.run(["ip", "netns", "exec", switch, "sysctl", "-qw", *settings], check=True, capture_output=True)
        ip("-n", switch, "link", "add", "switch", "type", "bridge", "mcast_snooping", "0")
        ip("-n", switch, "link", "set", "switch", "up")
        peer = ("type", "veth", "peer", "name", "port1", "netns", switch)
        ip("link", "add", LINK, "address", "00:16:3e:00:00:01", *peer)
        ip("-n", switch, "link", "set", "port1", "master", "switch", "up")
        for address in addresses:
            ip("addr", "add", address, "dev", LINK)
        ip("link", "set", LINK, "up")
        yield Segment(switch, stack)
