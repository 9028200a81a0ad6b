"""The loop of a watcher: wait, read again what moved, record it, have it delivered; an unchanged host checks in."""

import os
import select
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rongdun_agent.config import Config
from rongdun_agent.host import Host
from rongdun_agent.spool import Spool
from rongdun_agent.state import State
from rongdun_agent.watch.courier import Courier, Delivery
from rongdun_agent.watch.directories import Directories
from rongdun_agent.watch.drill import Drill, Now, accept, save_drill
from rongdun_agent.watch.health import health
from rongdun_agent.watch.looking import Looking
from rongdun_agent.watch.memory import Memory
from rongdun_agent.watch.report import Journal, Report, stamp
from rongdun_agent.watch.section import SETTLE_S
from rongdun_contract.wire import Health

Outcome = Literal["ended", "renewed", "no state", "orphaned", "broken"]
"""`ended`: the drill is over and forgotten. `renewed`: there is another one, or it watches something else: start anew.
`no state`: a cycle has to record one first. `orphaned`: who started us is gone. `broken`: delivery ended by a bug."""
_LONGEST_SETTLE_S = 1.0
_IDLE_S = 5.0


@dataclass(slots=True)
class _Turn:
    """What is due when."""

    beat_at: float
    events_at: float = 0.0
    settle_s: float = SETTLE_S
    last_beat: float = float("-inf")


class Watcher:
    """Watches for one drill until it ends; whoever runs it holds the lock of delivery."""

    def __init__(self, host: Host, state: State, config: Config, drill: Drill, journal: Journal) -> None:
        """Nothing happens yet."""
        self._state, self._config, self._drill, self._journal = state, config, drill, journal
        self._report = Report(since=stamp(datetime.now(UTC)), pid=os.getpid())
        self._looking = Looking(host, drill.sections, time.monotonic())
        self._outcome: Outcome | None = None
        self._stays_until = time.monotonic() + config.interval_min_s
        self._parent = os.getppid()
        self._memory = Memory()
        self._told_until = 0.0

    def run(self) -> Outcome:
        """Watch; what is on disk when it returns is delivered by the next cycle."""
        with (
            closing(Spool(self._state.spool_path, self._config.spool_bytes)) as spool,
            Directories(self._config.drill.directories, self._looking.cares) as directories,
        ):
            courier = Courier(self._state, self._config.spool_bytes, self._health)
            if not self._begin(spool, directories, courier):
                return "no state"
            turn = _Turn(beat_at=time.monotonic() + self._drill.period_s)
            while self._outcome is None:
                self._wait(turn, directories, courier)
                self._go_round(turn, spool, directories, courier)
            return self._outcome

    def _begin(self, spool: Spool, directories: Directories, courier: Courier) -> bool:
        """The state at the beginning, whatever happened since the one on disk."""
        at = datetime.now(UTC)
        parts = self._looking.read(self._drill.sections)
        entry = spool.amend(parts, at, self._drill.watch)
        if entry is None:
            return False
        self._follow(directories)
        names = ", ".join(self._drill.sections)
        self._journal.say(f"drill {self._drill.id}: {names} in {len(directories)} directories, state {entry.sequence}")
        for name, why in {**self._drill.problems, **directories.unwatched}.items():
            self._journal.say(f"{name}: {why}")
        self._say_until()
        courier.go()
        return True

    def _wait(self, turn: _Turn, directories: Directories, courier: Courier) -> None:
        """Until something is due or comes; what moves is not looked at before the last has settled."""
        now = time.monotonic()
        left = self._drill.left_s(Now.read())
        wake = min(now + _IDLE_S, now + left, self._looking.due_at(self._drill.period_s))
        if self._looking.is_clean(turn.last_beat):
            wake = min(wake, turn.beat_at)
        poll = select.poll()
        poll.register(courier.fd, select.POLLIN)
        if directories.fd is not None and now >= turn.events_at:
            poll.register(directories.fd, select.POLLIN)
        elif directories.fd is not None:
            wake = min(wake, turn.events_at)
        poll.poll(max(0.0, wake - now) * 1000)

    def _go_round(self, turn: _Turn, spool: Spool, directories: Directories, courier: Courier) -> None:
        now = time.monotonic()
        if os.getppid() != self._parent:
            self._outcome = "orphaned"
        elif not courier.is_alive:
            self._outcome = "broken"
        elif self._drill.left_s(Now.read()) <= 0:
            self._end("its time is over")
        for delivery in courier.returns():
            self._take(delivery, spool)
        if self._outcome is not None:
            return
        if now >= turn.events_at:
            self._take_events(turn, directories, now)
        self._looking.poll(now)
        if due := self._looking.due(now, self._drill.period_s):
            self._read(due, spool, directories, courier)
        if now >= turn.beat_at and self._looking.is_clean(turn.last_beat):
            self._look_once_more(turn, directories)
            if self._looking.is_clean(turn.last_beat):
                self._beat(turn, spool, courier)

    def _take_events(self, turn: _Turn, directories: Directories, now: float) -> None:
        """Where only what nobody cares for happens, it is looked at less often."""
        moved = directories.take(now)
        for name, why in moved.sections.items():
            self._looking.move(name, now, why)
        wakes_at = directories.wakes_at()
        if moved.replan or (wakes_at is not None and now >= wakes_at):
            self._follow(directories)
        if moved.events:
            turn.settle_s = SETTLE_S if moved.sections else min(_LONGEST_SETTLE_S, turn.settle_s * 1.3)
            turn.events_at = now + turn.settle_s

    def _read(self, names: Iterable[str], spool: Spool, directories: Directories, courier: Courier) -> None:
        """Read sections; a change is a state, recorded and delivered at once."""
        began, at = time.monotonic(), datetime.now(UTC)
        moved = {name: why for name in names if (why := self._looking.why(name))}
        parts = self._looking.read(names)
        self._report.readings += 1
        entry = spool.amend(parts, at, self._drill.watch) if parts else None
        if parts:
            self._report.states += 1
            courier.go()
        if parts or moved:
            told = moved or dict.fromkeys(parts, "looked at anyway")
            sequence = entry.sequence if entry else None
            self._journal.has_read(sorted({*moved, *parts}), told.values(), time.monotonic() - began, sequence)
        if self._looking.places_changed:
            self._follow(directories)
        self._memory.give_back()

    def _look_once_more(self, turn: _Turn, directories: Directories) -> None:
        """Before it is said that nothing moved: what waits in the queue, and whether it would have been told."""
        now = time.monotonic()
        self._take_events(turn, directories, now)
        if directories.is_replaced(self._looking.host()) or self._looking.plan_is_old(now):
            self._follow(directories)

    def _beat(self, turn: _Turn, spool: Spool, courier: Courier) -> None:
        """Nothing moved for a period: say so."""
        now = time.monotonic()
        turn.last_beat, turn.beat_at = now, now + self._drill.period_s
        spool.amend({}, datetime.now(UTC), self._drill.watch)
        courier.go(self._looking.volatile())
        self._say_until()
        self._save_report(spool)

    def _follow(self, directories: Directories) -> None:
        """Watch what has to be watched now; a section whose directory was not watched before is read again."""
        now = time.monotonic()
        for name in directories.follow(self._looking.host(), self._looking.plan(now), now):
            self._looking.move(name, now, "its directories are watched from now on")
        self._looking.set_untold(directories.unwatched)
        self._report.directories, self._report.untold = len(directories), dict(directories.unwatched)

    def _take(self, delivery: Delivery, spool: Spool) -> None:
        """What came back from the collector."""
        if delivery.problem != self._report.problem:
            self._journal.say(delivery.problem or "the collector answers again")
            self._report.problem = delivery.problem
            self._save_report(spool)
        self._report.delivered += delivery.delivered
        if delivery.answer is None:
            return
        self._report.last_delivery = stamp(datetime.now(UTC))
        self._report.interval_s = delivery.answer.interval_s or self._report.interval_s
        if delivery.delivered and self._looking.has_news():
            self._journal.say(f"{delivery.delivered} states delivered in {delivery.seconds * 1000:.0f} ms")
        order = delivery.answer.drill
        if order is None:
            self._end("the collector orders none any more")
            return
        now = Now.read()
        drill = accept(order, self._config.drill, now, self._drill)
        if isinstance(drill, str):
            self._state.save_refusal(f"{order.id}: {drill}")
            self._end(drill)
        elif drill != self._drill:
            self._change_to(drill, now)

    def _change_to(self, drill: Drill, now: Now) -> None:
        """Another end, or another rate, holds at once; for more we begin anew, which costs a reading of everything.

        That is done no more often than the collector may ask for cycles; what it orders by then counts.
        """
        is_another = (drill.id, drill.sections) != (self._drill.id, self._drill.sections)
        if is_another and time.monotonic() < self._stays_until:
            return
        save_drill(self._state, drill, now)
        if is_another:
            self._journal.say(f"drill {drill.id} is ordered now")
            self._outcome = "renewed"
        self._drill, self._told_until = drill, 0.0

    def _end(self, why: str) -> None:
        self._journal.say(f"drill {self._drill.id} ends: {why}")
        self._state.end_drill()
        self._outcome = "ended"

    def _say_until(self) -> None:
        """Keep what the supervisor reads true when the clock was set."""
        now = Now.read()
        until = now.wall.timestamp() + self._drill.left_s(now)
        if abs(until - self._told_until) > 1:
            save_drill(self._state, self._drill, now)
            self._told_until = until

    def _save_report(self, spool: Spool) -> None:
        self._report.pending = spool.count()
        self._report.errors = self._looking.errors()
        self._state.save_watch_report(self._report.as_plain())

    def _health(self, spool: Spool) -> Health:
        return health(spool, self._state.last_cycle(), self._looking.statuses(), self._drill.problems)
