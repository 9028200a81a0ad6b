"""One segment: its link as it comes and goes, the ear on it, the door, the sweeps and the census."""

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import NamedTuple

from rongdun_agent.discovery.census import Census
from rongdun_agent.discovery.door import Door, Shut
from rongdun_agent.discovery.ear import Ear
from rongdun_agent.discovery.scope import scope_of
from rongdun_agent.discovery.settings import SegmentSettings
from rongdun_agent.discovery.sighting import Sighting
from rongdun_agent.discovery.sweep import ArpRequest, Sweep
from rongdun_agent.kernel_network import Link
from rongdun_contract.facts.devices import MOST_NETWORKS, Device, Segment

_REST_S = 0.5
"""An ear that heard too much is left alone for so long; the kernel drops what its queue does not hold."""
_FAR = 3600.0


class Tools(NamedTuple):
    """What all segments share: scapy's part, the clock, and who hears of a sweep before it begins."""

    sightings: Callable[[bytes], tuple[Sighting, ...]]
    arp_request: ArpRequest
    monotonic: Callable[[], float]
    beginning: Callable[[], None]


class Watch:
    """The segment of one interface; all times are `monotonic`'s, but for the census's own."""

    def __init__(self, settings: SegmentSettings, frames_per_s: int, tools: Tools) -> None:
        self.settings = settings
        self.sweep = Sweep(settings.sweep, tools.arp_request, tools.beginning) if settings.sweep else None
        self.census = Census(settings, self._is_swept)
        self.ear: Ear | None = None
        self.dropped = 0
        self._door: Door | None = None
        self._link: Link | None = None
        self._own: frozenset[str] = frozenset()
        self._sightings, self._monotonic = tools.sightings, tools.monotonic
        self._rate = self._left = float(frames_per_s)
        self._filled_at = self._ticked_at = tools.monotonic()
        self._rest_until = 0.0
        self._heard_s = 0.0

    @property
    def listening(self) -> bool:
        """Whether something could be heard now."""
        return self.ear is not None and self._link is not None and self._link.up and self._link.carrier

    def words(self) -> str:
        """What it does now, for the log."""
        if self._link is None:
            return "there is no such link"
        if not self.listening:
            return "the link is down, or nobody is at its other end"
        if self.settings.sweep is None:
            return "listens"
        networks = scope_of(self._link, self.settings.sweep).networks
        asks = (
            "asks in " + ", ".join(map(str, networks))
            if networks
            else "asks nobody: nothing of the list is on this link"
        )
        return f"listens, and {asks}"

    def attend(self, link: Link | None, own: frozenset[str]) -> None:
        """Take the link as it is now: open or close the ear, and set what may be asked."""
        self._tick()
        if self.ear is not None and (link is None or self._link is None or link.number != self._link.number):
            self.close()
        self._link, self._own = link, own
        if self.ear is None and link is not None:
            self._open(link)
        if self._door is not None:
            self._door.scope = scope_of(link, self.settings.sweep)

    def listen(self) -> None:
        """Note what waits, as far as there is leave to look at it now."""
        now = self._monotonic()
        self._left = min(self._rate, self._left + (now - self._filled_at) * self._rate)
        self._filled_at = now
        self._tick()
        while self.ear is not None and self._left >= 1:
            try:
                frame = self.ear.frame()
            except OSError:  # the link went down, or away; `attend` sees which
                return
            if frame is None:
                return
            self._left -= 1
            for sighting in self._sightings(frame):
                self._note(sighting, now)
        self._rest_until = now + _REST_S

    def awake(self) -> bool:
        """Whether frames are worth waking up for."""
        return self.ear is not None and self._monotonic() >= self._rest_until

    def ask(self) -> float:
        """Ask somebody if it is time; returns when to come again."""
        now = self._monotonic()
        due = self._rest_until if self._rest_until > now else now + _FAR
        if self.sweep is None or self._door is None or not self.listening:
            return due
        try:
            return min(due, self.sweep.step(self._door, now))
        except (OSError, Shut):  # the link is going, or the scope has changed: the next look at the link decides
            return now + 1.0

    def settle(self) -> None:
        """Let the silent go."""
        self._tick()
        self.census.settle(self._heard_s)
        if self.ear is not None:
            self.dropped += self.ear.dropped()

    def restore(self, devices: tuple[Device, ...]) -> None:
        """Take up what an earlier run knew of this segment."""
        self.census.restore(tuple(one for one in devices if one.interface == self.settings.interface), self._heard_s)

    def segment(self) -> Segment:
        """The segment as a fact."""
        link, scope = self._link, scope_of(self._link, self.settings.sweep)
        networks = sorted({str(own.network) for own in link.addresses}) if link else []
        return Segment(
            interface=self.settings.interface,
            listening=self.listening,
            mac=link.mac if link else None,
            networks=tuple(networks[:MOST_NETWORKS]),
            sweeps=tuple(map(str, scope.networks[:MOST_NETWORKS])),
            full=self.census.is_full(self._heard_s),
        )

    def devices(self) -> tuple[Device, ...]:
        """The segment's devices as facts."""
        return tuple(self.census.devices(self.settings.interface, self._heard_s, listening=self.listening))

    def close(self) -> None:
        """Stop listening."""
        if self.ear is not None:
            self.ear.close()
        self.ear = self._door = None

    def _open(self, link: Link) -> None:
        try:
            self.ear = Ear(self.settings.interface, link.number, promiscuous=self.settings.promiscuous)
        except OSError:  # it went away meanwhile
            return
        if self.settings.sweep is not None:
            self._door = Door(self.ear.socket, self.settings.sweep.rate_per_s, self._monotonic)

    def _note(self, sighting: Sighting, now: float) -> None:
        if sighting.mac in self._own:
            return
        if self.sweep is not None and self._door is not None and self.sweep.answered(sighting, self._door, now):
            sighting = sighting.as_swept()
        self.census.note(sighting, self._heard_s)

    def _is_swept(self, address: IPv4Address) -> bool:
        return self._door is not None and self._door.scope.sender_for(address) is not None

    def _tick(self) -> None:
        """The census's time goes on only while somebody listens, to all that comes: in a flood answers are lost."""
        now = self._monotonic()
        if self.listening and now >= self._rest_until:
            self._heard_s += now - self._ticked_at
        self._ticked_at = now
