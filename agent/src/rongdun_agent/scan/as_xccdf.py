"""The scan as XCCDF 1.2 (NIST IR 7275 rev. 4): a Benchmark of the rules by control point, with one TestResult."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from types import MappingProxyType
from typing import TextIO
from xml.etree.ElementTree import Element, indent, tostring

from rongdun_agent.scan.choice import embedded_controls
from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.markup import Child, node
from rongdun_contract.controls import Clause, Framework, Words
from rongdun_contract.findings import Evidence, Finding, Verdict
from rongdun_contract.rules import Rule, Severity
from rongdun_contract.score import WEIGHTS

NAMESPACE = "http://checklists.nist.gov/xccdf/1.2"
CLAUSES = "urn:gb:t:22239-2019"
_OWN = "urn:rongdun"
SCORE, CONFIDENCE = f"{_OWN}:score", f"{_OWN}:confidence"
_SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {"critical": "high", "high": "high", "medium": "medium", "low": "low"}
)
"""XCCDF knows nothing above `high`; the weight tells them apart."""
_RESULTS: Mapping[Verdict, str] = MappingProxyType(
    {"pass": "pass", "fail": "fail", "not_applicable": "notapplicable", "unknown": "unknown"}
)
_UNKNOWN: Mapping[str, str] = MappingProxyType({"error": "error", "not probed": "notchecked"})
_OTHERS = Words(zh="其他规则", en="Rules of no clause at this level")


def write_xccdf(judgement: Judgement, out: TextIO) -> None:
    """Print the document."""
    tree = _benchmark(judgement)
    indent(tree)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(tostring(tree, encoding="unicode"))
    out.write("\n")


def _benchmark(judgement: Judgement) -> Element:
    framework = embedded_controls(judgement.wish.level)
    return node(
        "Benchmark",
        node("status", "accepted", date=f"{judgement.at:%Y-%m-%d}"),
        _bilingual("title", framework.title.zh, framework.title.en),
        _bilingual("description", f"第 {judgement.wish.level} 级", f"level {judgement.wish.level}"),
        node("version", " ".join(f"{pack.id}-{pack.version}" for pack in judgement.wish.packs)),
        node("model", system=SCORE),
        _groups(judgement, framework),
        _test_result(judgement, framework),
        xmlns=NAMESPACE,
        id=_benchmark_id(framework),
        resolved="1",
        xml_lang="zh-CN",
    )


def _groups(judgement: Judgement, framework: Framework) -> Iterator[Element]:
    """A group for each control point with rules; a rule of several stands under the first."""
    level = judgement.wish.level
    groups: dict[str, tuple[Words, list[Element]]] = {}
    for rule in judgement.wish.rules:
        clauses = framework.clauses_of(rule.id, level)
        key = clauses[0].id.rpartition(" ")[0] if clauses else "other"
        words = clauses[0].control_point if clauses else _OTHERS
        groups.setdefault(key, (words, []))[1].append(_rule(rule, clauses))
    for key, (words, rules) in sorted(groups.items()):
        title = _bilingual("title", words.zh, words.en)
        yield node("Group", title, rules, id=f"xccdf_rongdun_group_{key}")


def _rule(rule: Rule, clauses: Iterable[Clause]) -> Element:
    return node(
        "Rule",
        _bilingual("title", rule.title["zh"], rule.title["en"]),
        _bilingual("description", rule.title["zh"], rule.title["en"]),
        (node("reference", f"GB/T 22239-2019 {clause.id} {clause.gist.zh}", href=CLAUSES) for clause in clauses),
        _bilingual("rationale", rule.why["zh"], rule.why["en"]),
        _bilingual("fixtext", rule.fix["zh"], rule.fix["en"]),
        _check(rule.id),
        id=_rule_id(rule.id),
        severity=_SEVERITIES[rule.severity],
        weight=f"{WEIGHTS[rule.severity]}.0",
    )


def _test_result(judgement: Judgement, framework: Framework) -> Element:
    at = judgement.at.isoformat()
    return node(
        "TestResult",
        node("benchmark", href=f"#{_benchmark_id(framework)}", id=_benchmark_id(framework)),
        _bilingual("title", "等级保护基线检查", "Baseline of one host"),
        node("target", judgement.host_name or "?"),
        node("target-facts", node("fact", judgement.os_name, name=f"{_OWN}:operating-system", type="string"))
        if judgement.os_name
        else None,
        (_rule_result(finding, at) for finding in judgement.findings),
        _scores(judgement),
        id=f"xccdf_rongdun_testresult_level-{judgement.wish.level}",
        end_time=at,
        start_time=at,
        test_system=f"rongdun-agent {version('rongdun-agent')}",
        version=", ".join(f"{pack.id} {pack.version}" for pack in judgement.wish.packs),
    )


def _rule_result(finding: Finding, at: str) -> Element:
    result = _UNKNOWN.get(finding.reason or "") if finding.verdict == "unknown" else None
    severity = "error" if finding.verdict == "fail" else "info"
    said = [_told(row) for row in finding.evidence]
    if finding.reason:
        said.insert(0, f"{finding.verdict}: {finding.reason}")
    return node(
        "rule-result",
        node("result", result or _RESULTS[finding.verdict]),
        (node("message", text, severity=severity) for text in said),
        _check(finding.rule),
        idref=_rule_id(finding.rule),
        severity=_SEVERITIES[finding.severity],
        weight=f"{WEIGHTS[finding.severity]}.0",
        time=at,
    )


def _told(row: Evidence) -> str:
    """A fact in one line: what it is, what was wanted, where it stands, what it overrode."""
    if row.what == "…":
        return f"… {row.found}"
    wanted = f", wanted {row.wanted}" if row.wanted else ""
    source = f", at {row.source}" if row.source else ""
    lost = f", overrides {', '.join(row.overrides)}" if row.overrides else ""
    return f"{row.what}: {row.found}{wanted}{source}{lost}"


def _scores(judgement: Judgement) -> Iterator[Element]:
    """The score and the confidence beside it; a score of nothing is 0 of 0."""
    score, known = judgement.score.score, judgement.score.confidence
    yield node("score", f"{score or 0:.1f}", system=SCORE, maximum="0" if score is None else "100")
    yield node("score", f"{known or 0:.3f}", system=CONFIDENCE, maximum="0" if known is None else "1")


def _bilingual(tag: str, zh: str, en: str) -> Child:
    return node(tag, zh, xml_lang="zh-CN"), node(tag, en, xml_lang="en")


def _check(rule: str) -> Element:
    """Whose rule decided; the checking system is this product's own."""
    return node("check", node("check-content-ref", href="rongdun-agent", name=rule), system=f"{_OWN}:rule")


def _benchmark_id(framework: Framework) -> str:
    return f"xccdf_rongdun_benchmark_{framework.id}"


def _rule_id(rule: str) -> str:
    return f"xccdf_rongdun_rule_{rule}"
