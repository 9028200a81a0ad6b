"""What a timer says with its drop-ins applied."""

from collections.abc import Sequence
from typing import NamedTuple

from rongdun_agent.systemd_units.unit import File

_TIMES = frozenset(("OnCalendar", "OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"))


class TimerSettings(NamedTuple):
    """`times` are its calendar expressions, and `OnBootSec=15min` for those that count from an event."""

    activates: str
    times: tuple[str, ...]


def read_timer(name: str, main: File, drop_ins: Sequence[File]) -> TimerSettings:
    """Resolve a timer; an empty value for any kind of time takes back all of them (systemd.timer(5))."""
    activates, times = f"{name.removesuffix('.timer')}.service", list[str]()
    for file in (main, *drop_ins):
        for one in file.assignments:
            if one.key in _TIMES:
                text = one.value if one.key == "OnCalendar" else f"{one.key}={one.value}"
                times = [*times, text] if one.value else []
            elif one.key == "Unit" and one.section == "Timer" and one.value:
                activates = one.value
    return TimerSettings(activates, tuple(times))
