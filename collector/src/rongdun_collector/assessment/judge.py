"""Verdicts by the digests of what was judged: each rule is evaluated once per distinct set of the sections it reads.

A cached finding has no evidence: hosts that share facts do not share the files and lines that the facts came from.
Evidence is made on demand, from the host's own sources (see `explain`).
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.evaluate import evaluate
from rongdun_contract.findings import Finding
from rongdun_contract.reasons import REASONS, Reason
from rongdun_contract.rules.rule import Rule

VERDICTS = 300_000
DECODED_BYTES = 64 * 2**20


class Part(NamedTuple):
    """A section of a host by its digest, or why there is none; `taken_at` where it was read at another time."""

    schema_number: int
    facts: str
    taken_at: datetime | None


class NoPart(NamedTuple):
    """A section that the host could not read."""

    unavailable: str


Parts = Mapping[str, Part | NoPart]
LoadFacts = Callable[[Collection[str]], Mapping[str, tuple[Mapping[str, Any], int]]]
"""Decoded documents by digest, each with its size in bytes."""


@dataclass(slots=True)
class JudgeCounts:
    """How often a verdict was known, and how often it had to be found."""

    known: int = 0
    found: int = 0


class Judge:
    """Judges hosts with one ruleset; keeps verdicts and decoded documents, both bounded. For one thread at a time."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.counts = JudgeCounts()
        self._verdicts: OrderedDict[tuple[object, ...], Finding] = OrderedDict()
        self._decoded: OrderedDict[str, tuple[Mapping[str, Any], int]] = OrderedDict()
        self._decoded_bytes = 0

    def judge(self, parts: Parts, level: int, now: datetime, load: LoadFacts) -> tuple[Finding, ...]:
        """The findings on a host without their evidence, in the order of the rules."""
        rules = self.ruleset.rules
        keys = [_key(rule, parts, level) for rule in rules]
        known = [self._known(key, now) for key in keys]
        wanted = [(rule, key) for rule, key, finding in zip(rules, keys, known, strict=True) if finding is None]
        fresh = self._find(wanted, parts, level, now, load) if wanted else {}
        self.counts.known += len(rules) - len(wanted)
        self.counts.found += len(wanted)
        return tuple(finding or fresh[rule.id] for rule, finding in zip(rules, known, strict=True))

    def _known(self, key: tuple[object, ...], now: datetime) -> Finding | None:
        finding = self._verdicts.get(key)
        if finding is None or (finding.valid_until is not None and finding.valid_until <= now):
            return None
        self._verdicts.move_to_end(key)
        return finding

    def _find(
        self, wanted: list[tuple[Rule, tuple[object, ...]]], parts: Parts, level: int, now: datetime, load: LoadFacts
    ) -> dict[str, Finding]:
        sections = {name for rule, _ in wanted for name in rule.sections}
        survey = self._survey({name: parts[name] for name in sections if name in parts}, load)
        rules = [rule for rule, _ in wanted]
        findings = evaluate(rules, survey, now=now, params=self.ruleset.params, level=level)
        bare = [finding.model_copy(update={"evidence": (), "objects": ()}) for finding in findings]
        for (_, key), finding in zip(wanted, bare, strict=True):
            self._verdicts[key] = finding
        while len(self._verdicts) > VERDICTS:
            self._verdicts.popitem(last=False)
        return {finding.rule: finding for finding in bare}

    def _survey(self, parts: Parts, load: LoadFacts) -> Survey:
        wanted = {part.facts for part in parts.values() if isinstance(part, Part) and part.facts not in self._decoded}
        for digest, decoded in (load(wanted) if wanted else {}).items():
            self._decoded[digest] = decoded
            self._decoded_bytes += decoded[1]
        survey = {name: self._section(part) for name, part in parts.items()}
        while self._decoded_bytes > DECODED_BYTES:
            self._decoded_bytes -= self._decoded.popitem(last=False)[1][1]
        return survey

    def _section(self, part: Part | NoPart) -> Section | Unavailable:
        if isinstance(part, NoPart):
            return Unavailable(known_reason(part.unavailable))
        decoded = self._decoded.get(part.facts)
        if decoded is None:
            return Unavailable("error", "the document is no JSON object")
        self._decoded.move_to_end(part.facts)
        return Section(part.schema_number, decoded[0], {}, part.facts, "", taken_at=part.taken_at)


def known_reason(text: str | None) -> Reason:
    """A reason as it was recorded; one that this version does not know is an error."""
    return next((reason for reason in REASONS if reason == text), "error")


def _key(rule: Rule, parts: Parts, level: int) -> tuple[object, ...]:
    """All that a verdict depends on besides the time: the rule, the level, and the sections that it reads.

    When a section was read counts only where the rule limits its age.
    """
    read = [parts.get(name) for name in rule.needs]
    if rule.max_age_s is None:
        return rule.digest, level, *(part[:2] if part else None for part in read)
    return rule.digest, level, *read
