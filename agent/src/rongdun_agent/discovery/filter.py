"""The kernel's part of listening: a classic BPF program that lets through only what discovery reads (bpf(4)).

Everything else never wakes the process: ARP, IPv6 neighbour discovery, DHCP and DHCPv6, untagged, from others.
"""

import ctypes
import socket
import struct
from collections.abc import Iterator

ALL, NONE = 1600, 0
"""How much of a frame is taken."""

_SO_ATTACH_FILTER, _SO_LOCK_FILTER = 26, 44
_BYTE, _HALF, _WORD, _HALF_AT_X, _IP_HEADER = 0x30, 0x28, 0x20, 0x48, 0xB1
_EQUAL, _AT_LEAST, _ABOVE, _ANY_BIT, _RETURN = 0x15, 0x35, 0x25, 0x45, 0x06
_ANCILLARY = 0xFFFFF000
_PACKET_TYPE, _VLAN_TAG, _VLAN_PRESENT = _ANCILLARY + 4, _ANCILLARY + 44, _ANCILLARY + 48
_OUTGOING = 4

_Line = tuple[str, int, int, str, str]
"""Label, code, operand, where to go when it holds, and when not; "" is the next line."""

_PROGRAM: tuple[_Line, ...] = (
    ("", _BYTE, _PACKET_TYPE, "", ""),
    ("", _EQUAL, _OUTGOING, "none", ""),  # what this host sends
    ("", _BYTE, _VLAN_PRESENT, "", ""),
    ("", _EQUAL, 0, "untagged", ""),
    ("", _HALF, _VLAN_TAG, "", ""),
    ("", _ANY_BIT, 0x0FFF, "none", ""),  # what belongs to a VLAN, which is another segment
    ("untagged", _HALF, 12, "", ""),
    ("", _EQUAL, 0x0806, "all", ""),
    ("", _EQUAL, 0x0800, "ipv4", ""),
    ("", _EQUAL, 0x86DD, "ipv6", "none"),
    ("ipv4", _BYTE, 23, "", ""),
    ("", _EQUAL, 17, "", "none"),
    ("", _HALF, 20, "", ""),
    ("", _ANY_BIT, 0x1FFF, "none", ""),  # a fragment that is not the first has no ports
    ("", _IP_HEADER, 14, "", ""),
    ("", _HALF_AT_X, 14, "", ""),
    ("", _EQUAL, 67, "all", ""),
    ("", _EQUAL, 68, "all", ""),
    ("", _HALF_AT_X, 16, "", ""),
    ("", _EQUAL, 67, "all", ""),
    ("", _EQUAL, 68, "all", "none"),
    ("ipv6", _BYTE, 20, "", ""),
    ("", _EQUAL, 58, "", "datagram"),
    ("", _BYTE, 54, "", ""),
    ("", _AT_LEAST, 133, "", "none"),  # router and neighbour, solicitation and advertisement
    ("", _ABOVE, 136, "none", "all"),
    ("datagram", _EQUAL, 17, "", "none"),
    ("", _HALF, 54, "", ""),
    ("", _EQUAL, 546, "all", ""),
    ("", _EQUAL, 547, "all", ""),
    ("", _HALF, 56, "", ""),
    ("", _EQUAL, 546, "all", ""),
    ("", _EQUAL, 547, "all", "none"),
    ("all", _RETURN, ALL, "", ""),
    ("none", _RETURN, NONE, "", ""),
)


def attach(listening: socket.socket) -> None:
    """Put the program on a socket, for good; to be called before it is bound, or stray frames are in its queue."""
    code = b"".join(_instructions())
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(_PROGRAM), ctypes.addressof(buffer))
    listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    listening.setsockopt(socket.SOL_SOCKET, _SO_LOCK_FILTER, 1)


def _instructions() -> Iterator[bytes]:
    places = {label: at for at, (label, *_) in enumerate(_PROGRAM) if label}
    for at, (_, code, operand, if_so, if_not) in enumerate(_PROGRAM):
        jumps = (places[label] - at - 1 if label else 0 for label in (if_so, if_not))
        yield struct.pack("=HBBI", code, *jumps, operand)
