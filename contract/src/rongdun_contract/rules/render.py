"""Conditions as one line of text, as `wanted` and explanations show them."""

from collections.abc import Mapping
from typing import Any

from rongdun_contract.rules.conditions import All, AnyOf, Compare, Condition, Not, Parameter, Quantified
from rongdun_contract.rules.matchers import MATCHERS
from rongdun_contract.rules.paths import format_path


def render(condition: Condition, params: Mapping[str, Any] | None = None) -> str:
    """The condition on one line, with the values of its parameters where they are given."""
    values = params or {}
    if isinstance(condition, Compare):
        return f"{format_path(condition.path)} {wanted(condition, values)}"
    if isinstance(condition, All):
        return " and ".join(_bracketed(part, values) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return " or ".join(_bracketed(part, values) for part in condition.parts)
    if isinstance(condition, Not):
        return f"not ({render(condition.part, values)}){_if_absent(condition.if_absent)}"
    return _quantified(condition, values)


def wanted(condition: Compare, params: Mapping[str, Any]) -> str:
    """What a comparison wants, without the path."""
    argument = condition.argument
    if isinstance(argument, Parameter) and argument.name not in params:
        return f"{condition.matcher} {argument.name}{_if_absent(condition.if_absent)}"
    value = params[argument.name] if isinstance(argument, Parameter) else argument
    return MATCHERS[condition.matcher].render(value) + _if_absent(condition.if_absent)


def _if_absent(verdict: str | None) -> str:
    return f" (absent: {verdict})" if verdict else ""


def _bracketed(part: Condition, params: Mapping[str, Any]) -> str:
    text = render(part, params)
    return f"({text})" if isinstance(part, (All, AnyOf, Quantified)) else text


def _quantified(condition: Quantified, params: Mapping[str, Any]) -> str:
    new = "new " if condition.new_key is not None else ""
    where = f" where {_bracketed(condition.where, params)}" if condition.where is not None else ""
    that = f": {render(condition.that, params)}" if condition.that is not None else ""
    return f"{condition.quantifier} {new}{format_path(condition.over)}{where}{that}"
