"""Which criteria about addresses one address can meet at once."""

import re
from collections.abc import Iterable, Iterator

from rongdun_agent.sshd_config import addresses, criteria
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.criteria import Criterion

_OCTETS_THEN_STARS = re.compile(r"((?:\d{1,3}\.){1,3})\*(?:\.\*)*")
_FILLINGS = ("", "0", "1", "255", "1.1", "1.1.1", "1.1.1.1", "::1", "1:1")

Outcome = frozenset[Criterion]
"""The criteria of one property that are met."""


def address_outcomes(kind: str, found: list[Criterion], build: Build) -> set[Outcome]:
    """All outcomes that some address brings about, and a few more where patterns are odd."""
    outcomes = {
        frozenset(item for item in found if criteria.value_fits(kind, address, item.argument, build))
        for address in _addresses([item.argument for item in found], build)
    }
    for item in found:
        if any(_is_odd(pattern, build) for _, pattern in items(item.argument)):
            # which addresses it shares with the others was only tried out: it may go with any of them, and without
            outcomes |= {outcome ^ {item} for outcome in outcomes}
    return outcomes


def _is_odd(pattern: str, build: Build) -> bool:
    """A pattern that covers some addresses, but is neither a prefix nor everything."""
    return (
        pattern != "*" and ("*" in pattern or "?" in pattern) and addresses.prefix(_as_prefix(pattern), build) is None
    )


def items(argument: str) -> Iterator[tuple[bool, str]]:
    """The patterns of a list, each with whether it is negated."""
    for item in argument.split(","):
        yield item.startswith("!"), item.removeprefix("!")


def _addresses(arguments: Iterable[str], build: Build) -> set[str]:
    """Addresses among which every outcome occurs: the first of each prefix, and the first behind it."""
    candidates = {"0.0.0.0", "::"}  # noqa: S104 - an example of a peer, nothing is bound
    for pattern in {pattern for argument in arguments for _, pattern in items(argument)}:
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
