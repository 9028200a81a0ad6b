"""Overriding the parameters of a pack: what an organisation may do, and what a what-if may do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rongdun_contract.rules.parameters import Declaration, from_text, has_type
from rongdun_contract.rules.problems import PackError, Problem, nearest
from rongdun_contract.rules.rule import Pack

Overrides = Mapping[str, Mapping[str, Any]]
"""Values by rule and parameter, as `evaluate` takes them."""


def check_params(packs: Iterable[Pack], overrides: Overrides) -> Overrides:
    """An organisation's overrides; raises PackError unless each one only tightens, and not beyond its bound."""
    return _checked(packs, overrides, tightened=True)


def accept_params(packs: Iterable[Pack], overrides: Overrides) -> Overrides:
    """The overrides of a what-if; raises PackError unless each one names a parameter and has its type."""
    return _checked(packs, overrides, tightened=False)


def read_overrides(packs: Iterable[Pack], texts: Iterable[str]) -> Overrides:
    """Overrides as a command line gives them, `RULE.NAME=VALUE`, values of the declared types; raises PackError."""
    params = _declared(packs)
    found: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for text in texts:
        name, equals, value = text.partition("=")
        rule, dot, parameter = name.rpartition(".")
        if not (equals and dot):
            problems.append(Problem(text, 0, "", "is no override of a parameter", "write RULE.NAME=VALUE"))
        else:
            declared = params.get(rule, {}).get(parameter)
            typed = value if declared is None else from_text(value, declared["type"])
            found.setdefault(rule, {})[parameter] = typed
    if problems:
        raise PackError(problems)
    return found


def _checked(packs: Iterable[Pack], overrides: Overrides, *, tightened: bool) -> Overrides:
    params = _declared(packs)
    problems = [
        problem
        for rule, values in overrides.items()
        for name, value in values.items()
        for problem in _problems(params, rule, name, value, tightened=tightened)
    ]
    if problems:
        raise PackError(problems)
    return overrides


def _problems(
    params: Mapping[str, Mapping[str, Any]],
    rule: str,
    name: str,
    value: Any,  # noqa: ANN401 - a value of the declared type, or anything
    *,
    tightened: bool,
) -> Iterator[Problem]:
    where = f"{rule}.{name}"
    if rule not in params:
        yield Problem(where, 0, "", f"there is no rule `{rule}`", nearest(rule, params))
        return
    if name not in params[rule]:
        remedy = nearest(name, params[rule]) if params[rule] else "the rule has no parameters"
        yield Problem(where, 0, "", f"the rule has no parameter `{name}`", remedy)
        return
    declared = Declaration.model_validate(params[rule][name])
    if not has_type(value, declared.type):
        yield Problem(where, 0, "", f"{value!r} is not of type {declared.type}", f"its default is {declared.default!r}")
    elif tightened and not declared.allows(value):
        yield Problem(where, 0, "", f"{value!r} is not allowed", _range(declared))


def _range(declared: Declaration) -> str:
    levels = "".join(f", {value!r} at level {level}" for level, value in declared.by_level.items())
    bound = "" if declared.bound is None else f" as far as {declared.bound!r}"
    direction = "it is fixed" if declared.tighten == "fixed" else f"it may go {declared.tighten}{bound}"
    return f"the default is {declared.default!r}{levels}, {direction}; anything else needs a waiver"


def _declared(packs: Iterable[Pack]) -> dict[str, Mapping[str, Any]]:
    return {rule.id: rule.params for pack in packs for rule in pack.rules}
