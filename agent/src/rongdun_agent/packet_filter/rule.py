"""The form in which rules of either tool are judged."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NamedTuple

Verdict = Literal["accept", "drop", "reject", "return", "jump", "goto", "continue"]


class Match(Enum):
    """Whether a rule takes a stranger: the first packet of a connection from anywhere to a port that no rule names."""

    NO = "no"
    PERHAPS = "perhaps"
    YES = "yes"

    def __and__(self, other: "Match") -> "Match":
        """A rule matches when all its conditions do."""
        order = (Match.NO, Match.PERHAPS, Match.YES)
        return order[min(order.index(self), order.index(other))]


class FilterRule(NamedTuple):
    """One rule: `ports` are those that it names for packets from any source (`tcp/22`), `()` when it names none."""

    verdict: Verdict
    stranger: Match = Match.YES
    target: str | None = None
    established: bool = False
    """It takes the packets of connections that exist, whatever else they are."""
    loopback: bool = False
    """It takes what comes in on lo, whatever else it is."""
    ports: tuple[str, ...] = ()


class BaseChain(NamedTuple):
    """A chain at the input hook; chains run by rising priority, and each has to let a packet pass."""

    name: str
    priority: int
    policy: Literal["accept", "drop"]


@dataclass
class RuleSet:
    """The rules of one address family."""

    bases: list[BaseChain] = field(default_factory=list)
    chains: dict[str, list[FilterRule]] = field(default_factory=dict)

    def without(self, tables: Collection[str]) -> "RuleSet":
        """The rules of the other tables: a chain's name begins with its table's."""
        return RuleSet([base for base in self.bases if base.name.rpartition(" ")[0] + " " not in tables], self.chains)

    def beside(self, other: "RuleSet") -> "RuleSet":
        """Both together; a packet must pass the base chains of either."""
        return RuleSet(self.bases + other.bases, self.chains | other.chains)
