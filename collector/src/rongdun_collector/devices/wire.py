"""What is on the wire without an agent, and which agents' hosts left it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rongdun_collector.devices.sightings import WirePresence
from rongdun_collector.store.hosts import HostRow


@dataclass(frozen=True, slots=True)
class Segment:
    """What an interface of a host is plugged into. `listening`: host and discovery service are at work there."""

    host: str
    hostname: str
    unit: str | None
    interface: str
    networks: tuple[str, ...]
    sweeps: tuple[str, ...]
    listening: bool
    full: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A link address, wherever it was seen. `hosts` have it, by what their agents say; none: it has no agent.

    `borrows`: hosts whose network address it uses on a segment where they are, under a link address that is not theirs.
    """

    mac: str
    mac_kind: str
    presence: WirePresence
    first_at: datetime
    since: datetime
    present_at: datetime | None
    segments: tuple[Segment, ...]
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    hostname: str | None
    vendor_class: str | None
    router: bool
    dhcp_server: bool
    hosts: tuple[HostRow, ...]
    borrows: tuple[HostRow, ...]

    def matches(self, agent: Literal["with", "without"] | None, presence: WirePresence | None) -> bool:
        """Whether it has an agent, or has none, and its presence is this; what is None does not matter."""
        return agent in (None, "with" if self.hosts else "without") and presence in (None, self.presence)


@dataclass(frozen=True, slots=True)
class HostOnWire:
    """A host with an agent that was seen on a watched segment: its presence there, and when it was there last."""

    host: HostRow
    presence: WirePresence
    since: datetime
    present_at: datetime | None
    macs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """Everything that is known of the watched segments; devices by link address, hosts by name."""

    segments: tuple[Segment, ...]
    devices: tuple[Device, ...]
    hosts: tuple[HostOnWire, ...]

    @property
    def without_agent(self) -> tuple[Device, ...]:
        """Devices that are there and that no agent speaks for."""
        return tuple(device for device in self.devices if device.presence == "present" and not device.hosts)

    @property
    def left(self) -> tuple[HostOnWire, ...]:
        """Hosts with an agent that left the wire, whether their agents still report by another way or not."""
        return tuple(one for one in self.hosts if one.presence == "gone")

    @property
    def mute(self) -> tuple[HostOnWire, ...]:
        """Hosts that are on the wire while their agents are silent: the agent is dead or cut off, not the host."""
        return tuple(one for one in self.hosts if one.presence == "present" and one.host.presence == "silent")
