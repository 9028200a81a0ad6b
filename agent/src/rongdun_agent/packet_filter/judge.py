"""Send a stranger through the input chains, and see what else they let in."""

from dataclasses import dataclass, field
from typing import Literal

from rongdun_agent.packet_filter.rule import FilterRule, Match, RuleSet
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.firewall import Family, Policy

_DEEPEST = 32
_End = Literal["accept", "drop", "reject", "return"] | None


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
    ends, journeys = [], []
    for base in sorted(rules.bases, key=lambda base: base.priority):
        journey = _Journey()
        end = _walk(rules, base.name, journey, 0) or base.policy
        ends.append(end)
        journeys.append(journey)
    refusing = [(end, journey) for end, journey in zip(ends, journeys, strict=True) if end != "accept"]
    default: Policy = refusing[0][0] if refusing else "accept"
    telling = [journey for _, journey in refusing] or journeys
    undecided = bool(refusing) and all(journey.may_accept for _, journey in refusing)
    return Family(
        filtered=True,
        default=default,
        established_accepted=all(journey.established for journey in telling),
        loopback_accepted=all(journey.loopback for journey in telling),
        any_accepted=Unknown(unknown="undecided") if undecided else any(journey.rule_accepts for journey in telling),
        open_ports=tuple(sorted(set.intersection(*(journey.ports for journey in telling)))),
    )


def _walk(rules: RuleSet, chain: str, journey: _Journey, depth: int) -> Policy | None:
    """What happens to the stranger in a chain; None when it comes out at the end."""
    if depth > _DEEPEST:
        journey.may_accept = True  # the kernel allows no such depth; whatever this is, it is not understood
        return None
    for rule in rules.chains.get(chain, ()):
        end = _meet(rules, rule, journey, depth)
        if end == "return":
            return None
        if end is not None:
            return end
    return None


def _meet(rules: RuleSet, rule: FilterRule, journey: _Journey, depth: int) -> _End:
    if rule.verdict == "jump" or rule.verdict == "goto":  # noqa: PLR1714 - narrows the type
        return _branch(rules, rule, journey, depth)
    if rule.verdict == "accept":
        journey.established |= rule.established
        journey.loopback |= rule.loopback
        journey.ports.update(rule.ports)
        journey.may_accept |= rule.stranger is Match.PERHAPS
        journey.rule_accepts |= rule.stranger is Match.YES
    if rule.stranger is Match.YES and rule.verdict in ("accept", "drop", "reject", "return"):
        return rule.verdict
    return None


def _branch(rules: RuleSet, rule: FilterRule, journey: _Journey, depth: int) -> _End:
    """Look into another chain: for what it opens, and for the stranger if he goes there."""
    inner = _Journey()
    end = _walk(rules, rule.target or "", inner, depth + 1)
    surely = rule.stranger is Match.YES
    journey.established |= inner.established or (rule.established and end == "accept")
    journey.loopback |= inner.loopback or (rule.loopback and end == "accept")
    if rule.stranger is not Match.NO:
        journey.ports |= inner.ports
        journey.may_accept |= inner.may_accept or (inner.rule_accepts and not surely)
        journey.rule_accepts |= inner.rule_accepts and surely
    elif end == "accept":
        journey.ports.update(rule.ports)
    if not surely:
        return None
    return end or ("return" if rule.verdict == "goto" else None)
