"""Reads and sums up what the overview shows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rongdun_collector.assessment.fleet import Sum, clause_hosts, failing_hosts, median_score, sum_by
from rongdun_collector.assessment.overview import Changes, HostChange
from rongdun_collector.assessment.result_set import ResultSet
from rongdun_collector.console.overview_figures import ClauseRow, ConflictRow, OverviewFigures, Part, RuleRow
from rongdun_collector.console.place import Asked, Place, find_place
from rongdun_collector.services import Services
from rongdun_collector.store import fleet, hosts, register
from rongdun_collector.store.fleet import Group
from rongdun_collector.store.hosts import HostRow, Page
from rongdun_contract.controls import Clause
from rongdun_contract.rules.rule import Rule
from rongdun_contract.score import WEIGHTS

GAPS_WITHIN = timedelta(days=7)
SILENT_ROWS = 100_000


def read_overview(services: Services, asked: Asked, since: datetime) -> OverviewFigures:
    """Read and sum up; what changed is told from `since`."""
    heard_since = services.heard_since
    with services.store.read() as connection:
        place = find_place(connection, asked)
        every, sets = services.overview.groups(connection, heard_since)
        groups = [group for group in every if place.has(group)]
        here = None if place.everything else hosts.ids_of(connection, place.wanted, heard_since)
        changes = _here(services.overview.changes(connection, since, services.now(), services.silent_after), here)
        silent_wanted = hosts.HostFilter(asked.unit, asked.system, asked.level, "silent")
        _total, silent = hosts.list_hosts(connection, silent_wanted, heard_since, Page(SILENT_ROWS, 0, "seen"))
        presence = hosts.count_presence(connection, place.wanted, heard_since)
        conflicts = _conflicts(connection, heard_since, here)
        gaps = fleet.gaps_since(connection, services.now() - GAPS_WITHIN)
        parts = _parts(connection, place, groups, sets, silent)
    levels = _levels(groups)
    level = asked.level or max(levels, key=lambda one: (levels[one], one), default=3)
    # A first result is no change: what such a host fails is told by its page and by the figures.
    changed = tuple(one for one in changes.results if one.score_before is not None or one.better)
    return OverviewFigures(
        place=place,
        since=since,
        presence=presence,
        total=sum_by(groups, sets, lambda _group: None).get(None, Sum()),
        median=median_score(groups, sets),
        by_system=place.unit is not None,
        parts=parts,
        rules=_rules(services.ruleset.by_id, failing_hosts(groups, sets), changed),
        level=level,
        levels=levels,
        clauses=_clauses(services.ruleset.framework.clauses, clause_hosts(groups, sets), level),
        changed=changed,
        enrolled=changes.enrolled,
        silent=tuple(silent),
        newly_silent=frozenset(host for host, _name, _at in changes.silent),
        conflicts=conflicts,
        gaps=tuple(gap for gap in gaps if here is None or gap[0] in here),
        rule_of=services.ruleset.by_id,
    )


def _here(changes: Changes, here: frozenset[str] | None) -> Changes:
    if here is None:
        return changes
    return Changes(
        changes.since,
        tuple(one for one in changes.results if one.host in here),
        tuple(one for one in changes.enrolled if one[0] in here),
        tuple(one for one in changes.silent if one[0] in here),
    )


def _parts(
    connection: Connection,
    place: Place,
    groups: list[Group],
    sets: Mapping[str, ResultSet],
    silent: Iterable[HostRow],
) -> tuple[Part, ...]:
    """Worst first; those of which no host reports come last."""
    if place.unit is None:
        sums = sum_by(groups, sets, lambda group: group.unit)
        quiet = Counter(host.unit for host in silent)
        names = {unit.id: unit.name for unit in place.units}
    else:
        sums = sum_by(groups, sets, lambda group: group.system)
        quiet = Counter(host.system for host in silent)
        names = {system.id: system.name for system in register.list_systems(connection)}
    found = [
        Part(key, names.get(key or ""), sums.get(key, Sum()), quiet[key])
        for key in sorted(sums.keys() | quiet.keys(), key=lambda key: key or "")
    ]
    return tuple(sorted(found, key=lambda part: (part.sum.score is None, part.sum.score or 0)))


def _rules(
    known: Mapping[str, Rule], failing: Counter[tuple[str, str]], changed: Iterable[HostChange]
) -> tuple[RuleRow, ...]:
    """By the weight of what fails: severity times hosts."""
    worse: Counter[str] = Counter()
    better: Counter[str] = Counter()
    for one in changed:
        worse.update(one.worse)
        better.update(one.better)
    counted = failing + Counter({(name, known[name].severity): 0 for name in better if name in known})
    rows = [
        RuleRow(name, severity, known.get(name), count, worse[name], better[name])
        for (name, severity), count in counted.items()
    ]
    weights: Mapping[str, int] = {str(severity): weight for severity, weight in WEIGHTS.items()}
    return tuple(sorted(rows, key=lambda row: (-weights.get(row.severity, 0) * row.failing, row.id)))


def _levels(groups: Iterable[Group]) -> dict[int, int]:
    levels: Counter[int] = Counter()
    for group in groups:
        levels[group.level] += group.hosts
    return dict(levels)


def _clauses(clauses: Iterable[Clause], counted: Counter[tuple[str, int, str]], level: int) -> tuple[ClauseRow, ...]:
    by_clause: dict[str, dict[str, int]] = {}
    for (clause, of_level, result), hosts_count in counted.items():
        if of_level == level:
            by_clause.setdefault(clause, {})[result] = hosts_count
    shown = (clause for clause in clauses if clause.level == level and clause.on_host)
    return tuple(ClauseRow(clause, by_clause.get(clause.id, {})) for clause in shown)


def _conflicts(connection: Connection, heard_since: datetime, here: frozenset[str] | None) -> tuple[ConflictRow, ...]:
    rows = []
    for one in fleet.conflicts(connection, heard_since):
        host = hosts.find_host(connection, one.host, heard_since)
        other = hosts.find_host(connection, one.other, heard_since) if one.other else None
        if host is not None and (here is None or one.host in here or (one.other or "") in here):
            rows.append(ConflictRow(host, other, one.since, one.reason, one.active))
    return tuple(rows)
