"""The devices of one segment: who was seen, with what, and who has been silent for too long. Bounded in every way.

Time is the segment's own: seconds during which somebody listened there. What happens while nobody listens is nobody's
silence.
"""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address

from rongdun_agent.discovery.known import Address, Known, known_from
from rongdun_agent.discovery.settings import SegmentSettings
from rongdun_agent.discovery.sighting import Sighting
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.devices import MOST_ADDRESSES, Device

CONFIRMED_AFTER_S = 30.0
"""Who is seen again so much later is more than one invented frame."""
FULL_FOR_S = 3600.0
"""So long after the last newcomer without a place the segment is called full, so that the word does not flicker."""
_MOST_ROUTERS = 16
_ADDRESSES_EACH = 4
"""Of one device on average; one alone may have MOST_ADDRESSES of each family."""


class Census:
    """What is known of a segment; `is_swept` says of an address whether this host asks it."""

    def __init__(self, settings: SegmentSettings, is_swept: Callable[[IPv4Address], bool]) -> None:
        self.revision = 0
        """Another number whenever `devices` would tell something else."""
        self._settings, self._is_swept = settings, is_swept
        self._shortest_s = min(settings.silence_s(swept=True), settings.silence_s(swept=False))
        self._confirmed: dict[str, Known] = {}
        self._passing: dict[str, Known] = {}
        """Not confirmed yet, the oldest first: where there is no room they make way for the next."""
        self._routers: dict[IPv4Address, None] = {}
        """Named by DHCP servers, the latest last."""
        self._room = _ADDRESSES_EACH * settings.most_devices
        self._gone: list[str] = []
        """Confirmed, but away, the longest last."""
        self._full_until = 0.0

    def restore(self, devices: tuple[Device, ...], now: float) -> None:
        """Take up what an earlier run knew; everybody gets a whole silence to be seen again."""
        for device in devices[: self._settings.most_devices]:
            self._confirmed[device.mac] = known = known_from(device, now)
            addresses: list[Address] = [*map(IPv4Address, device.ipv4), *map(IPv6Address, device.ipv6)]
            for address in addresses:
                self._claim(known, address, now)

    def note(self, sighting: Sighting, now: float) -> None:
        """Take down what a frame said."""
        known = self._known(sighting, now)
        if known is None:
            return
        self.revision += known.hear(sighting, now)
        for address in (sighting.ipv4, sighting.ipv6):
            if address is not None:
                self._claim(known, address, now)
        for router in sighting.named_routers:
            self.revision += router not in self._routers
            self._routers.pop(router, None)
            self._routers[router] = None
        while len(self._routers) > _MOST_ROUTERS:
            del self._routers[next(iter(self._routers))]

    def settle(self, now: float) -> None:
        """Let go: devices that are silent, those gone for very long, and addresses that others outlived.

        An address is not used any more when its device was heard by another one for long; one that falls silent
        together with its device stays, or the device would not be held to the sweeps that it has answered.
        """
        for known in [*self._all()]:
            if self._is_over(known.last, now, known.addresses):
                self._be_gone(known, now)
            else:
                for address in [a for a, used in known.addresses.items() if self._is_over(used, known.last, (a,))]:
                    self._drop(known, address)
        away = (known for known in self._confirmed.values() if known.gone)
        self._gone = [known.mac for known in sorted(away, key=lambda known: known.last, reverse=True)]

    def is_full(self, now: float) -> bool:
        """Whether somebody found no place lately."""
        return now < self._full_until

    def devices(self, interface: str, now: float, *, listening: bool) -> Iterator[Device]:
        """Everybody by link address; while there is no room only who is confirmed, because the others come and go."""
        shown = self._confirmed.values() if self.is_full(now) else self._all()
        for known in sorted(shown, key=lambda known: known.mac):
            present = not known.gone if listening else Unknown(unknown="not probed")
            router = any(address in self._routers for address in known.addresses)
            yield known.as_device(interface, present=present, router=router)

    def _all(self) -> Iterator[Known]:
        yield from self._confirmed.values()
        yield from self._passing.values()

    def _known(self, sighting: Sighting, now: float) -> Known | None:
        """The device of a sighting, a newcomer where there is room."""
        mac = sighting.mac
        if known := self._confirmed.get(mac):
            return known
        known = self._passing.get(mac)
        if known is None:
            if not self._make_room(now):
                return None
            known = self._passing[mac] = Known(mac, now, now)
            self.revision += 1
        if sighting.how == "sweep" or now - known.first >= CONFIRMED_AFTER_S:
            self._confirmed[mac] = self._passing.pop(mac)
            self.revision += 1
        return known

    def _make_room(self, now: float) -> bool:
        """Whether one more may come: for somebody who is gone, or else for the oldest who is not confirmed."""
        if len(self._confirmed) + len(self._passing) < self._settings.most_devices:
            return True
        self._full_until = now + FULL_FOR_S
        leaving = next(iter(self._passing.values()), None) or self._longest_gone()
        if leaving is not None:
            self._forget(leaving)
        return leaving is not None

    def _longest_gone(self) -> Known | None:
        while self._gone:
            known = self._confirmed.get(self._gone.pop())
            if known is not None and known.gone:  # it may have come back since
                return known
        return None

    def _claim(self, known: Known, address: Address, now: float) -> None:
        """Note that a device used an address, unless it or all of them have too many."""
        if address not in known.addresses:
            same = sum(1 for other in known.addresses if other.version == address.version)
            if same >= MOST_ADDRESSES or self._room <= 0:
                self.revision += not known.more
                known.more = True
                return
            self._room -= 1
            self.revision += 1
        known.addresses[address] = now

    def _drop(self, known: Known, address: Address) -> None:
        del known.addresses[address]
        self._room += 1
        self.revision += 1
        known.more = False  # claimed again, it would be said again

    def _be_gone(self, known: Known, now: float) -> None:
        """Who was never confirmed is forgotten at once, others keep their place and last addresses for long."""
        self.revision += not known.gone
        known.gone = True
        if known.mac in self._passing or now - known.last > self._settings.forget_after_s:
            self._forget(known)

    def _forget(self, known: Known) -> None:
        self._room += len(known.addresses)
        self.revision += 1
        (self._passing if known.mac in self._passing else self._confirmed).pop(known.mac)

    def _is_over(self, last: float, now: float, addresses: Iterable[Address]) -> bool:
        """Whether a silence is too long for who has these addresses: where one is swept, it should have answered."""
        silent_s = now - last
        if silent_s <= self._shortest_s:
            return False
        return silent_s > min(map(self._silence_of, addresses), default=self._settings.silence_s(swept=False))

    def _silence_of(self, address: Address) -> float:
        return self._settings.silence_s(swept=isinstance(address, IPv4Address) and self._is_swept(address))
