"""Facts as cases write them: checked against the section's model, and completed with its defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from rongdun_contract.documents import Section, Unavailable, section_of
from rongdun_contract.facts import SectionSpec
from rongdun_contract.reasons import REASONS
from rongdun_contract.rules.matchers.matcher import refuse_value
from rongdun_contract.rules.problems import Report, nearest
from rongdun_contract.rules.source import Entries, Items, Node, Scalar
from rongdun_contract.rules.types import FactType, fact_type

_LEFT_OUT = {"unknown": "not probed"}
"""Stands where a case leaves out a field that has no default: reading it is no answer, and surely not absence."""


def read_canned(
    node: Node, field: str, report: Report, sections: Mapping[str, SectionSpec]
) -> dict[str, Section | Unavailable]:
    """Sections by name: facts, or `{unavailable: reason}`; mistakes go to the report."""
    if not isinstance(node, Entries):
        report.add(node.line, field, "is not a mapping", "write {section: {field: value}}")
        return {}
    found: dict[str, Section | Unavailable] = {}
    for name, inner in node.entries.items():
        where = f"{field}.{name}"
        if name not in sections:
            report.add(node.key_lines[name], where, f"there is no section `{name}`", nearest(name, sections))
            continue
        part = _section(inner, where, report, sections[name])
        if part is not None:
            found[name] = part
    return found


def _section(node: Node, field: str, report: Report, spec: SectionSpec) -> Section | Unavailable | None:
    if isinstance(node, Entries) and set(node.entries) == {"unavailable"}:
        reason = _reason(node.entries["unavailable"], f"{field}.unavailable", report)
        return None if reason is None else Unavailable(reason)
    facts = _Filler(report).fill(node, FactType("object", model=spec.model), field)
    return section_of(spec.schema, facts, {}) if isinstance(facts, dict) else None


def _reason(node: Node, field: str, report: Report) -> Any:  # noqa: ANN401 - a Reason or None
    if isinstance(node, Scalar) and node.value in REASONS:
        return node.value
    report.add(node.line, field, "is no reason", f"write one of: {', '.join(REASONS)}")
    return None


@dataclass(frozen=True, slots=True)
class _Filler:
    """Goes down a section's model and what a case says of it, side by side."""

    report: Report

    def fill(self, node: Node, fact: FactType, field: str) -> Any:  # noqa: ANN401 - facts are JSON
        """The facts that the node means; None where it makes no sense."""
        if isinstance(node, Entries) and set(node.entries) == {"unknown"} and not fact.certain:
            reason = _reason(node.entries["unknown"], f"{field}.unknown", self.report)
            return None if reason is None else {"unknown": reason}
        if fact.kind == "object":
            return self._object(node, fact, field)
        if fact.item is None:
            return self._scalar(node, fact, field)
        if fact.kind == "list" and isinstance(node, Items):
            return [self.fill(item, fact.item, f"{field}.{number}") for number, item in enumerate(node.items)]
        if fact.kind == "mapping" and isinstance(node, Entries):
            return {key: self.fill(value, fact.item, f"{field}.{key}") for key, value in node.entries.items()}
        return self._refuse(node, fact, field)

    def _object(self, node: Node, fact: FactType, field: str) -> Any:  # noqa: ANN401 - facts are JSON
        if not isinstance(node, Entries) or fact.model is None:
            return self._refuse(node, fact, field)
        infos = fact.model.model_fields
        for key in node.entries.keys() - infos.keys():
            self.report.add(node.key_lines[key], f"{field}.{key}", f"there is no field `{key}`", nearest(key, infos))
        facts: dict[str, Any] = {}
        for name, info in infos.items():
            if name in node.entries:
                facts[name] = self.fill(node.entries[name], fact_type(info.annotation), f"{field}.{name}")
            elif (default := _default(info)) is not None:
                facts[name] = default
        return facts

    def _scalar(self, node: Node, fact: FactType, field: str) -> Any:  # noqa: ANN401 - facts are JSON
        if not isinstance(node, Scalar):
            return self._refuse(node, fact, field)
        complaint = refuse_value(node.value, fact)
        if complaint is not None:
            self.report.add(
                node.line, field, complaint.what.replace("is compared with", "stands for"), complaint.remedy
            )
            return None
        return node.value

    def _refuse(self, node: Node, fact: FactType, field: str) -> None:
        untold = "" if fact.certain else ", or {unknown: reason}"
        self.report.add(node.line, field, f"is not {fact.words()}", f"write {fact.words()}{untold}")


def _default(info: FieldInfo) -> Any:  # noqa: ANN401 - facts are JSON
    if info.is_required():
        return dict(_LEFT_OUT)
    return to_jsonable_python(info.get_default(call_default_factory=True), exclude_none=True)
