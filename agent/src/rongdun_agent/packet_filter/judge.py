"""Send a stranger through the input chains, and see what else they let in."""

from dataclasses import dataclass, field

from rongdun_agent.packet_filter.rule import FilterRule, Match, RuleSet
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.firewall import Family, Policy

_DEEPEST = 32
_Ends = set[Policy | None]
"""How a stranger may leave a chain; None is its end, or a return."""


@dataclass
class _Journey:
    """What was met on the way through one base chain."""

    rule_accepts: bool = False
    may_accept: bool = False
    established: bool = False
    loopback: bool = False
    ports: set[str] = field(default_factory=set)


def judge(rules: RuleSet) -> Family:
    """The facts of one family; the strictest base chain decides, for a packet must pass all of them."""
    if not rules.bases:
        return Family()
    journeys: list[tuple[Maybe[Policy], _Journey]] = []
    for base in sorted(rules.bases, key=lambda base: base.priority):
        journey = _Journey()
        ends = {base.policy if end is None else end for end in _walk(rules, base.name, journey, 0)}
        journeys.append((_verdict(ends), journey))
    refusing = [(end, journey) for end, journey in journeys if end in ("drop", "reject")]
    unclear = next((end for end, _ in journeys if isinstance(end, Unknown)), None)
    default: Maybe[Policy] = refusing[0][0] if refusing else unclear or "accept"
    telling = [journey for _, journey in refusing or journeys]
    undecided = bool(refusing) and all(journey.may_accept for _, journey in refusing)
    return Family(
        filtered=True,
        default=default,
        established_accepted=all(journey.established for journey in telling),
        loopback_accepted=all(journey.loopback for journey in telling),
        any_accepted=Unknown(unknown="undecided") if undecided else any(journey.rule_accepts for journey in telling),
        open_ports=tuple(sorted(set.intersection(*(journey.ports for journey in telling)))),
    )


def _verdict(ends: set[Policy]) -> Maybe[Policy]:
    """One end where all ways lead to it; a stranger who is sometimes let in is one of whom nothing can be said."""
    if "accept" in ends:
        return "accept" if ends == {"accept"} else Unknown(unknown="undecided")
    return "drop" if "drop" in ends else "reject"


def _walk(rules: RuleSet, chain: str, journey: _Journey, depth: int) -> _Ends:
    """What may happen to the stranger in a chain, where a rule that only perhaps returns leaves both ways open."""
    ends: _Ends = set()
    if depth > _DEEPEST:
        journey.may_accept = True  # the kernel allows no such depth; whatever this is, it is not understood
        return {None}
    for rule in rules.chains.get(chain, ()):
        found, goes_on = _meet(rules, rule, journey, depth)
        ends |= found
        if not goes_on:
            return ends
    return ends | {None}


def _meet(rules: RuleSet, rule: FilterRule, journey: _Journey, depth: int) -> tuple[_Ends, bool]:
    """How the stranger may leave here, and whether he may also go on; a rule that perhaps drops him is not believed."""
    if rule.verdict in ("jump", "goto"):
        return _branch(rules, rule, journey, depth)
    surely = rule.stranger is Match.YES
    if rule.verdict == "accept":
        journey.established |= rule.established
        journey.loopback |= rule.loopback
        journey.ports.update(rule.ports)
        journey.may_accept |= rule.stranger is Match.PERHAPS
        journey.rule_accepts |= surely
        return ({"accept"}, False) if surely else (set(), True)
    if rule.verdict == "return":
        return ({None} if rule.stranger is not Match.NO else set()), not surely
    if rule.verdict == "drop" or rule.verdict == "reject":  # noqa: PLR1714 - narrows the type
        return ({rule.verdict}, False) if surely else (set(), True)
    return set(), True


def _branch(rules: RuleSet, rule: FilterRule, journey: _Journey, depth: int) -> tuple[_Ends, bool]:
    """Look into another chain: for what it opens, and for the stranger if he goes there."""
    inner = _Journey()
    ends = _walk(rules, rule.target or "", inner, depth + 1)
    surely = rule.stranger is Match.YES
    accepts = ends == {"accept"}
    journey.established |= inner.established or (rule.established and accepts)
    journey.loopback |= inner.loopback or (rule.loopback and accepts)
    if rule.stranger is not Match.NO:
        journey.ports |= inner.ports
        journey.may_accept |= inner.may_accept or (inner.rule_accepts and not surely)
        journey.rule_accepts |= inner.rule_accepts and surely
    elif accepts:
        journey.ports.update(rule.ports)
    if not surely:
        return set(), True
    return (ends, False) if rule.verdict == "goto" else (ends - {None}, None in ends)
