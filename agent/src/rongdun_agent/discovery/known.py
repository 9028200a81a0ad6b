"""One device as it is known so far."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from rongdun_agent.discovery.sighting import Sighting, mac_kind
from rongdun_contract.facts import Maybe
from rongdun_contract.facts.devices import Device, Seen

Address = IPv4Address | IPv6Address


@dataclass(slots=True)
class Known:
    """Times are the segment's own; `addresses` by when they were used last."""

    mac: str
    first: float
    last: float
    gone: bool = False
    addresses: dict[Address, float] = field(default_factory=dict)
    more: bool = False
    seen_by: set[Seen] = field(default_factory=set)
    hostname: str | None = None
    vendor_class: str | None = None
    router: bool = False
    dhcp_server: bool = False

    def hear(self, sighting: Sighting, now: float) -> bool:
        """Take down what it said, but for addresses, for which there may be no room; true when any of it is new."""
        before = self._told()
        self.last, self.gone = now, False
        self.seen_by.add(sighting.how)
        self.hostname = sighting.hostname or self.hostname
        self.vendor_class = sighting.vendor_class or self.vendor_class
        self.router = self.router if sighting.router is None else sighting.router
        self.dhcp_server = self.dhcp_server or sighting.dhcp_server
        return before != self._told()

    def _told(self) -> tuple[object, ...]:
        words = (self.hostname, self.vendor_class)
        return (self.gone, len(self.seen_by), self.router, self.dhcp_server, *words)

    def as_device(self, interface: str, *, present: Maybe[bool], router: bool) -> Device:
        """The fact; addresses in their own order."""
        kind = mac_kind(self.mac)
        return Device(
            interface=interface,
            mac=self.mac,
            mac_kind=kind,
            present=present,
            ipv4=tuple(map(str, sorted(a for a in self.addresses if isinstance(a, IPv4Address)))),
            ipv6=tuple(map(str, sorted(a for a in self.addresses if isinstance(a, IPv6Address)))),
            more_addresses=self.more,
            seen_by=tuple(sorted(self.seen_by)),
            hostname=self.hostname,
            vendor_class=self.vendor_class,
            router=self.router or router or kind == "virtual_router",
            dhcp_server=self.dhcp_server,
        )


def known_from(device: Device, now: float) -> Known:
    """What an earlier run wrote down, without the addresses, as if it were seen now."""
    return Known(
        device.mac,
        first=now,
        last=now,
        gone=device.present is False,
        more=device.more_addresses,
        seen_by=set(device.seen_by),
        hostname=device.hostname,
        vendor_class=device.vendor_class,
        router=device.router,
        dhcp_server=device.dhcp_server,
    )
