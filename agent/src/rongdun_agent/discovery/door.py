"""The only place from which discovery sends: one kind of frame, on one link, within the scope, not too fast."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address

from rongdun_agent.discovery.scope import Scope

_BROADCAST = b"\xff" * 6
_ARP_REQUEST = bytes.fromhex("08060001080006040001")
"""EtherType, then Ethernet, IPv4, their lengths, and the operation (RFC 826)."""
_FRAME, _PADDED = 42, 60


class Shut(Exception):
    """A frame that may not leave was about to; nothing was sent."""


class Door:
    """Sends ARP requests; each frame is taken apart again here, whoever made it, and compared with the scope as is.

    `scope` is replaced as soon as the link is seen to have changed. The socket is bound to the link, so that not even a
    permitted frame can take another.
    """

    def __init__(self, link: socket.socket, rate_per_s: int, monotonic: Callable[[], float]) -> None:
        self.scope = Scope()
        self.open_at = 0.0
        """Before this moment nothing leaves."""
        self._link, self._gap_s, self._monotonic = link, 1 / rate_per_s, monotonic

    def send(self, frame: bytes) -> None:
        """Send one frame; raises `Shut` where it may not leave or comes too soon, OSError where the link is gone."""
        if not permits(self.scope, frame):
            raise Shut("no ARP request within the scope")
        now = self._monotonic()
        if now < self.open_at:
            raise Shut("too soon after the last one")
        self.open_at = now + self._gap_s
        self._link.send(frame)


def permits(scope: Scope, frame: bytes) -> bool:
    """Whether a frame is an ARP request of this host's own, to all, for an address that may be asked."""
    if not _FRAME <= len(frame) <= _PADDED or any(frame[_FRAME:]) or not scope.mac:
        return False
    sender, target = IPv4Address(frame[28:32]), IPv4Address(frame[38:42])
    return (
        frame[0:6] == _BROADCAST
        and frame[6:12] == frame[22:28] == scope.mac
        and frame[12:22] == _ARP_REQUEST
        and not any(frame[32:38])
        and sender == scope.sender_for(target)
    )
