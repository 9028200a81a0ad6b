"""What the overview shows: plain values, for a page and for tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rongdun_collector.assessment.fleet import Sum
from rongdun_collector.assessment.overview import HostChange
from rongdun_collector.console.place import Place
from rongdun_collector.store.hosts import HostRow, Presence
from rongdun_contract.controls import Clause
from rongdun_contract.rules.rule import Rule
from rongdun_contract.score import WEIGHTS


@dataclass(frozen=True, slots=True)
class Part:
    """A unit, or a system of the unit that was asked for."""

    id: str | None
    name: str | None
    sum: Sum
    silent: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule and how many reporting hosts fail it; `rule` is None where the rules in force have it no more."""

    id: str
    severity: str
    rule: Rule | None
    failing: int
    newly_failing: int
    newly_passing: int


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause and how many hosts have each result."""

    clause: Clause
    hosts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """Hosts that say they are the same, or copies of one."""

    host: HostRow
    other: HostRow | None
    since: datetime
    reason: str
    active: bool


@dataclass(frozen=True, slots=True)
class OverviewFigures:
    """All that the overview shows of a place."""

    place: Place
    since: datetime
    presence: Mapping[Presence, int]
    total: Sum
    median: float | None
    by_system: bool
    parts: tuple[Part, ...]
    rules: tuple[RuleRow, ...]
    level: int
    levels: Mapping[int, int]
    clauses: tuple[ClauseRow, ...]
    changed: tuple[HostChange, ...]
    enrolled: tuple[tuple[str, str, datetime], ...]
    silent: tuple[HostRow, ...]
    newly_silent: frozenset[str]
    conflicts: tuple[ConflictRow, ...]
    gaps: tuple[tuple[str, str, datetime, int], ...]
    rule_of: Mapping[str, Rule]

    @property
    def failures(self) -> Mapping[str, int]:
        """Findings that fail, by severity."""
        return {severity: self.total.findings[severity, "fail"] for severity in WEIGHTS}

    @property
    def newly_failing(self) -> int:
        """Rules that fail now and did not, over all hosts."""
        return sum(len(one.worse) for one in self.changed)

    @property
    def newly_passing(self) -> int:
        """Rules that failed and do not any more, over all hosts."""
        return sum(len(one.better) for one in self.changed)
