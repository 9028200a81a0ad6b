"""The scan as SARIF 2.1.0 (OASIS standard with errata 01): what code-scanning desks and issue trackers read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, TextIO
from urllib.parse import quote

from rongdun_agent.host import as_bytes
from rongdun_agent.scan.choice import embedded_controls
from rongdun_agent.scan.judgement import Judgement
from rongdun_contract.controls import Clause, Framework
from rongdun_contract.findings import Evidence, Finding, Verdict
from rongdun_contract.rules import Rule, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Severity, str] = MappingProxyType(
    {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
)
_SCORES: Mapping[Severity, str] = MappingProxyType({"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"})
"""`security-severity`, by which code-scanning desks sort: the middle of the range that they call by that word."""
_KINDS: Mapping[Verdict, str] = MappingProxyType(
    {"fail": "fail", "pass": "pass", "not_applicable": "notApplicable", "unknown": "open"}
)
_PLACE = re.compile(r"(/.*?)(?::([1-9][0-9]{0,8}))?")
"""A file of the host, and a line of it."""


def write_sarif(judgement: Judgement, out: TextIO) -> None:
    """Print the log and a newline."""
    json.dump(as_log(judgement), out, ensure_ascii=False, indent=2)
    out.write("\n")


def as_log(judgement: Judgement) -> dict[str, Any]:
    """One run over one host; paths are relative to the host's root."""
    framework = embedded_controls(judgement.wish.level)
    rules = judgement.wish.rules
    clauses = {rule.id: framework.clauses_of(rule.id, judgement.wish.level) for rule in rules}
    places = {rule.id: at for at, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules, clauses, framework)},
        "taxonomies": [_taxonomy(framework, judgement.wish.level)],
        "automationDetails": {"id": f"rongdun/{quote(judgement.host_name or 'host')}/level-{judgement.wish.level}/"},
        "invocations": [_invocation(judgement)],
        "originalUriBaseIds": {"HOST": {"uri": "file:///", "description": _text("the root of the host")}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules[places[finding.rule]], places) for finding in judgement.findings],
        "properties": _properties(judgement),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(rules: Sequence[Rule], clauses: Mapping[str, tuple[Clause, ...]], framework: Framework) -> dict[str, Any]:
    return {
        "name": "rongdun-agent",
        "version": version("rongdun-agent"),
        "language": "zh-CN",
        "supportedTaxonomies": [{"name": framework.id, "index": 0}],
        "rules": [_rule(rule, [clause.id for clause in clauses[rule.id]], framework) for rule in rules],
    }


def _rule(rule: Rule, clauses: list[str], framework: Framework) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": _text(f"{rule.title['zh']} {rule.title['en']}"),
        "fullDescription": _text(f"{rule.why['zh']}\n{rule.why['en']}"),
        "help": _text(f"{rule.fix['zh']}\n{rule.fix['en']}"),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "relationships": [
            {"target": {"id": clause, "toolComponent": {"name": framework.id, "index": 0}}, "kinds": ["relevant"]}
            for clause in clauses
        ],
        "properties": {
            "severity": rule.severity,
            "security-severity": _SCORES[rule.severity],
            "tags": ["security", *rule.tags],
        },
    }


def _taxonomy(framework: Framework, level: int) -> dict[str, Any]:
    """The clauses of the level, which rules point to."""
    return {
        "name": framework.id,
        "language": "zh-CN",
        "shortDescription": _text(f"{framework.title.zh} {framework.title.en}"),
        "isComprehensive": False,
        "taxa": [
            {
                "id": clause.id,
                "name": clause.control_point.zh,
                "shortDescription": _text(f"{clause.gist.zh} {clause.gist.en}"),
            }
            for clause in framework.clauses
            if clause.level == level
        ],
    }


def _result(finding: Finding, rule: Rule, places: Mapping[str, int]) -> dict[str, Any]:
    """A verdict; `open` is what could not be told, and only what fails has a level."""
    return {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "kind": _KINDS[finding.verdict],
        "level": _LEVELS[finding.severity] if finding.verdict == "fail" else "none",
        "message": _text("\n".join(_words(finding, rule))),
        "locations": [_location(row) for row in finding.evidence if row.what != "…"],
        "relatedLocations": [
            {"physicalLocation": physical, "message": _text(f"overridden: {row.what}")}
            for row in finding.evidence
            for place in row.overrides
            if (physical := _physical(place))
        ],
        "partialFingerprints": {"rongdunRule/v1": finding.rule},
        "properties": {"verdict": finding.verdict, "reason": finding.reason}
        | ({"objects": [named.key for named in finding.objects]} if finding.objects else {}),
    }


def _words(finding: Finding, rule: Rule) -> Iterator[str]:
    yield f"{rule.title['zh']} {rule.title['en']}: {finding.verdict}" + (f" ({finding.reason})" * bool(finding.reason))
    for row in finding.evidence:
        wanted = f"，要求 wanted {row.wanted}" if row.wanted else ""
        yield f"{row.what}: {row.found}{wanted}"


def _location(row: Evidence) -> dict[str, Any]:
    """Where a fact stands: always by its name, and by file and line where it comes from one."""
    found: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": row.what, "kind": "property"}]}
    physical = _physical(row.source or "")
    if physical:
        found["physicalLocation"] = physical
    return found


def _physical(place: str) -> dict[str, Any] | None:
    match = _PLACE.fullmatch(place)
    if match is None:
        return None
    where = {"artifactLocation": {"uri": quote(as_bytes(match[1]).lstrip(b"/")), "uriBaseId": "HOST"}}
    return where | {"region": {"startLine": int(match[2])}} if match[2] else where


def _invocation(judgement: Judgement) -> dict[str, Any]:
    """How it went; a part of the host that could not be read is a notification, and the run goes on."""
    return {
        "executionSuccessful": True,
        "endTimeUtc": judgement.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": [
            {"level": "warning", "message": _text(f"{probe.name}: {probe.error}"), "descriptor": {"id": probe.name}}
            for probe in judgement.probes
            if probe.error
        ],
    }


def _properties(judgement: Judgement) -> dict[str, Any]:
    score = judgement.score
    return {
        "host": judgement.host_name,
        "operatingSystem": judgement.os_name,
        "level": judgement.wish.level,
        "packs": [{"id": pack.id, "version": pack.version} for pack in judgement.wish.packs],
        "score": None if score.score is None else round(score.score, 1),
        "confidence": None if score.confidence is None else round(score.confidence, 3),
    }


def _text(text: str) -> dict[str, str]:
    return {"text": text}
