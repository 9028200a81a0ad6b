"""What is on the wire: devices that the discovery service has seen on the segments it is set to watch.

Nothing here ticks: presence changes only after a long silence, and no moment of a sighting is a fact. A segment is what
one interface of this host is plugged into, and is named after the interface.
"""

from typing import Annotated, Literal

from pydantic import Field

from rongdun_contract.facts.model import FactModel, Maybe

MOST_SEGMENTS = 64
MOST_DEVICES = 8192
"""Of all segments together; what does not fit is said by `Segment.full`."""
MOST_ADDRESSES = 64
"""Of one family on one device; what does not fit is said by `Device.more_addresses`."""
MOST_NETWORKS = 128
LONGEST_WORDS = 128
"""Of what a device says about itself, in characters."""

InterfaceName = Annotated[str, Field(min_length=1, max_length=15)]
Mac = Annotated[str, Field(pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")]
IPv4 = Annotated[str, Field(pattern=r"^(\d{1,3}\.){3}\d{1,3}$", max_length=15)]
IPv6 = Annotated[str, Field(pattern=r"^[0-9a-f:.]+$", max_length=45)]
NetworkText = Annotated[str, Field(pattern=r"^[0-9a-f:.]+/\d{1,3}$", max_length=49)]
SaidByDevice = Annotated[str, Field(min_length=1, max_length=LONGEST_WORDS)]

Seen = Literal["arp", "dhcp", "dhcpv6", "nd", "sweep"]
"""By which kind of packet; `sweep`: it answered when this host asked."""
MacKind = Literal["assigned", "local", "virtual_router"]
"""`assigned`: from a maker's range; `local`: chosen by software, as phones (at random) and hypervisors do;
`virtual_router`: shared by the routers of a VRRP, CARP or HSRP group."""


class Segment(FactModel):
    """One watched interface; `networks` are those that its own addresses say are on the link."""

    interface: InterfaceName
    listening: bool
    """False: the interface is away, down or without a carrier, so presence there cannot be told."""
    mac: Mac | None = None
    """This host's own; it is not among the devices."""
    networks: Annotated[tuple[NetworkText, ...], Field(max_length=MOST_NETWORKS)] = ()
    sweeps: Annotated[tuple[NetworkText, ...], Field(max_length=MOST_NETWORKS)] = ()
    """Networks that this host asks through by ARP: what is allowed, and on this link. Empty: it only listens."""
    full: bool = False
    """There were more devices than are kept: somebody may be inventing addresses, and some devices may be missing."""


class Device(FactModel):
    """A link address on a segment, and what it was seen to be."""

    interface: InterfaceName
    mac: Mac
    mac_kind: MacKind
    present: Maybe[bool]
    """False: silent for longer than the segment's bound. Unknown while nobody listens there."""
    ipv4: Annotated[tuple[IPv4, ...], Field(max_length=MOST_ADDRESSES)] = ()
    """Addresses that it used of late, sorted; the same one under two devices is a conflict, or just moved."""
    ipv6: Annotated[tuple[IPv6, ...], Field(max_length=MOST_ADDRESSES)] = ()
    more_addresses: bool = False
    """It used more than are kept, as a proxy does, or a liar."""
    seen_by: tuple[Seen, ...] = ()
    """Sorted, all that ever applied."""
    hostname: SaidByDevice | None = None
    """As it named itself to DHCP: its own word, cleaned, never proof."""
    vendor_class: SaidByDevice | None = None
    """The software that it named to DHCP, likewise."""
    router: bool = False
    """It advertised itself to IPv6, holds the address that DHCP gave out as the router's, or is a virtual router."""
    dhcp_server: bool = False
    """It answered DHCP requests, whether it should or not."""


class Devices(FactModel):
    """Empty where no segment is watched; segments and devices are sorted by interface and link address.

    `listener` is absent where the service never ran, and `silent` when it has not written for longer than it promised:
    what it found last stays, but no presence is told.
    """

    listener: Maybe[Literal["running", "silent"] | None] = None
    segments: Annotated[tuple[Segment, ...], Field(max_length=MOST_SEGMENTS)] = ()
    devices: Annotated[tuple[Device, ...], Field(max_length=MOST_DEVICES)] = ()
