"""A rule and a host's verdict in words: what `explain` prints."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rongdun_agent.scan.choice import embedded_controls
from rongdun_agent.scan.evidence import MARKS, write_evidence
from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.overlaid import write_overlay
from rongdun_agent.scan.text import Paper, printable
from rongdun_agent.scan.why import Grounds, Part, parts_of
from rongdun_contract.findings import Verdict
from rongdun_contract.rules import Rule
from rongdun_contract.rules.conditions import Condition

_HOLDS: Mapping[Verdict, str] = MappingProxyType(
    {"pass": "成立 holds", "fail": "不成立 does not hold", "unknown": "未知 unknown", "not_applicable": "不适用"}
)
_VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {"pass": "通过 pass", "fail": "不通过 fail", "unknown": "未知 unknown", "not_applicable": "不适用 not applicable"}
)


def write_rule(judgement: Judgement, rule: Rule, paper: Paper) -> None:
    """What the rule says, whom it serves, and the values of its parameters."""
    level = judgement.wish.level
    overrides = _overrides(judgement, rule)
    paper.line(f"{rule.id}  {rule.title['zh']} {rule.title['en']}", style="bold")
    paper.line(f"{rule.severity} · {rule.status} · digest {rule.digest[:16]}", indent=2)
    for words, text in (("为什么 Why", rule.why), ("怎样整改 Fix", rule.fix)):
        paper.line(f"{words}: {text['zh']}", indent=2, hanging=2)
        paper.line(text["en"], indent=4)
    for clause in embedded_controls(level).clauses_of(rule.id, level):
        gist = f"{clause.gist.zh} {clause.gist.en}"
        paper.line(f"等保 {level} 级 {clause.id} {clause.control_point.zh}: {gist}", indent=2, hanging=4)
    for name, value in rule.defaults(level).items():
        chosen = f", here {overrides[name]}" if name in overrides else ""
        paper.line(f"参数 parameter {name}: {value} at level {level}{chosen}", indent=2, hanging=4)
    write_overlay(judgement, paper, rule.id)
    paper.line(f"读取 reads: {', '.join(sorted(rule.sections))}", indent=2, hanging=4)


def write_why(judgement: Judgement, rule: Rule, paper: Paper) -> None:
    """The verdict, and the conditions with what was found for each."""
    (finding,) = (finding for finding in judgement.findings if finding.rule == rule.id)
    mark, style = MARKS[finding.verdict]
    reason = f" ({finding.reason})" if finding.reason else ""
    host = judgement.host_name or "?"
    paper.line()
    paper.line(printable(f"{mark} {_VERDICTS[finding.verdict]}{reason} · {host}"), style=style)
    if finding.valid_until is not None:
        paper.line(f"有效至 valid until {finding.valid_until.isoformat()}", indent=2)
    params = rule.defaults(judgement.wish.level) | dict(_overrides(judgement, rule))
    grounds = Grounds(judgement.survey, judgement.at, judgement.wish.level, params)
    applies, expect = rule.conditions
    if applies is not None:
        _write_condition("适用条件 applies where", rule, applies, grounds, paper)
    if finding.verdict != "not_applicable":
        _write_condition("要求 expects", rule, expect, grounds, paper)
    if finding.objects:
        paper.line("涉及 Objects", indent=2, style="bold")
        for named in finding.objects:
            paper.line(printable(named.key), indent=4)


def _overrides(judgement: Judgement, rule: Rule) -> Mapping[str, Any]:
    return judgement.wish.overlay.at(judgement.at).params(judgement.wish.params).get(rule.id, {})


def _write_condition(title: str, rule: Rule, condition: Condition, grounds: Grounds, paper: Paper) -> None:
    paper.line(title, indent=2, style="bold")
    for part in parts_of(rule, condition, grounds):
        _write_part(part, paper)


def _write_part(part: Part, paper: Paper) -> None:
    mark, style = MARKS[part.finding.verdict]
    indent = 4 + 2 * part.depth
    paper.line(printable(f"{mark} {part.words}: {_HOLDS[part.finding.verdict]}"), indent, hanging=4, style=style)
    if part.leaf:
        for row in part.finding.evidence:
            write_evidence(row, paper, indent + 4)
