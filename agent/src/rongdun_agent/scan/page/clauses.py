"""The clauses that this host has a result for, by control point, each with the rules that it follows from."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rongdun_agent.scan.evidence import MARKS
from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.markup import Child, node
from rongdun_agent.scan.order import worst_first
from rongdun_agent.scan.page.words import RESULT_CLASSES, VERDICTS, both, head_row, heading
from rongdun_agent.scan.table import RESULT_WORDS
from rongdun_contract.clauses import ClauseResult, Result, clause_results
from rongdun_contract.controls import Clause, Framework
from rongdun_contract.findings import Finding


def clause_table(judgement: Judgement, framework: Framework) -> Iterator[Element]:
    """The table, and how often each result is in it."""
    results = _shown(judgement, framework)
    yield heading("clauses", "条款结果", f"Clauses at level {judgement.wish.level}")
    if not results:
        yield node("p", both("所选规则不对应本级任何条款。", "The rules chosen serve no clause of this level."))
        return
    yield node("p", _tally([result.result for result, _ in results]))
    head = head_row(("条款", "clause"), ("要求", "demand"), ("结果", "result"), ("依据", "rules"))
    findings = {finding.rule: finding for finding in judgement.findings}
    yield node("table", head, _rows(results, findings, judgement), class_="clauses")


def _shown(judgement: Judgement, framework: Framework) -> list[tuple[ClauseResult, Clause]]:
    """Each clause that is judged on a host; where rules were named one by one, only theirs."""
    clauses = {clause.id: clause for clause in framework.clauses}
    judged = {finding.rule for finding in judgement.findings}
    pairs = [
        (result, clauses[result.clause])
        for result in clause_results(framework, judgement.findings, judgement.wish.level)
    ]
    return [pair for pair in pairs if not judgement.wish.chosen or judged.intersection(pair[1].rules)]


def _tally(results: list[Result]) -> list[Child]:
    return [
        node("span", f"{result} ", node("span", RESULT_WORDS[result], class_="en", lang="en"), f" {count}　")
        for result in RESULT_CLASSES
        if (count := results.count(result))
    ]


def _rows(
    results: list[tuple[ClauseResult, Clause]], findings: dict[str, Finding], judgement: Judgement
) -> Iterator[Element]:
    """A body for each control point."""
    titles = {rule.id: rule.title["zh"] for rule in judgement.wish.rules}
    body, point = node("tbody"), None
    for result, clause in results:
        if clause.control_point != point:
            point = clause.control_point
            if len(body):
                yield body
            words = both(f"{clause.class_.zh} · {point.zh}", f"{clause.class_.en} · {point.en}")
            body = node("tbody", node("tr", node("th", words, colspan="4", scope="rowgroup")))
        here = [findings[rule] for rule in clause.rules if rule in findings]
        body.append(_row(result, clause, here, titles))
    yield body


def _row(result: ClauseResult, clause: Clause, findings: list[Finding], titles: dict[str, str]) -> Element:
    return node(
        "tr",
        node("td", clause.id),
        node("td", both(clause.gist.zh, clause.gist.en)),
        node("td", _result(result, clause)),
        node("td", [node("div", _rule(finding, titles)) for finding in worst_first(findings)] or "—"),
    )


def _result(result: ClauseResult, clause: Clause) -> Child:
    words = node("span", result.result, class_=RESULT_CLASSES[result.result])
    said: list[Child] = [words, " ", node("span", RESULT_WORDS[result.result], class_="en", lang="en")]
    if clause.kind != "auto":
        link = node("a", both("须人工判定", "a person decides"), href=f"#point-{clause.id.rpartition(' ')[0]}")
        said.append(node("div", link, class_="dim"))
    return said


def _rule(finding: Finding, titles: dict[str, str]) -> Child:
    return (
        node("span", f"{MARKS[finding.verdict][0]} {VERDICTS[finding.verdict][0]} "),
        node("a", titles[finding.rule], href=f"#{finding.rule}"),
    )
