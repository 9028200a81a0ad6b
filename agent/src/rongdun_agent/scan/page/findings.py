"""Each rule's verdict with what it rests on, and how to mend what fails; the worst first."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.markup import Child, node
from rongdun_agent.scan.order import TOLD, worst_first
from rongdun_agent.scan.page.words import SEVERITIES, VERDICTS, both, head_row, heading, verdict_words
from rongdun_agent.scan.unseen import REASONS
from rongdun_contract.controls import Framework
from rongdun_contract.findings import Evidence, Finding
from rongdun_contract.rules import Rule

_HEAD = (("事实", "fact"), ("现状", "found"), ("要求", "wanted"), ("出处", "source"))


def told_findings(judgement: Judgement, framework: Framework) -> Iterator[Element]:
    """All findings; none is only counted."""
    yield heading("findings", "检查结果与整改", "Findings and what to do")
    rules = {rule.id: rule for rule in judgement.wish.rules}
    found = worst_first(judgement.findings)
    for verdict in TOLD:
        of_verdict = [finding for finding in found if finding.verdict == verdict]
        if of_verdict:
            zh, en = VERDICTS[verdict]
            yield node("h3", both(f"{zh}（{len(of_verdict)}）", f"{en} ({len(of_verdict)})"))
        for finding in of_verdict:
            clauses = framework.clauses_of(finding.rule, judgement.wish.level)
            yield _told(finding, rules[finding.rule], [clause.id for clause in clauses])


def _told(finding: Finding, rule: Rule, clauses: list[str]) -> Element:
    zh, en = SEVERITIES[finding.severity]
    facts: list[Child] = [
        _said("结论", "verdict", (verdict_words(finding.verdict), _reason(finding))),
        _said("严重程度", "severity", both(zh, en)),
        _said("规则", "rule", node("code", rule.id)),
        _said("条款", "clauses", "、".join(clauses) or "—"),
    ]
    if rule.high_risk:
        facts.append(_said("高风险情形", "high-risk case", rule.high_risk))
    if finding.valid_until:
        facts.append(_said("有效至", "valid until", finding.valid_until.isoformat()))
    if finding.verdict in {"fail", "unknown"}:
        facts.append(_said("原因", "why it matters", both(rule.why["zh"], rule.why["en"])))
    if finding.verdict == "fail":
        facts.append(_said("整改", "fix", both(rule.fix["zh"], rule.fix["en"])))
    if finding.objects:
        names = (node("li", node("code", named.key)) for named in finding.objects)
        facts.append(_said("涉及", "objects", node("ul", names)))
    title = node("h3", both(rule.title["zh"], rule.title["en"]))
    return node(
        "article", title, node("dl", facts), _evidence(finding), id=rule.id, class_=f"finding {finding.verdict}"
    )


def _said(zh: str, en: str, value: Child) -> tuple[Element, Element]:
    return node("dt", both(zh, en)), node("dd", value)


def _reason(finding: Finding) -> str:
    return f"：{REASONS.get(finding.reason, finding.reason)}" if finding.reason else ""


def _evidence(finding: Finding) -> Element | None:
    if not finding.evidence:
        return None
    rows = (node("tr", _cells(row)) for row in finding.evidence)
    return node("table", head_row(*_HEAD), node("tbody", rows), class_="evidence")


def _cells(row: Evidence) -> Child:
    if row.what == "…":
        return node("td", f"… {row.found}", colspan=str(len(_HEAD)))
    lost = (node("div", both(f"覆盖了 {place}", "overrides"), class_="dim") for place in row.overrides)
    return (
        node("td", node("code", row.what)),
        node("td", node("code", row.found)),
        node("td", node("code", row.wanted)),
        node("td", node("code", row.source or "—"), lost),
    )
