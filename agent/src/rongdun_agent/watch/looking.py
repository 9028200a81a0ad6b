"""The watched sections together: which have to be read, reading them, and what of the host they depend on."""

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from rongdun_agent.host import Host
from rongdun_agent.survey import survey
from rongdun_agent.watch.pace import Pace
from rongdun_agent.watch.places import Plan, files_of, plan
from rongdun_agent.watch.section import EVENT_SHARE, SAFETY_SHARE, Watched
from rongdun_agent.watch.triggers import TRIGGERS
from rongdun_agent.watch.watched_table import WatchedTable
from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.facts import SECTIONS
from rongdun_contract.wire import Missing, Volatile, VolatileSection

_PLAN_S = 120.0
"""Directories are looked for anew this often, although nothing said that there are others."""


class Looking:
    """What is known of each section, and when to look next; times are of a clock that nobody sets."""

    def __init__(self, host: Host, names: Collection[str], now: float) -> None:
        """All have to be read."""
        self._host = host
        share = 1 / max(1, len(names))
        self._watched = {name: Watched(name, Pace(EVENT_SHARE * share, now), SAFETY_SHARE * share) for name in names}
        self._tables = [WatchedTable(poll, name) for name in names if name in TRIGGERS for poll in TRIGGERS[name].polls]
        self._volatile: dict[str, VolatileSection | Missing] = {}
        self._planned_at = now
        self.places_changed = False
        self._news = False

    def host(self) -> Host:
        """The host as it is now."""
        return self._host.afresh()

    def cares(self, section: str, path: str) -> bool:
        """Whether an entry of a crowded directory matters to a section."""
        cares = TRIGGERS[section].cares if section in TRIGGERS else None
        return cares is None or cares(self._host, path, self._watched[section].facts)

    def move(self, section: str, now: float, why: str) -> None:
        """Something happened that a section may depend on."""
        if section in self._watched:
            self._watched[section].move(now, why)

    def why(self, section: str) -> str:
        """What happened to it since it was read; empty when nothing did."""
        return self._watched[section].why

    def poll(self, now: float) -> None:
        """Look at the kernel's tables that are due."""
        due = [table for table in self._tables if now >= table.due_at]
        host = self.host() if due else self._host
        for table in due:
            if table.has_moved(host, now):
                self.move(table.section, now, "the kernel's table")

    def due(self, now: float, period_s: float) -> tuple[str, ...]:
        """Sections to be read now, the cheapest first."""
        found = [each for each in self._all() if each.due_at(period_s) <= now]
        return tuple(each.name for each in sorted(found, key=lambda each: each.pace.usual_s))

    def due_at(self, period_s: float) -> float:
        """When the next section is to be read or the next table to be looked at."""
        sections = (each.due_at(period_s) for each in self._all())
        return min((*sections, *(table.due_at for table in self._tables)), default=float("inf"))

    def is_clean(self, last_beat: float) -> bool:
        """Whether all that is watched was looked at since then, and nothing moved that was not read.

        A reading that found another state is no look that confirms it.
        """

        def since(each: Watched) -> float:
            return last_beat if SECTIONS[each.name].volatile else max(last_beat, each.changed_at)

        told = all(each.moved_at is None and (_is_told(each) or each.read_at > since(each)) for each in self._all())
        return told and all(table.looked_at > since(self._watched[table.section]) for table in self._tables)

    def read(self, names: Iterable[str]) -> Survey:
        """Read sections; those of the manifest that are another state than before."""
        host, changed = self.host(), dict[str, Section | Unavailable]()
        for name in names:
            each, began = self._watched[name], time.thread_time()
            found, _ = survey(host, sections=(name,))
            part = found[name]
            if each.has_read(part, time.thread_time() - began, time.monotonic()):
                self._note(each, part)
                if SECTIONS[name].volatile:
                    self._volatile[name] = _volatile(part)
                else:
                    changed[name] = part
        self._news |= bool(changed)
        return changed

    def volatile(self) -> Volatile | None:
        """What changed of the volatile sections since the last call."""
        changed, self._volatile = self._volatile, {}
        return Volatile(schema_number=1, taken_at=datetime.now(UTC), sections=changed) if changed else None

    def has_news(self) -> bool:
        """Whether a state changed since the last call."""
        news, self._news = self._news, False
        return news

    def plan(self, now: float) -> Plan:
        """The directories that matter now."""
        self._planned_at, self.places_changed = now, False
        return plan(self.host(), {each.name: each.files for each in self._all()})

    def plan_is_old(self, now: float) -> bool:
        """Whether it is time to look for directories that nothing told us about."""
        return now >= self._planned_at + _PLAN_S

    def set_untold(self, unwatched: Mapping[str, str]) -> None:
        """Which sections have to be read without being told, and why."""
        for each in self._all():
            each.untold = unwatched.get(each.name)

    def errors(self) -> dict[str, str]:
        """Sections that could not be read last time."""
        return {each.name: each.error for each in self._all() if each.error}

    def statuses(self) -> dict[str, tuple[float, str | None]]:
        """Usual seconds and last error of each section."""
        return {each.name: (each.pace.usual_s, each.error) for each in self._all()}

    def _all(self) -> Collection[Watched]:
        return self._watched.values()

    def _note(self, each: Watched, part: Section | Unavailable) -> None:
        trigger = TRIGGERS.get(each.name)
        if not isinstance(part, Section) or trigger is None:
            return
        files = files_of(part.sources)
        self.places_changed |= trigger.depends_on_host or files != each.files
        each.files = files
        if trigger.cares is not None:
            each.facts = part.facts


def _is_told(each: Watched) -> bool:
    return each.untold is None and each.name in TRIGGERS


def _volatile(part: Section | Unavailable) -> VolatileSection | Missing:
    if isinstance(part, Unavailable):
        return Missing(unavailable=part.reason)
    return VolatileSection(
        schema_number=part.schema,
        taken_at=part.taken_at or datetime.now(UTC),
        facts=dict(part.facts),
        sources=dict(part.sources),
    )
