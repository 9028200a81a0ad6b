"""A raw socket on one Ethernet link: the kernel filters, the queue is bounded, and frames come one by one."""

import socket
import struct

from rongdun_agent.discovery import filter as kernel_filter
from rongdun_agent.errors import AgentError

_ALL_PROTOCOLS = 3
_ETHERNET = 1
_SOL_PACKET, _ADD_MEMBERSHIP, _STATISTICS = 263, 1, 6
_ALL_MULTICAST, _PROMISCUOUS = 2, 1
_QUEUE_BYTES = 2**20
_FRAME = 2048


class Ear:
    """An open socket; raises OSError where the link is not there, AgentError where it will never do."""

    def __init__(self, interface: str, number: int, *, promiscuous: bool) -> None:
        try:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        except PermissionError as error:
            remedy = "run it as root, or give it the capability CAP_NET_RAW"
            raise AgentError(f"segment {interface}", "a raw socket may not be opened", remedy) from error
        try:
            self._open(interface, number, promiscuous=promiscuous)
        except BaseException:
            self.socket.close()
            raise

    def _open(self, interface: str, number: int, *, promiscuous: bool) -> None:
        """Neighbour solicitations go to multicast addresses that this host never joined, hence all of multicast."""
        kernel_filter.attach(self.socket)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _QUEUE_BYTES)
        self.socket.bind((interface, _ALL_PROTOCOLS))
        if self.socket.getsockname()[3] != _ETHERNET:
            raise AgentError(f"segment {interface}", "is no Ethernet link", "name one, or remove the segment")
        for kind in (_ALL_MULTICAST, *([_PROMISCUOUS] if promiscuous else [])):
            membership = struct.pack("=iHH8s", number, kind, 0, b"")
            self.socket.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, membership)

    def frame(self) -> bytes | None:
        """The next frame that waits, or None; raises OSError when the link has gone."""
        try:
            return self.socket.recv(_FRAME)
        except BlockingIOError:
            return None

    def dropped(self) -> int:
        """Frames that the kernel dropped since the last call because nobody took them in time."""
        statistics = self.socket.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        return int(struct.unpack("=II", statistics)[1])

    def close(self) -> None:
        """Stop listening."""
        self.socket.close()
