"""Trying a rule's cases, and changing the rule to see whether they notice."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.evaluate import evaluate
from rongdun_contract.findings import Evidence, Finding
from rongdun_contract.rules.cases import Case
from rongdun_contract.rules.matchers.matcher import shown
from rongdun_contract.rules.moments import parse_moment
from rongdun_contract.rules.mutations import mutations
from rongdun_contract.rules.rule import Rule

SurveyOf = Callable[[Rule, Case], Survey]
"""Builds a tree from a case's files and surveys the sections that the rule reads; for cases with files only."""


def run_case(rule: Rule, case: Case, surveyed: Survey) -> tuple[str, ...]:
    """What came out otherwise than the case expects; nothing when all is well.

    `surveyed` is what the probes found in the case's files, empty when it has none; canned facts win over it.
    """
    return tuple(_mismatches(_judged(rule, case, surveyed), case))


def unnoticed(rule: Rule, cases: Iterable[tuple[Case, Survey]]) -> tuple[str, ...]:
    """The changes to a rule that none of its cases notices; each pair is a case and what was surveyed for it."""
    pairs = tuple(cases)
    return tuple(
        description
        for description, mutant in mutations(rule)
        if not any(run_case(mutant, case, surveyed) for case, surveyed in pairs)
    )


def _judged(rule: Rule, case: Case, surveyed: Survey) -> Finding:
    survey = {name: _taken_now(part, case) for name, part in {**surveyed, **case.facts}.items()}
    (finding,) = evaluate(
        [rule], survey, now=case.now, params={rule.id: case.params}, level=case.level, reference=case.reference
    )
    return finding


def _taken_now(part: Section | Unavailable, case: Case) -> Section | Unavailable:
    return part if isinstance(part, Unavailable) else replace(part, taken_at=case.now)


def _mismatches(finding: Finding, case: Case) -> Iterable[str]:
    expect = case.expect
    if finding.verdict != expect.verdict:
        yield f"expected {expect.verdict}, got {finding.verdict}{_because(finding)}"
        return
    if expect.reason is not None and finding.reason != expect.reason:
        yield f"expected the reason {expect.reason!r}, got {finding.reason!r}"
    keys = sorted(named.key for named in finding.objects)
    if expect.objects is not None and keys != sorted(expect.objects):
        yield f"expected the objects {sorted(expect.objects)}, got {keys}"
    if expect.valid_until is not None and finding.valid_until != parse_moment(expect.valid_until):
        yield f"expected it to be valid until {expect.valid_until}, got {finding.valid_until}"
    wanted = _wanted_row(case)
    if wanted and not any(_fits(row, wanted) for row in finding.evidence):
        yield f"no evidence has {_row(wanted)}{_because(finding)}"


def _wanted_row(case: Case) -> dict[str, str]:
    expect = case.expect
    row = {"what": expect.what, "found": expect.found, "wanted": expect.wanted, "source": expect.source}
    return {name: shown(value) for name, value in row.items() if value is not None}


def _fits(row: Evidence, wanted: Mapping[str, str]) -> bool:
    return all(getattr(row, name) == value for name, value in wanted.items())


def _because(finding: Finding) -> str:
    rows = [_row(row.model_dump(include={"what", "found", "wanted", "source"})) for row in finding.evidence[:3]]
    reason = f" ({finding.reason})" if finding.reason else ""
    return reason + (f"; evidence: {' | '.join(rows)}" if rows else "; no evidence")


def _row(row: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in row.items() if value)
