"""The scan as people read it: by clause and severity, failures first; what could not be seen; the score."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rongdun_agent.scan.choice import embedded_controls
from rongdun_agent.scan.evidence import MARKS, write_evidence
from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.order import TOLD, worst_first
from rongdun_agent.scan.overlaid import write_overlay
from rongdun_agent.scan.text import Paper, padded, printable
from rongdun_agent.scan.unseen import write_unseen
from rongdun_contract.clauses import ClauseResult, Result, clause_results
from rongdun_contract.controls import Clause, Framework
from rongdun_contract.findings import Finding
from rongdun_contract.rules import SEVERITIES, Rule
from rongdun_contract.score import VERDICTS

RESULT_STYLES: Mapping[Result, str] = MappingProxyType(
    {"符合": "green", "部分符合": "red", "不符合": "red", "不适用": "dim", "未检": "yellow"}
)
RESULT_WORDS: Mapping[Result, str] = MappingProxyType(
    {"符合": "met", "部分符合": "partly met", "不符合": "not met", "不适用": "not applicable", "未检": "not examined"}
)
_SLOW_S = 0.5


def write_table(judgement: Judgement, paper: Paper) -> None:
    """Print the whole report."""
    framework = embedded_controls(judgement.wish.level)
    _write_head(judgement, paper)
    shown = _write_clauses(judgement, framework, paper)
    _write_others(judgement, shown, paper)
    write_unseen(judgement, paper)
    _write_score(judgement, paper)


def _write_head(judgement: Judgement, paper: Paper) -> None:
    packs = ", ".join(f"{pack.id} {pack.version}" for pack in judgement.wish.packs)
    system = f" · {judgement.os_name}" if judgement.os_name else ""
    paper.line(printable(f"{judgement.host_name or '?'}{system}"), style="bold")
    paper.line(f"等保 {judgement.wish.level} 级 level {judgement.wish.level} · {packs} · {judgement.at.isoformat()}")
    write_overlay(judgement, paper)


def _write_clauses(judgement: Judgement, framework: Framework, paper: Paper) -> set[str]:
    """Each clause with its rules; a rule that serves several clauses is told in full under the first of them."""
    clauses = {clause.id: clause for clause in framework.clauses}
    findings = {finding.rule: finding for finding in judgement.findings}
    by_people: list[str] = []
    shown: set[str] = set()
    control_point = ""
    for result in clause_results(framework, judgement.findings, judgement.wish.level):
        clause = clauses[result.clause]
        here = [findings[rule] for rule in clause.rules if rule in findings]
        if not here:
            by_people += [clause.id] if clause.kind == "manual" else []
            continue
        if clause.control_point.zh != control_point:
            control_point = clause.control_point.zh
            paper.line()
            paper.line(f"{clause.control_point.zh} {clause.control_point.en}", style="bold")
        _write_clause(clause, result, paper)
        _write_findings(here, judgement, shown, paper)
    if by_people:
        paper.line()
        paper.line(f"须人工核查 For people to judge: {', '.join(by_people)}", hanging=4, style="dim")
    return shown


def _write_clause(clause: Clause, result: ClauseResult, paper: Paper) -> None:
    verdict = f"{result.result} {RESULT_WORDS[result.result]}"
    help_wanted = "" if clause.kind == "auto" else "（须人工判定 a person decides）"
    paper.line()
    paper.line(f"{clause.id}  {clause.gist.zh} {clause.gist.en}", indent=2, hanging=4)
    paper.line(f"{verdict}{help_wanted}", indent=6, style=RESULT_STYLES[result.result])


def _write_others(judgement: Judgement, shown: set[str], paper: Paper) -> None:
    others = [finding for finding in judgement.findings if finding.rule not in shown]
    if others:
        paper.line()
        paper.line("其他规则 Rules of no clause at this level", style="bold")
        _write_findings(others, judgement, shown, paper)


def _write_findings(findings: Iterable[Finding], judgement: Judgement, shown: set[str], paper: Paper) -> None:
    """The worst first; one that was told before is only named."""
    rules = {rule.id: rule for rule in judgement.wish.rules}
    for finding in worst_first(findings):
        again = finding.rule in shown
        shown.add(finding.rule)
        _write_finding(finding, rules[finding.rule], paper, again=again)


def _write_finding(finding: Finding, rule: Rule, paper: Paper, *, again: bool) -> None:
    mark, style = MARKS[finding.verdict]
    loud = "loud" if finding.verdict == "fail" and finding.severity == "critical" else style
    words = f"{mark} {padded(finding.severity, 8)}  {rule.title['zh']} {rule.title['en']}  [{finding.rule}]"
    if again:
        paper.line(f"{words}  见上 as above", indent=4, hanging=12, style="dim")
        return
    paper.line(words, indent=4, hanging=12, style=loud)
    rows = finding.evidence if finding.verdict in {"fail", "unknown"} else ()
    if finding.reason and not rows:
        paper.line(printable(finding.reason), indent=16, hanging=2, style="dim")
    for row in rows:
        write_evidence(row, paper, indent=16)


def _write_score(judgement: Judgement, paper: Paper) -> None:
    score = judgement.score
    paper.line()
    value = "–" if score.score is None else f"{score.score:.1f}"
    known = "–" if score.confidence is None else f"{score.confidence:.0%}"
    paper.line(f"态势得分 Score {value} / 100 · 置信度 confidence {known}", style="bold")
    if score.red_flag:
        paper.line("没有一条规则适用于本机，值得怀疑 No rule applies to this host: look why", style="red")
    for verdict in sorted(VERDICTS, key=TOLD.index):
        of_verdict = [finding.severity for finding in judgement.findings if finding.verdict == verdict]
        counts = ", ".join(f"{of_verdict.count(s)} {s}" for s in SEVERITIES if s in of_verdict)
        mark, style = MARKS[verdict]
        paper.line(f"{mark} {padded(verdict, 14)} {len(of_verdict):4}  {counts}", indent=2, style=style)
    slow = [f"{p.name} {p.seconds:.1f} s" for p in judgement.probes if p.seconds >= _SLOW_S]
    if slow:
        paper.line(f"较慢的探针 Slow probes: {', '.join(slow)}", hanging=4, style="dim")
