"""One rule file: read, checked against the section models, compiled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rongdun_contract.documents import canonical_json, digest
from rongdun_contract.facts import SectionSpec
from rongdun_contract.rules.conditions import Condition, encode
from rongdun_contract.rules.document import RuleDocument
from rongdun_contract.rules.parameters import DIRECTIONS, Declaration, at_least_as_strict, has_type
from rongdun_contract.rules.parsing import At, Context, parse_condition
from rongdun_contract.rules.problems import Report
from rongdun_contract.rules.rule import Rule
from rongdun_contract.rules.scope import host_scope
from rongdun_contract.rules.source import Entries, read_yaml, validated
from rongdun_contract.rules.source.nodes import line_of


def read_rule(path: Path, report: Report, sections: Mapping[str, SectionSpec]) -> Rule | None:
    """The rule in a file; None when something is wrong with it, which the report then says."""
    node = read_yaml(path, report)
    if node is None:
        return None
    document = validated(RuleDocument, node, report)
    if document is None or not isinstance(node, Entries):
        return None
    _check_id(document, path, node, report)
    _check_params(document, node, report)
    context = Context(report, document.params)
    applies = _condition("applies", node, context, sections)
    expect = _condition("expect", node, context, sections)
    volatile = _check_use(document, node, context, sections)
    if report.problems or expect is None:
        return None
    needs = {name: sections[name].schema for name in sorted(context.sections)}
    return seal_rule(document, applies, expect, needs, volatile)


def seal_rule(
    document: RuleDocument,
    applies: Condition | None,
    expect: Condition,
    needs: dict[str, int],
    volatile: tuple[str, ...],
) -> Rule:
    """The compiled rule, named by the digest of all it says."""
    plain: dict[str, Any] = document.model_dump(mode="json", exclude={"applies", "expect"}, exclude_none=True)
    plain |= {"expect": encode(expect), "needs": needs, "volatile": list(volatile)}
    if applies is not None:
        plain["applies"] = encode(applies)
    return rule_from(plain | {"digest": digest(canonical_json(plain))})


def rule_from(plain: Mapping[str, Any]) -> Rule:
    """A rule from its compiled JSON."""
    return Rule(**{**plain, "tags": tuple(plain["tags"]), "volatile": tuple(plain["volatile"])})


def _check_id(document: RuleDocument, path: Path, node: Entries, report: Report) -> None:
    name = path.name.removesuffix(".yaml")
    if document.id != name:
        what = f"the id `{document.id}` is not the file's name"
        report.add(line_of(node, ("id",)), "id", what, f"call the file {document.id}.yaml or the rule {name}")


def _condition(key: str, node: Entries, context: Context, sections: Mapping[str, SectionSpec]) -> Condition | None:
    inner = node.entries.get(key)
    return None if inner is None else parse_condition(inner, At(key, host_scope(sections)), context)


def _check_params(document: RuleDocument, node: Entries, report: Report) -> None:
    for name, declared in document.params.items():
        for key, value in _named_values(declared):
            if not has_type(value, declared.type):
                what = f"{value!r} is not of type {declared.type}"
                report.add(
                    line_of(node, ("params", name, *key)), ".".join(("params", name, *key)), what, "write such a value"
                )
                break
        else:
            _check_direction(name, declared, line_of(node, ("params", name, "tighten")), report)


def _named_values(declared: Declaration) -> list[tuple[tuple[str, ...], Any]]:
    values: list[tuple[tuple[str, ...], Any]] = [(("default",), declared.default)]
    values += [(("by_level", level), value) for level, value in declared.by_level.items()]
    return values if declared.bound is None else [*values, (("bound",), declared.bound)]


def _check_direction(name: str, declared: Declaration, line: int, report: Report) -> None:
    where, possible = f"params.{name}", DIRECTIONS[declared.type]
    if declared.tighten not in possible:
        what = f"a parameter of type {declared.type} cannot be tightened `{declared.tighten}`"
        report.add(line, f"{where}.tighten", what, f"write {' or '.join(sorted(possible))}")
        return
    if declared.bound is None:
        return
    if not all(at_least_as_strict(declared, declared.bound, value) for value in declared.values()):
        what = f"the bound {declared.bound!r} is less strict than a default"
        report.add(line, f"{where}.bound", what, "the bound is how far tightening may go, not how far loosening")


def _check_use(
    document: RuleDocument, node: Entries, context: Context, sections: Mapping[str, SectionSpec]
) -> tuple[str, ...]:
    """Report what is declared and never used, and what is missing; the volatile sections that the rule reads."""
    report = context.report
    for name in document.params.keys() - context.used:
        report.add(line_of(node, ("params", name)), f"params.{name}", "no condition uses this parameter", "remove it")
    volatile = tuple(name for name in sorted(context.sections) if sections[name].volatile)
    if volatile and document.max_age_s is None:
        what = f"`{volatile[0]}` changes by itself, and the rule does not say how old it may be"
        report.add(node.line, "max_age_s", what, "add max_age_s: 3600, or what suits")
    return volatile
