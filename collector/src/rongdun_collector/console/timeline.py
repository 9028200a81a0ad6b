"""A host's history as events: which sections became others, in what, and how its result changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from rongdun_collector.assessment.fleet import verdict_changes
from rongdun_collector.assessment.result_set import ResultSet
from rongdun_collector.console.fact_rows import Difference, differences
from rongdun_collector.store.results import ResultAt
from rongdun_collector.store.states import SectionAt

Kind = Literal["first", "facts", "sources", "unavailable", "gone"]


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section that became another; `before` and `after` are digests of facts, `reason` why it cannot be had."""

    section: str
    kind: Kind
    before: str | None
    after: str | None
    reason: str | None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultChange:
    """A result that became another; rules that fail now and did not, and those that do not any more."""

    now: ResultAt
    before: ResultAt | None
    worse: tuple[str, ...]
    better: tuple[str, ...]


@dataclass(slots=True)
class Event:
    """All that changed at a moment."""

    at: datetime
    sections: list[SectionChange] = field(default_factory=list)
    result: ResultChange | None = None


def timeline(
    intervals: Sequence[tuple[str, SectionAt]], outcomes: Sequence[ResultAt], sets: Mapping[str, ResultSet]
) -> list[Event]:
    """Events, latest first; intervals and outcomes come latest first."""
    events: dict[datetime, Event] = {}
    for at, change in _section_changes(intervals):
        events.setdefault(at, Event(at)).sections.append(change)
    for now, before in zip(outcomes, [*outcomes[1:], None], strict=False):
        worse, better = verdict_changes(sets.get(before.result_set) if before else None, sets.get(now.result_set))
        event = events.setdefault(now.valid_from, Event(now.valid_from))
        event.result = ResultChange(now, before, worse if before else (), better)
    return sorted(events.values(), key=lambda event: event.at, reverse=True)


def with_differences(change: SectionChange, facts: Mapping[str, Any]) -> SectionChange:
    """The change with what is different in it, where both documents are at hand."""
    before, after = facts.get(change.before or ""), facts.get(change.after or "")
    if before is None or after is None:
        return change
    found = tuple(differences(before, after))
    return SectionChange(change.section, change.kind, change.before, change.after, change.reason, found)


def _section_changes(intervals: Iterable[tuple[str, SectionAt]]) -> Iterable[tuple[datetime, SectionChange]]:
    by_section: dict[str, list[SectionAt]] = defaultdict(list)
    for name, interval in intervals:
        by_section[name].append(interval)
    for name in sorted(by_section):
        newest_first = by_section[name]
        for now, before in zip(newest_first, [*newest_first[1:], None], strict=True):
            yield now.valid_from, _change(name, now, before)
        for ended, after in zip(newest_first, [None, *newest_first], strict=False):
            if ended.valid_to is not None and (after is None or after.valid_from > ended.valid_to):
                yield ended.valid_to, SectionChange(name, "gone", ended.facts, None, None)


def _change(name: str, now: SectionAt, before: SectionAt | None) -> SectionChange:
    if now.facts is None:
        kind: Kind = "unavailable"
    elif before is None or before.facts is None or before.valid_to != now.valid_from:
        kind = "first"
    else:
        kind = "sources" if before.facts == now.facts else "facts"
    return SectionChange(name, kind, before.facts if before else None, now.facts, now.unavailable)
