"""Why a rule came to its verdict on a host: its condition taken apart, each part judged by itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from rongdun_contract.documents import Survey
from rongdun_contract.evaluate import evaluate
from rongdun_contract.findings import Finding
from rongdun_contract.rules import Rule
from rongdun_contract.rules.conditions import All, AnyOf, Condition, Not, encode
from rongdun_contract.rules.render import render


class Part(NamedTuple):
    """A condition or a part of one: in words, how it was judged, and how many conditions it lies inside."""

    words: str
    finding: Finding
    depth: int
    leaf: bool


class Grounds(NamedTuple):
    """What a rule is judged on."""

    survey: Survey
    now: datetime
    level: int
    params: dict[str, Any]


def parts_of(rule: Rule, condition: Condition, grounds: Grounds, depth: int = 0) -> Iterator[Part]:
    """The condition and, below each `all`, `any` and `not`, its parts: the whole before its parts."""
    below = _below(condition)
    words = _name(condition) if below else render(condition, grounds.params)
    yield Part(words, _judged(rule, condition, grounds), depth, leaf=not below)
    for part in below:
        yield from parts_of(rule, part, grounds, depth + 1)


def _below(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, (All, AnyOf)):
        return tuple(condition.parts)
    return (condition.part,) if isinstance(condition, Not) else ()


def _name(condition: Condition) -> str:
    if isinstance(condition, All):
        return "all of"
    return "any of" if isinstance(condition, AnyOf) else "not"


def _judged(rule: Rule, condition: Condition, grounds: Grounds) -> Finding:
    alone = replace(rule, applies=None, expect=encode(condition))
    (finding,) = evaluate(
        [alone],
        grounds.survey,
        now=grounds.now,
        params={rule.id: grounds.params},
        level=grounds.level,
    )
    return finding
