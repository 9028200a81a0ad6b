"""One watched section: how it was last, whether something moved since, and when it is to be read again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rongdun_agent.watch.pace import Pace
from rongdun_contract.documents import Section, Unavailable

SETTLE_S = 0.2
"""After a first sign so long is waited for what belongs to it: a file that is written, then renamed, then owned."""
EVENT_SHARE, SAFETY_SHARE = 0.012, 0.006
"""Of one core, for all sections together: readings because something moved, and readings although nothing did."""
_UNTOLD_S = 2.0
"""A section that the kernel does not watch for us is read this often where that is cheap."""


@dataclass(slots=True)
class Watched:
    """Times are of a clock that nobody sets; `moved_at` is when something moved that has not been read yet."""

    name: str
    pace: Pace
    safety_share: float
    identity: tuple[str, ...] | None = None
    files: frozenset[str] = frozenset()
    """What its facts came from."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Only of a section whose entries are told apart by them."""
    read_at: float = float("-inf")
    changed_at: float = float("-inf")
    """When it was last read as another state than before."""
    moved_at: float | None = None
    why: str = ""
    untold: str | None = None
    """Why it has to be read without being told, None while it is told."""
    error: str | None = None

    def move(self, now: float, why: str) -> None:
        """Something happened; the first reason is kept until it was read."""
        if self.moved_at is None:
            self.moved_at, self.why = now, why

    def due_at(self, period_s: float) -> float:
        """When it is to be read again: soon after something moved, as its pace allows; and now and then anyway."""
        rest = self.read_at + self.rest_s(period_s)
        if self.moved_at is None:
            return rest
        return max(self.moved_at + SETTLE_S, min(self.pace.ready_at(), rest))

    def rest_s(self, period_s: float) -> float:
        """How long it may stay unread although nothing moved."""
        return max(period_s if self.untold is None else _UNTOLD_S, self.pace.usual_s / self.safety_share)

    def has_read(self, part: Section | Unavailable, cost_s: float, now: float) -> bool:
        """Take what a reading found; whether it is another state than before."""
        before, self.identity = self.identity, identity_of(part)
        self.error = part.detail if isinstance(part, Unavailable) else None
        self.pace.spend(cost_s, now)
        self.read_at, self.moved_at, self.why = now, None, ""
        if self.identity == before:
            return False
        self.changed_at = now
        return True


def identity_of(part: Section | Unavailable) -> tuple[str, ...]:
    """What tells one state of a section from another."""
    if isinstance(part, Unavailable):
        return (part.reason,)
    return part.facts_digest, part.sources_digest
