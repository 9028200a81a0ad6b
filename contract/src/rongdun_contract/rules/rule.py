"""Rules and packs in memory: plain values, quick to load by the hundred."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from rongdun_contract.rules.conditions import Condition, Json, decode
from rongdun_contract.rules.judging import Judge, compile_condition

Severity = Literal["critical", "high", "medium", "low"]
Status = Literal["draft", "candidate", "stable", "retired"]
PackKind = Literal["baseline", "drill"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

Text = Mapping[str, str]
"""A text in two languages: `zh` and `en`."""


@dataclass(frozen=True)
class Rule:
    """What the facts of a host must look like, and why.

    `applies` and `expect` are conditions in compiled form; `needs` has the sections that they read with the schema
    number they were checked against, `volatile` those of them that change by themselves; `digest` names all but itself.
    """

    id: str
    title: Text
    severity: Severity
    status: Status
    why: Text
    fix: Text
    expect: Json
    needs: Mapping[str, int]
    digest: str
    applies: Json | None = None
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    volatile: tuple[str, ...] = ()
    max_age_s: int | None = None
    high_risk: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def sections(self) -> frozenset[str]:
        """The sections whose facts decide this rule."""
        return frozenset(self.needs)

    @cached_property
    def conditions(self) -> tuple[Condition | None, Condition]:
        """`applies` and `expect` as conditions."""
        return (None if self.applies is None else decode(self.applies)), decode(self.expect)

    @cached_property
    def judges(self) -> tuple[Judge | None, Judge]:
        """`applies` and `expect`, ready to judge; made at the first use and kept."""
        applies, expect = self.conditions
        return (None if applies is None else compile_condition(applies)), compile_condition(expect)

    def defaults(self, level: int) -> dict[str, Any]:
        """The parameters' own values for a level of protection."""
        return {name: _default(declared, level) for name, declared in self.params.items()}


@dataclass(frozen=True)
class Pack:
    """A versioned set of rules, sorted by id."""

    id: str
    version: str
    kind: PackKind
    title: Text
    needs: Mapping[str, int]
    rules: tuple[Rule, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}

    @property
    def stable(self) -> tuple[Rule, ...]:
        """The rules that count: neither being worked on nor retired."""
        return tuple(rule for rule in self.rules if rule.status == "stable")


def _default(declared: Mapping[str, Any], level: int) -> Any:  # noqa: ANN401 - a value of the declared type
    reached = [int(name) for name in declared.get("by_level", {}) if int(name) <= level]
    return declared["by_level"][str(max(reached))] if reached else declared["default"]
