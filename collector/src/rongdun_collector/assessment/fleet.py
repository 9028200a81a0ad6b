"""The fleet's results summed up: by unit, by system, by rule, by clause; each distinct result set is read once."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from rongdun_collector.assessment.result_set import ResultSet
from rongdun_collector.store.fleet import Group

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Sum:
    """Hosts summed up. The mean score is that of the hosts that have one, each with the same weight."""

    hosts: int = 0
    scored: int = 0
    score_total: float = 0.0
    confidence_total: float = 0.0
    confident: int = 0
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Findings by severity and verdict."""

    @property
    def score(self) -> float | None:
        """The mean score, 0 to 100."""
        return self.score_total / self.scored if self.scored else None

    @property
    def confidence(self) -> float | None:
        """The mean confidence, 0 to 1."""
        return self.confidence_total / self.confident if self.confident else None

    def add(self, result: ResultSet, hosts: int) -> None:
        """Add hosts that all have this result."""
        self.hosts += hosts
        if result.score is not None:
            self.scored += hosts
            self.score_total += hosts * result.score
        if result.confidence is not None:
            self.confident += hosts
            self.confidence_total += hosts * result.confidence
        for (severity, verdict), count in result.tally.items():
            self.findings[severity, verdict] += hosts * count


def sum_by(groups: Iterable[Group], sets: Mapping[str, ResultSet], key: Callable[[Group], Key]) -> dict[Key, Sum]:
    """Sum up groups of hosts by what `key` says of them."""
    sums: dict[Key, Sum] = {}
    for group in groups:
        sums.setdefault(key(group), Sum()).add(sets[group.result_set], group.hosts)
    return sums


def median_score(groups: Iterable[Group], sets: Mapping[str, ResultSet]) -> float | None:
    """The score that half of the hosts reach; None where none has one."""
    scored = sorted((score, group.hosts) for group in groups if (score := sets[group.result_set].score) is not None)
    half, passed, lower = sum(hosts for _, hosts in scored) / 2, 0, None
    for score, hosts in scored:
        passed += hosts
        if lower is not None:
            return (lower + score) / 2
        if passed > half:
            return score
        if passed == half:
            lower = score
    return lower


def failing_hosts(groups: Iterable[Group], sets: Mapping[str, ResultSet]) -> Counter[tuple[str, str]]:
    """How many hosts fail each rule, by rule and severity."""
    failing: Counter[tuple[str, str]] = Counter()
    for group in groups:
        for rule, severity, verdict, _reason in sets[group.result_set].findings:
            if verdict == "fail":
                failing[rule, severity] += group.hosts
    return failing


def clause_hosts(groups: Iterable[Group], sets: Mapping[str, ResultSet]) -> Counter[tuple[str, int, str]]:
    """How many hosts have each result, by clause, level and result."""
    counted: Counter[tuple[str, int, str]] = Counter()
    for group in groups:
        for clause, result in sets[group.result_set].clauses.items():
            counted[clause, group.level, result] += group.hosts
    return counted


def verdict_changes(before: ResultSet | None, after: ResultSet | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that fail now and did not before, and those that failed before and do not now."""
    failed_before, fail_now = _failing(before), _failing(after)
    return tuple(sorted(fail_now - failed_before)), tuple(sorted(failed_before - fail_now))


def _failing(result: ResultSet | None) -> set[str]:
    return {rule for rule, _, verdict, _ in result.findings if verdict == "fail"} if result else set()
