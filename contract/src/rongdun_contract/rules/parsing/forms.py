"""The forms of a condition: all, any, not, quantifiers, and otherwise comparisons."""

from typing import cast

from rongdun_contract.rules.conditions import All, AnyOf, Condition, Not, Verdict
from rongdun_contract.rules.parsing.comparisons import parse_comparisons
from rongdun_contract.rules.parsing.context import At, Context
from rongdun_contract.rules.parsing.quantifiers import QUANTIFIERS, parse_quantified
from rongdun_contract.rules.source import Entries, Items, Node

MAX_NESTING = 12


def parse_condition(node: Node, at: At, context: Context) -> Condition | None:
    """Read one condition; None when it is wrong, which the context's report then says."""
    if at.depth > MAX_NESTING:
        context.report.add(node.line, at.field, f"conditions are nested more than {MAX_NESTING} deep", "split the rule")
        return None
    if not isinstance(node, Entries) or not node.entries:
        remedy = "write {path: {matcher: argument}}, or one of all, any, not, every, some, none"
        context.report.add(node.line, at.field, "a condition is a mapping", remedy)
        return None
    keys = node.entries.keys()
    if "not" in keys:
        return _parse_not(node, at, context)
    for form, condition in (("all", All), ("any", AnyOf)):
        if form in keys:
            parts = _parse_parts(form, node, at, context)
            return None if parts is None else condition(parts)
    form = next((key for key in keys if key in QUANTIFIERS), "")
    return parse_quantified(form, node, at, context, parse_condition) if form else parse_comparisons(node, at, context)


def _parse_parts(form: str, entries: Entries, at: At, context: Context) -> tuple[Condition, ...] | None:
    context.refuse_others(entries, {form}, at)
    node = entries.entries[form]
    if not isinstance(node, Items) or not node.items:
        context.report.add(
            node.line, at.below(form).field, "is no list of conditions", "write `- ` before each condition"
        )
        return None
    parts = [parse_condition(item, at.inside(f"{form}.{number}"), context) for number, item in enumerate(node.items)]
    found = tuple(part for part in parts if part is not None)
    return found if len(found) == len(parts) else None


def _parse_not(entries: Entries, at: At, context: Context) -> Condition | None:
    context.refuse_others(entries, {"not", "if_absent"}, at)
    outside, context.loose = context.loose, []
    part = parse_condition(entries.entries["not"], at.inside("not"), context)
    inside, context.loose = context.loose, outside
    said = entries.entries.get("if_absent")
    if part is None:
        return None
    if said is None and inside:
        remedy = "say beside `not` what then holds: if_absent: pass or fail"
        context.report.add(entries.key_lines["not"], at.below("not").field, f"`{inside[0]}` may be absent", remedy)
    if said is None:
        return Not(part)
    if not inside:
        context.report.add(
            said.line, at.below("if_absent").field, "no fact inside can be absent unsaid", "leave if_absent out"
        )
    verdict = context.word(said, at.below("if_absent"), ("pass", "fail"))
    return Not(part, cast("Verdict | None", verdict))
