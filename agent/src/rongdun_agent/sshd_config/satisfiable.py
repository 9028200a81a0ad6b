"""Which sets of Match lines one connection can satisfy at once.

Users, groups, hosts, addresses and ports are looked at one by one: of each, all outcomes that some value can bring
about. Every combination of outcomes is then possible, since these properties of a connection do not depend on each
other; that a known user is in known groups is not used, so a set may be listed that no present account can reach.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod

from rongdun_agent.sshd_config import addresses, criteria
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.criteria import Criterion, MatchLine
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.signatures import TooMany, Truths, combinations

MAX_COMBINATIONS = 20_000
MAX_GROUPINGS = 1_000
_OCTETS_THEN_STARS = re.compile(r"((?:\d{1,3}\.){1,3})\*(?:\.\*)*")
_FILLINGS = ("", "0", "1", "255", "1.1", "1.1.1", "1.1.1.1", "::1", "1:1")

Outcome = frozenset[Criterion]
"""The criteria of one property that are met."""


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
        return _of_addresses(kind, found, build)
    truths = combinations(
        pattern.lower() if kind == "host" else pattern for item in found for _, pattern in _items(item.argument)
    )
    lower = kind == "host"
    if kind == "group":
        return _of_groups(found, truths)
    return {frozenset(item for item in found if _verdict(item.argument, truth, lower=lower) == 1) for truth in truths}


def _of_port(item: Criterion, found: list[Criterion], names: Names) -> Outcome:
    port = criteria.port_of(item.argument, names)
    return frozenset(other for other in found if criteria.port_of(other.argument, names) == port)


def _of_addresses(kind: str, found: list[Criterion], build: Build) -> set[Outcome]:
    outcomes = {
        frozenset(item for item in found if criteria.value_fits(kind, address, item.argument, build))
        for address in _addresses([item.argument for item in found], build)
    }
    for item in found:
        if any(_is_odd(pattern, build) for _, pattern in _items(item.argument)):
            # which addresses it shares with the others was only tried out: it may go with any of them, and without
            outcomes |= {outcome ^ {item} for outcome in outcomes}
    return outcomes


def _is_odd(pattern: str, build: Build) -> bool:
    """A pattern that covers some addresses, but is neither a prefix nor everything."""
    return (
        pattern != "*" and ("*" in pattern or "?" in pattern) and addresses.prefix(_as_prefix(pattern), build) is None
    )


def _items(argument: str) -> Iterator[tuple[bool, str]]:
    for item in argument.split(","):
        yield item.startswith("!"), item.removeprefix("!")


def _verdict(argument: str, truths: Truths, *, lower: bool = False) -> int:
    positive = 0
    for negated, pattern in _items(argument):
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


def _addresses(arguments: Iterable[str], build: Build) -> set[str]:
    """Addresses among which every outcome occurs: the first of each prefix, and the first behind it."""
    candidates = {"0.0.0.0", "::"}  # noqa: S104 - an example of a peer, nothing is bound
    for pattern in {pattern for argument in arguments for _, pattern in _items(argument)}:
        network = addresses.prefix(_as_prefix(pattern), build)
        if network is None:
            candidates.update(_fillings(pattern))
            continue
        candidates.add(str(network.network_address))
        if int(network.broadcast_address) + 1 < 2**network.max_prefixlen:
            candidates.add(str(network.broadcast_address + 1))
    return candidates


def _as_prefix(pattern: str) -> str:
    """`10.1.*` covers what 10.1.0.0/16 covers."""
    match = _OCTETS_THEN_STARS.fullmatch(pattern)
    if match is None:
        return pattern
    octets = match[1].rstrip(".").split(".")
    return ".".join((octets + ["0"] * 4)[:4]) + f"/{8 * len(octets)}"


def _fillings(pattern: str) -> Iterator[str]:
    """Addresses that an odd pattern covers, found by trying."""
    for filling in _FILLINGS:
        text = pattern.replace("*", filling).replace("?", "1")
        if addresses.numeric_address(text) is not None:
            yield text
