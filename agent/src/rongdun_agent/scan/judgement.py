"""One scan: survey the host, judge it, keep together what a report tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rongdun_agent.guesses.asked import Asked
from rongdun_agent.guesses.stamp import stamp_of
from rongdun_agent.host import Host
from rongdun_agent.scan.target import with_kept_guesses, with_kept_walk
from rongdun_agent.state import State
from rongdun_agent.survey import ProbeStatus, survey
from rongdun_contract.documents import Section, Survey
from rongdun_contract.evaluate.overlaid import evaluate_under
from rongdun_contract.findings import Finding
from rongdun_contract.rules import Pack, Rule
from rongdun_contract.rules.overlay import NO_OVERLAY, Overlay
from rongdun_contract.score import Score, host_score

_ALWAYS = frozenset({"identity", "os"})
"""What a report calls the host by."""


class Wish(NamedTuple):
    """What to judge, and how."""

    packs: tuple[Pack, ...]
    rules: tuple[Rule, ...]
    params: Mapping[str, Mapping[str, Any]]
    level: int
    walk: bool
    chosen: bool
    """Rules were named one by one."""
    guess: Asked | None = None
    """How passwords are tried, if they are."""
    reference: Survey | None = None
    """The earlier survey that rules over `new:` compare with."""
    overlay: Overlay = NO_OVERLAY
    """What an organisation adjusts; `params` go before it."""


class Judgement(NamedTuple):
    """A judged host."""

    wish: Wish
    survey: Survey
    probes: tuple[ProbeStatus, ...]
    findings: tuple[Finding, ...]
    score: Score
    at: datetime

    @property
    def host_name(self) -> str | None:
        """The host's own name for itself."""
        return self._text("identity", "hostname")

    @property
    def os_name(self) -> str | None:
        """The operating system with its release."""
        return self._text("os", "pretty_name")

    def is_good(self, min_confidence: float) -> bool:
        """Nothing fails, enough is known, and something applies at all; for rules named one by one the last is moot."""
        if self.score.counts["fail"]:
            return False
        if self.score.confidence is None:
            return self.wish.chosen or not self.findings
        return self.score.confidence >= min_confidence

    def _text(self, section: str, field: str) -> str | None:
        part = self.survey.get(section)
        value = part.facts.get(field) if isinstance(part, Section) else None
        return value if isinstance(value, str) else None


def judge(host: Host, wish: Wish, state: State, now: datetime) -> Judgement:
    """Read what the rules read, and evaluate; `now` is when."""
    needed = _ALWAYS.union(*(rule.sections for rule in wish.rules))
    of = stamp_of(host)
    found, probes = survey(host, sections=needed, walk=wish.walk, guess=wish.guess, clock=lambda: now)
    found = with_kept_guesses(host, with_kept_walk(host, found, state), state, of)
    findings = evaluate_under(
        wish.overlay, wish.rules, found, now=now, params=wish.params, level=wish.level, reference=wish.reference
    )
    return Judgement(wish, found, probes, findings, host_score(findings), now)
