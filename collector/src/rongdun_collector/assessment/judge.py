"""Results by the digests of what was judged: rules are evaluated once per distinct set of the sections that they read.

Rules that read the same sections are judged and remembered together. What is remembered has no evidence: hosts that
share facts do not share the files and lines that the facts came from. Evidence is made on demand, from the host's own
sources (see `explain`).
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from rongdun_collector.assessment.result_set import ResultSet, result_set
from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.evaluate.overlaid import evaluate_under
from rongdun_contract.findings import Finding, Verdict
from rongdun_contract.reasons import REASONS, Reason
from rongdun_contract.rules.rule import Rule

KEPT_VERDICTS = 100_000
"""Of groups of rules; each is a few short tuples."""
KEPT_RESULTS = 2_000
"""With their documents as they are stored, some forty kilobytes each; one that is forgotten is made again."""
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
    """How many verdicts were known, and how many had to be found."""

    known: int = 0
    found: int = 0


class _Group(NamedTuple):
    """Rules that read the same sections; `aged`: they limit how old these may be."""

    rules: tuple[Rule, ...]
    needs: tuple[str, ...]
    aged: bool

    def key(self, parts: Parts, level: int) -> tuple[object, ...]:
        """All that the verdicts depend on besides the time; when a section was read counts only where a rule asks."""
        read = (parts.get(name) for name in self.needs)
        return self.needs, self.aged, level, *(read if self.aged else (part and part[:2] for part in read))


class _Verdicts(NamedTuple):
    """What a group came to: verdict and, where it is unknown, reason of each rule in order; and until when."""

    told: tuple[tuple[Verdict, str | None], ...]
    valid_until: datetime | None


class Judged(NamedTuple):
    """The result of a host, and until when it holds."""

    result: ResultSet
    valid_until: datetime | None


class Judge:
    """Judges hosts with one ruleset; what it keeps in memory is bounded. For one thread at a time."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.counts = JudgeCounts()
        self._groups = _groups(ruleset.rules)
        self._order = {rule.id: at for at, rule in enumerate(ruleset.rules)}
        self._verdicts: OrderedDict[tuple[object, ...], _Verdicts] = OrderedDict()
        self._results: OrderedDict[tuple[object, ...], ResultSet] = OrderedDict()
        self._decoded: OrderedDict[str, tuple[Mapping[str, Any], int]] = OrderedDict()
        self._decoded_bytes = 0

    def judge(self, parts: Parts, level: int, now: datetime, load: LoadFacts) -> Judged:
        """The result of a host from its sections."""
        keys = [group.key(parts, level) for group in self._groups]
        known = [self._known(key, now) for key in keys]
        missing = [at for at, found in enumerate(known) if found is None]
        if missing:
            self._find([(self._groups[at], keys[at]) for at in missing], parts, level, now, load)
        verdicts = [found or self._verdicts[key] for found, key in zip(known, keys, strict=True)]
        fresh = sum(len(self._groups[at].rules) for at in missing)
        self.counts.found += fresh
        self.counts.known += len(self.ruleset.rules) - fresh
        moments = [one.valid_until for one in verdicts if one.valid_until is not None]
        return Judged(self._result(verdicts, level), min(moments, default=None))

    def _known(self, key: tuple[object, ...], now: datetime) -> _Verdicts | None:
        found = self._verdicts.get(key)
        if found is None or (found.valid_until is not None and found.valid_until <= now):
            return None
        self._verdicts.move_to_end(key)
        return found

    def _find(
        self, wanted: list[tuple[_Group, tuple[object, ...]]], parts: Parts, level: int, now: datetime, load: LoadFacts
    ) -> None:
        sections = {name for group, _ in wanted for name in group.needs}
        survey = self._survey({name: parts[name] for name in sections if name in parts}, load)
        for group, key in wanted:
            findings = evaluate_under(self.ruleset.overlay, group.rules, survey, now=now, level=level)
            self._verdicts[key] = _remembered(findings)
            self._verdicts.move_to_end(key)  # one that had ripened stood where it was, and would be forgotten first
        while len(self._verdicts) > max(KEPT_VERDICTS, len(wanted)):
            self._verdicts.popitem(last=False)

    def _result(self, verdicts: list[_Verdicts], level: int) -> ResultSet:
        """The result set of these verdicts; made once for all hosts that have the same."""
        key = (level, *(one.told for one in verdicts))
        found = self._results.get(key)
        if found is None:
            findings = [
                Finding(rule=rule.id, severity=rule.severity, verdict=verdict, reason=reason)
                for group, one in zip(self._groups, verdicts, strict=True)
                for rule, (verdict, reason) in zip(group.rules, one.told, strict=True)
            ]
            findings.sort(key=lambda finding: self._order[finding.rule])
            found = self._results[key] = result_set(findings, self.ruleset.framework, level)
        self._results.move_to_end(key)
        while len(self._results) > KEPT_RESULTS:
            self._results.popitem(last=False)
        return found

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


def _groups(rules: tuple[Rule, ...]) -> tuple[_Group, ...]:
    found: dict[tuple[tuple[str, ...], bool], list[Rule]] = {}
    for rule in rules:
        found.setdefault((tuple(sorted(rule.needs)), rule.max_age_s is not None), []).append(rule)
    return tuple(_Group(tuple(together), needs, aged) for (needs, aged), together in found.items())


def _remembered(findings: tuple[Finding, ...]) -> _Verdicts:
    moments = [finding.valid_until for finding in findings if finding.valid_until is not None]
    return _Verdicts(
        tuple((finding.verdict, finding.reason if finding.verdict == "unknown" else None) for finding in findings),
        min(moments, default=None),
    )
