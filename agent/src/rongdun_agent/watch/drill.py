"""The drill that this host takes part in: the collector's order within the host's own bounds, and its reference."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rongdun_agent.config import DrillBounds
from rongdun_agent.spool import Watch
from rongdun_agent.state import State
from rongdun_agent.watch.triggers import NOT_WATCHED, TRIGGERS
from rongdun_contract.facts import SECTIONS
from rongdun_contract.wire import DrillOrder

_MOST_NAMES = 256
"""An order may name so many sections as a manifest may have; the rest of it is passed over."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Now:
    """The clocks at one moment: `boot_s` counts on since `boot` began, whatever is done to the wall clock."""

    wall: datetime
    boot: str
    boot_s: float

    @classmethod
    def read(cls) -> "Now":
        """This moment; without the kernel's name of the boot every moment is of a boot of its own."""
        try:
            boot = _BOOT_ID.read_text("ascii").strip()
        except OSError:
            boot = ""
        return cls(datetime.now(UTC), boot, time.clock_gettime(time.CLOCK_BOOTTIME))


@dataclass(frozen=True, slots=True)
class Drill:
    """`until` is when it ends by the wall clock, `ends_s` by the clock of `boot`; `ordered_until` is the order's own.

    `reference` is the root digest of the state that later ones are compared with, None until it is recorded.
    `problems` says what of the order is not done, by section.
    """

    id: str
    first_ordered: datetime
    ordered_until: datetime
    until: datetime
    boot: str
    ends_s: float
    sections: tuple[str, ...]
    period_s: float
    reference: str | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    def left_s(self, now: Now) -> float:
        """Seconds until its end: in the boot in which it was ordered a clock that is set changes nothing."""
        if now.boot and now.boot == self.boot:
            return self.ends_s - now.boot_s
        return (self.until - now.wall).total_seconds()

    @property
    def watch(self) -> Watch | None:
        """What states recorded under it say; None while there is no reference."""
        return None if self.reference is None else Watch(self.id, self.reference)

    def pinned(self, reference: str) -> "Drill":
        """The drill with its reference."""
        return replace(self, reference=reference)


def accept(order: DrillOrder, bounds: DrillBounds, now: Now, held: Drill | None) -> Drill | str:
    """The drill that an order makes here, or why it makes none; of a drill that is under way the reference stays."""
    if not bounds.enabled:
        return "drills are switched off by drill.enabled in the host's settings"
    known = held if held is not None and held.id == order.id else None
    first = known.first_ordered if known else now.wall
    until = min(order.until, first + timedelta(seconds=bounds.longest_s))
    same_end = known is not None and known.ordered_until == order.until and known.until <= until
    ends_s = now.boot_s + (until - now.wall).total_seconds()
    sections, problems = _sections(order, bounds)
    if not sections:
        return "none of the sections that it names can be watched here"
    drill = Drill(
        id=order.id,
        first_ordered=first,
        ordered_until=order.until,
        until=known.until if known and same_end else until,
        boot=known.boot if known and same_end else now.boot,
        ends_s=known.ends_s if known and same_end else ends_s,
        sections=sections,
        period_s=max(bounds.period_min_s, order.period_s),
        reference=known.reference if known else None,
        problems=problems,
    )
    return drill if drill.left_s(now) > 0 else "it is over by this host's clock"


def _sections(order: DrillOrder, bounds: DrillBounds) -> tuple[tuple[str, ...], dict[str, str]]:
    """What is watched, and why the rest is not; an order that names no section means all that answer in seconds."""
    watched, problems = [], {}
    for name in dict.fromkeys(order.sections[:_MOST_NAMES] or TRIGGERS):
        if name not in SECTIONS:
            problems[name] = "this agent does not know the section"
        elif bounds.sections is not None and name not in bounds.sections:
            problems[name] = "drill.sections in the host's settings leaves it out"
        elif name in NOT_WATCHED:
            problems[name] = NOT_WATCHED[name]
        else:
            watched.append(name)
    return tuple(sorted(watched)), problems


def current_drill(state: State, now: Now) -> Drill | None:
    """The drill on disk that still lasts; one that is over is forgotten."""
    drill = load_drill(state)
    if drill is not None and drill.left_s(now) <= 0:
        state.end_drill()
        return None
    return drill


def obey(order: DrillOrder | None, state: State, bounds: DrillBounds, now: Now, held: Drill | None) -> Drill | None:
    """Do what an answer says: begin, change or end a drill; the one that lasts from now on."""
    drill = accept(order, bounds, now, held) if order is not None else None
    if not isinstance(drill, Drill):
        if held is not None:
            state.end_drill()
        state.save_refusal(f"{order.id}: {drill}" if order is not None else None)
        return None
    if drill != held:
        save_drill(state, drill, now)
    return drill


def load_drill(state: State) -> Drill | None:
    """The drill on disk, None without one or where another version wrote it: the next answer orders it again."""
    kept = state.drill()
    if kept is None:
        return None
    try:
        times = {name: datetime.fromisoformat(kept[name]) for name in ("first_ordered", "ordered_until", "until")}
        return Drill(**kept | times | {"sections": tuple(kept["sections"])})
    except (KeyError, TypeError, ValueError):
        return None


def save_drill(state: State, drill: Drill, now: Now) -> None:
    """Keep a drill; its end by the wall clock is said anew, so that the supervisor stops nothing early or late."""
    state.save_drill(_plain(drill), now.wall.timestamp() + max(1.0, drill.left_s(now)))


def _plain(drill: Drill) -> dict[str, Any]:
    times = {name: getattr(drill, name).isoformat() for name in ("first_ordered", "ordered_until", "until")}
    return asdict(drill) | times
