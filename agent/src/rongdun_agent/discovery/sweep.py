"""Asking through a scope: in order, not too fast, each silent address again, and no sooner than the settings allow."""

from collections.abc import Callable
from ipaddress import IPv4Address

from rongdun_agent.discovery.door import Door
from rongdun_agent.discovery.settings import SweepSettings
from rongdun_agent.discovery.sighting import Sighting

ANSWER_WITHIN_S = 3.0
_LOOK_AGAIN_S = 10.0
"""While the link has nothing that may be asked: no address yet, or another network."""

ArpRequest = Callable[[bytes, IPv4Address, IPv4Address], bytes]


class Sweep:
    """The sweeps of one segment; the first begins at once, and `beginning` hears of each before anything is sent."""

    def __init__(self, settings: SweepSettings, arp_request: ArpRequest, beginning: Callable[[], None]) -> None:
        self.began_at: float | None = None
        """The last one."""
        self._next_at = 0.0
        self._settings, self._arp_request, self._beginning = settings, arp_request, beginning
        self._silent: dict[IPv4Address, int] = {}
        """Who is still to be asked, by how often it may be; the next one first."""
        self._asked: dict[IPv4Address, float] = {}

    def resume(self, began_at: float) -> None:
        """Take up where an earlier run left: its last sweep counts."""
        self.began_at, self._next_at = began_at, began_at + self._settings.every_s

    def step(self, door: Door, now: float) -> float:
        """Do what is due, one frame at most; returns when to come again. OSError: the link has gone."""
        if not self._silent:
            if now < self._next_at:
                return self._next_at
            self._begin(door, now)
        if now >= door.open_at:
            self._ask_next(door, now)
        return door.open_at if self._silent else self._next_at

    def answered(self, sighting: Sighting, door: Door, now: float) -> bool:
        """Whether it answers one of our questions; the address is then not asked again in this sweep."""
        address = sighting.ipv4
        asked = self._asked.get(address) if address is not None else None
        if address is None or asked is None or now - asked > ANSWER_WITHIN_S:
            return False
        if sighting.answers is None or sighting.answers != door.scope.sender_for(address):
            return False
        self._silent.pop(address, None)
        return True

    def _begin(self, door: Door, now: float) -> None:
        self._asked.clear()
        self._silent = dict.fromkeys(door.scope.targets(), self._settings.tries)
        if self._silent:
            self.began_at, self._next_at = now, now + self._settings.every_s
            self._beginning()
        else:
            self._next_at = now + _LOOK_AGAIN_S

    def _ask_next(self, door: Door, now: float) -> None:
        """Ask the one that waits longest; it comes last for its next turn."""
        while self._silent:
            target = next(iter(self._silent))
            tries = self._silent.pop(target)
            sender = door.scope.sender_for(target)
            if sender is None:  # the link has changed since the sweep began
                continue
            door.send(self._arp_request(door.scope.mac, sender, target))
            self._asked[target] = now
            if tries > 1:
                self._silent[target] = tries - 1
            return
