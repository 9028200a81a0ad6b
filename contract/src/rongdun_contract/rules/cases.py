"""The cases of a rule: what a host is given to be, and the verdict that has to come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from rongdun_contract.documents import Survey
from rongdun_contract.facts import SectionSpec
from rongdun_contract.findings import Verdict
from rongdun_contract.rules.canned import read_canned
from rongdun_contract.rules.document import Document
from rongdun_contract.rules.moments import parse_moment
from rongdun_contract.rules.parameters import has_type
from rongdun_contract.rules.problems import Report, nearest
from rongdun_contract.rules.rule import Rule
from rongdun_contract.rules.source import Entries, Items, Node, Scalar, read_yaml, validated
from rongdun_contract.rules.source.nodes import line_of

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When a case plays, unless it says something else."""


class FileDocument(Document):
    """A file, directory or symbolic link of the host; numbers for owner and group need root to be made."""

    content: str = ""
    mode: Annotated[str, Field(pattern="^[0-7]{3,4}$")] | None = None
    owner: int | None = None
    group: int | None = None
    symlink: str | None = None
    dir: bool = False


class Expectation(Document):
    """What must come out; what is left out may be anything. `what`, `found`, `wanted`, `source` stand in one row."""

    verdict: Verdict
    reason: str | None = None
    what: str | None = None
    found: str | int | float | bool | None = None
    wanted: str | None = None
    source: str | None = None
    objects: Annotated[tuple[str, ...], Field(strict=False)] | None = None
    valid_until: str | None = None


class CaseDocument(Document):
    """One entry of `<id>.cases.yaml`; a bare verdict and bare file contents are spelt out before this is checked."""

    case: Annotated[str, Field(min_length=1)]
    files: dict[Annotated[str, Field(pattern="^/")], FileDocument] = Field(default_factory=dict)
    facts: Any = None
    reference: Any = None
    params: dict[str, Any] = Field(default_factory=dict)
    level: Annotated[int, Field(ge=2, le=4)] = 3
    now: str | None = None
    expect: Expectation


@dataclass(frozen=True)
class Case:
    """A case, ready to be tried.

    `files` is what the agent builds a tree from and surveys; `facts` are canned sections, which win over surveyed ones.
    """

    name: str
    line: int
    expect: Expectation
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: Survey = field(default_factory=dict)
    reference: Survey | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    level: int = 3
    now: datetime = NOW


def read_cases(path: Path, rule: Rule, report: Report, sections: Mapping[str, SectionSpec]) -> tuple[Case, ...]:
    """The cases in a file, checked against their rule; what is wrong goes to the report."""
    node = read_yaml(path, report)
    if node is None:
        return ()
    if not isinstance(node, Items):
        report.add(node.line, "", "is no list of cases", "write `- case: …`")
        return ()
    cases = [_read_case(item, number, rule, report, sections) for number, item in enumerate(node.items)]
    found = tuple(case for case in cases if case is not None)
    for case in found:
        if sum(other.name == case.name for other in found) > 1:
            report.add(case.line, "case", f"two cases are called `{case.name}`", "say what is special about each")
    return found


def _read_case(node: Node, number: int, rule: Rule, report: Report, sections: Mapping[str, SectionSpec]) -> Case | None:
    where = str(number)
    node = _spelt_out(node)
    document = validated(CaseDocument, node, report, under=where)
    if document is None or not isinstance(node, Entries):
        return None
    known = {name: sections[name] for name in rule.sections}
    canned = {
        key: read_canned(node.entries[key], f"{where}.{key}", report, known)
        for key in ("facts", "reference")
        if key in node.entries
    }
    _check_params(document, node, rule, where, report)
    return Case(
        name=document.case,
        line=node.line,
        expect=document.expect,
        files={path: file.model_dump(exclude_defaults=True) for path, file in document.files.items()},
        facts=canned.get("facts", {}),
        reference=canned.get("reference"),
        params=document.params,
        level=document.level,
        now=_moment(document.now, line_of(node, ("now",)), f"{where}.now", report),
    )


def _spelt_out(node: Node) -> Node:
    """The same case with `expect: verdict` and `path: content` written as mappings."""
    if not isinstance(node, Entries):
        return node
    entries = dict(node.entries)
    if isinstance(entries.get("expect"), Scalar):
        entries["expect"] = _wrapped("verdict", entries["expect"])
    files = entries.get("files")
    if isinstance(files, Entries):
        contents: dict[str, Node] = {
            path: _wrapped("content", file) if isinstance(file, Scalar) else file
            for path, file in files.entries.items()
        }
        entries["files"] = Entries(contents, files.key_lines, files.line)
    return Entries(entries, node.key_lines, node.line)


def _wrapped(key: str, node: Node) -> Entries:
    return Entries({key: node}, {key: node.line}, node.line)


def _check_params(document: CaseDocument, node: Entries, rule: Rule, where: str, report: Report) -> None:
    for name, value in document.params.items():
        line, field_ = line_of(node, ("params", name)), f"{where}.params.{name}"
        declared = rule.params.get(name)
        if declared is None:
            report.add(line, field_, f"the rule has no parameter `{name}`", nearest(name, rule.params))
        elif not has_type(value, declared["type"]):
            report.add(line, field_, f"{value!r} is not of type {declared['type']}", "write such a value")


def _moment(text: str | None, line: int, field_: str, report: Report) -> datetime:
    moment = NOW if text is None else parse_moment(text)
    if moment is None:
        report.add(line, field_, f"{text!r} is no time", 'write a date or a time: "2026-01-01T00:00:00Z"')
    return moment or NOW
