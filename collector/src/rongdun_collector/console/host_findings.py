"""GET /hosts/ID: what the rules say about a host, with evidence, by control point or by severity."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from rongdun_collector.assessment.explain import explain
from rongdun_collector.console import words
from rongdun_collector.console.host import AsOfText, HostHead, read_head
from rongdun_collector.console.page import PagesDep
from rongdun_collector.services import ServicesDep
from rongdun_contract.clauses import ClauseResult, clause_results
from rongdun_contract.controls import Clause, Framework
from rongdun_contract.findings import Finding
from rongdun_contract.rules.rule import Rule
from rongdun_contract.score import Score, host_score

router = APIRouter()
Grouping = Literal["clause", "severity"]
DEFAULT_VERDICTS = ("fail", "unknown")


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with its rule and the clauses that it helps to judge."""

    finding: Finding
    rule: Rule
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Bunch:
    """Findings under one heading: zh and en."""

    heading: tuple[str, str]
    findings: tuple[Shown, ...]

    @property
    def counts(self) -> Counter[str]:
        """By verdict."""
        return Counter(one.finding.verdict for one in self.findings)


@dataclass(frozen=True, slots=True)
class FindingsView:
    """What the page shows; `tally` and `reasons` count all findings, whatever is filtered."""

    score: Score
    clauses: tuple[tuple[Clause, ClauseResult], ...]
    bunches: tuple[Bunch, ...]
    tally: Mapping[tuple[str, str], int]
    reasons: Mapping[str, int]
    verdicts: tuple[str, ...]
    severities: tuple[str, ...]
    grouping: Grouping


@router.get("/hosts/{host}", response_class=HTMLResponse)
def get_findings(  # noqa: PLR0913, PLR0917 - one for each field of the form
    request: Request,
    host: str,
    services: ServicesDep,
    pages: PagesDep,
    verdict: Annotated[list[str] | None, Query()] = None,
    severity: Annotated[list[str] | None, Query()] = None,
    group: Annotated[str, Query(max_length=16)] = "clause",
    as_of: AsOfText = "",
) -> HTMLResponse:
    """Judge the host's facts, of now or of then, and show what came out."""
    ruleset = services.ruleset
    with services.store.read() as connection:
        head = read_head(connection, services, host, as_of)
        findings = explain(connection, ruleset, head.row, head.now, head.as_of)
    grouping: Grouping = "severity" if group == "severity" else "clause"
    view = build_view(findings, ruleset.by_id, ruleset.framework, head, grouping, verdict, severity)
    return pages.render(request, "host_findings.html", head=head, view=view, tab="findings")


def build_view(  # noqa: PLR0913, PLR0917 - the findings, what explains them, and the form
    findings: Sequence[Finding],
    rules: Mapping[str, Rule],
    framework: Framework,
    head: HostHead,
    grouping: Grouping,
    verdicts: Sequence[str] | None,
    severities: Sequence[str] | None,
) -> FindingsView:
    """Choose, sort and bunch the findings."""
    level = head.row.level
    wanted_verdicts = _known(verdicts, words.VERDICTS) or DEFAULT_VERDICTS
    wanted_severities = _known(severities, words.SEVERITIES) or words.SEVERITIES
    chosen = [
        Shown(one, rules[one.rule], framework.clauses_of(one.rule, level))
        for one in findings
        if one.verdict in wanted_verdicts and one.severity in wanted_severities
    ]
    chosen.sort(key=lambda one: (_verdict_rank(one), _severity_rank(one), one.finding.rule))
    clauses = {clause.id: clause for clause in framework.clauses}
    return FindingsView(
        score=host_score(findings),
        clauses=tuple((clauses[one.clause], one) for one in clause_results(framework, findings, level)),
        bunches=_bunches(chosen, _HEADINGS[grouping], _order(framework, level, grouping)),
        tally=Counter((one.severity, one.verdict) for one in findings),
        reasons=Counter(one.reason or "undecided" for one in findings if one.verdict == "unknown"),
        verdicts=wanted_verdicts,
        severities=wanted_severities,
        grouping=grouping,
    )


def _known(asked: Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in known if one in (asked or ()))


def _bunches(
    chosen: Sequence[Shown], heading: Callable[[Shown], tuple[str, str]], order: Sequence[tuple[str, str]]
) -> tuple[Bunch, ...]:
    found: dict[tuple[str, str], list[Shown]] = {name: [] for name in order}
    for one in chosen:
        found.setdefault(heading(one), []).append(one)
    return tuple(Bunch(name, tuple(members)) for name, members in found.items() if members)


def _order(framework: Framework, level: int, grouping: Grouping) -> list[tuple[str, str]]:
    if grouping == "severity":
        return [words.WORDS[name] for name in words.SEVERITIES]
    points = (clause.control_point for clause in framework.clauses if clause.level == level)
    return list(dict.fromkeys((point.zh, point.en) for point in points))


def _control_point(one: Shown) -> tuple[str, str]:
    if not one.clauses:
        return "条款之外的加固项", "Hardening beyond the clauses"
    point = one.clauses[0].control_point
    return point.zh, point.en


_HEADINGS: Mapping[Grouping, Callable[[Shown], tuple[str, str]]] = {
    "clause": _control_point,
    "severity": lambda one: words.WORDS[one.finding.severity],
}


def _verdict_rank(one: Shown) -> int:
    return words.VERDICTS.index(one.finding.verdict)


def _severity_rank(one: Shown) -> int:
    return words.SEVERITIES.index(one.finding.severity)
