"""Which sets of Match lines one connection can satisfy at once.

Users, groups, hosts, addresses and ports are looked at one by one: of each, all outcomes that some value can bring
about. Every combination of outcomes is then possible, since these properties of a connection do not depend on each
other; that a known user is in known groups is not used, so a set may be listed that no present account can reach.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

from rongdun_agent.sshd_config import criteria
from rongdun_agent.sshd_config.address_outcomes import Outcome, address_outcomes, items
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.criteria import Criterion, MatchLine
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.signatures import TooMany, Truths, combinations

MAX_COMBINATIONS = 20_000
MAX_GROUPINGS = 1_000


def satisfiable(lines: Sequence[MatchLine], build: Build, names: Names) -> set[frozenset[MatchLine]]:
    """The sets of lines that can be satisfied together while the others are not; TooMany when it gets out of hand."""
    known = {criterion for line in lines for criterion in line.criteria}
    by_kind: dict[str, list[Criterion]] = {}
    for criterion in sorted(known):
        by_kind.setdefault(criterion.kind, []).append(criterion)
    outcomes = [_outcomes(kind, found, build, names) for kind, found in by_kind.items()]
    if prod(map(len, outcomes)) > MAX_COMBINATIONS:
        raise TooMany
    return {_satisfied(lines, frozenset().union(*choice)) for choice in product(*outcomes) if _consistent(choice)}


def _satisfied(lines: Sequence[MatchLine], met: Outcome) -> frozenset[MatchLine]:
    return frozenset(line for line in lines if met.issuperset(line.criteria))


def _consistent(choice: Iterable[Outcome]) -> bool:
    """An account that does not exist is in no group."""
    kinds = {criterion.kind for outcome in choice for criterion in outcome}
    return not {"invalid-user", "group"} <= kinds


def _outcomes(kind: str, found: list[Criterion], build: Build, names: Names) -> set[Outcome]:
    if kind in ("all", "version"):
        return {frozenset(item for item in found if criteria.met(item, criteria.Connection(), build, names))}
    if kind == "invalid-user":
        return {frozenset(), frozenset(found)}
    if kind == "localport":
        return {frozenset(), *(_of_port(item, found, names) for item in found)}
    if kind in ("address", "localaddress"):
        return address_outcomes(kind, found, build)
    truths = combinations(
        pattern.lower() if kind == "host" else pattern for item in found for _, pattern in items(item.argument)
    )
    lower = kind == "host"
    if kind == "group":
        return _of_groups(found, truths)
    return {frozenset(item for item in found if _verdict(item.argument, truth, lower=lower) == 1) for truth in truths}


def _of_port(item: Criterion, found: list[Criterion], names: Names) -> Outcome:
    port = criteria.port_of(item.argument, names)
    return frozenset(other for other in found if criteria.port_of(other.argument, names) == port)


def _verdict(argument: str, truths: Truths, *, lower: bool = False) -> int:
    positive = 0
    for negated, pattern in items(argument):
        if (pattern.lower() if lower else pattern) in truths:
            if negated:
                return -1
            positive = 1
    return positive


def _of_groups(found: list[Criterion], truths: set[Truths]) -> set[Outcome]:
    """A user is in several groups: one that is excluded decides, else one that fits suffices."""
    single = {tuple(_verdict(item.argument, truth) for item in found) for truth in truths}
    reached = {tuple((False, False) for _ in found)}
    queue = list(reached)
    while queue:
        flags = queue.pop()
        for verdicts in single:
            more = tuple(
                (bad or verdict < 0, good or verdict > 0) for (bad, good), verdict in zip(flags, verdicts, strict=True)
            )
            if more not in reached:
                if len(reached) > MAX_GROUPINGS:
                    raise TooMany
                reached.add(more)
                queue.append(more)
    return {
        frozenset(item for item, (bad, good) in zip(found, flags, strict=True) if good and not bad) for flags in reached
    }
