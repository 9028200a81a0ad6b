"""What one frame says about one device."""

import unicodedata
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from rongdun_contract.facts.devices import LONGEST_WORDS, MacKind, Seen

_GROUP, _LOCAL = 0x01, 0x02
_VIRTUAL_ROUTERS = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:05:73:a0:0")
"""VRRP and CARP for IPv4 and IPv6 (RFC 9568), HSRP of both versions and for IPv6."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device that sent a frame, or for which one spoke; only what the frame says is set."""

    mac: str
    how: Seen
    ipv4: IPv4Address | None = None
    ipv6: IPv6Address | None = None
    hostname: str | None = None
    vendor_class: str | None = None
    router: bool | None = None
    """False: it says that it is none any more."""
    dhcp_server: bool = False
    named_routers: tuple[IPv4Address, ...] = ()
    """Addresses that it gives out as the routers' of the segment."""
    answers: IPv4Address | None = None
    """The address of this host that it answered, when it was an ARP reply."""

    def as_swept(self) -> "Sighting":
        """The same, when this host had asked."""
        return replace(self, how="sweep")


def is_device(mac: str) -> bool:
    """Whether a link address can be one device's: no group, not broadcast, not all zeros."""
    return not int(mac[:2], 16) & _GROUP and mac != "00:00:00:00:00:00"


def mac_kind(mac: str) -> MacKind:
    """Where a link address comes from."""
    if mac.startswith(_VIRTUAL_ROUTERS):
        return "virtual_router"
    return "local" if int(mac[:2], 16) & _LOCAL else "assigned"


def one_ipv4(text: str) -> IPv4Address | None:
    """An address that one device can have, or None."""
    address = IPv4Address(text)
    nobody = address.is_multicast or address.is_loopback or address.is_reserved or address in _THIS_NETWORK
    return None if nobody else address


_THIS_NETWORK = frozenset({IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255")})  # noqa: S104 - nobody binds to it


def one_ipv6(text: str) -> IPv6Address | None:
    """An address that one device can have, or None; a zone is no part of it."""
    address = IPv6Address(text)
    return None if address.is_multicast or address.is_loopback or address.is_unspecified else address


def said(words: bytes | str | None) -> str | None:
    """What a device says about itself as bounded text of one line; None when nothing readable is left.

    Control characters, line ends, invisible marks and marks that turn the writing round are dropped: these words are
    shown to people beside the names of other devices.
    """
    if words is None:
        return None
    text = words[: 4 * LONGEST_WORDS]
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    kept = "".join(c for c in text if unicodedata.category(c)[0] in "LMNPS" or c == " ")
    return kept.strip()[:LONGEST_WORDS].strip() or None
