"""A rule changed in one place at a time: what its cases have to notice."""

from collections.abc import Iterator
from dataclasses import replace

from rongdun_contract.rules.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Empty,
    Not,
    Parameter,
    Quantified,
    Verdict,
    encode,
)
from rongdun_contract.rules.matchers import ABSENT_WORD, MATCHERS
from rongdun_contract.rules.render import render
from rongdun_contract.rules.rule import Rule

Mutant = tuple[str, Condition]

_OTHER: dict[Verdict, Verdict] = {"pass": "fail", "fail": "pass"}


def mutations(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Each change, described, with the rule that it makes."""
    applies, expect = rule.conditions
    if applies is not None:
        yield "`applies` is dropped", replace(rule, applies=None)
        for description, mutant in _mutants(applies, "fail"):
            yield f"in `applies`, {description}", replace(rule, applies=encode(mutant))
    for description, mutant in _mutants(expect, "fail"):
        yield f"in `expect`, {description}", replace(rule, expect=encode(mutant))


def _mutants(condition: Condition, absent: Verdict) -> Iterator[Mutant]:
    """`absent` is what a comparison here comes to when its fact is absent and it says nothing itself."""
    if isinstance(condition, Compare):
        yield from _of_comparison(condition, absent)
    elif isinstance(condition, (All, AnyOf)):
        yield from _of_parts(condition, absent)
    elif isinstance(condition, Not):
        yield from _of_negation(condition)
    else:
        yield from _of_quantifier(condition, absent)


def _of_comparison(condition: Compare, absent: Verdict) -> Iterator[Mutant]:
    yield f"`{render(condition)}` is inverted", _inverted(condition, absent)
    if condition.if_absent is not None:
        flipped = replace(condition, if_absent=_OTHER[condition.if_absent])
        yield f"`{render(condition)}` says {flipped.if_absent} on absent", flipped
    if condition.matcher == "in" and isinstance(condition.argument, list) and ABSENT_WORD in condition.argument:
        left = [value for value in condition.argument if value != ABSENT_WORD]
        if left:
            yield f"`{render(condition)}` loses `absent`", replace(condition, argument=left)


def _inverted(condition: Compare, absent: Verdict) -> Condition:
    """The opposite, for absent facts too."""
    own = (
        None if isinstance(condition.argument, Parameter) else MATCHERS[condition.matcher].on_absent(condition.argument)
    )
    if own is not None:
        return Not(condition)
    return Not(replace(condition, if_absent=condition.if_absent or absent))


def _of_parts(condition: All | AnyOf, absent: Verdict) -> Iterator[Mutant]:
    for at, part in enumerate(condition.parts):
        before, after = condition.parts[:at], condition.parts[at + 1 :]
        if before or after:
            yield f"`{render(part)}` is dropped", replace(condition, parts=(*before, *after))
        for description, mutant in _mutants(part, absent):
            yield description, replace(condition, parts=(*before, mutant, *after))


def _of_negation(condition: Not) -> Iterator[Mutant]:
    if condition.if_absent is not None:
        flipped = replace(condition, if_absent=_OTHER[condition.if_absent])
        yield f"`{render(condition)}` says {flipped.if_absent} on absent", flipped
    # inside, an absent comparison counts as what makes the negation come to if_absent
    for description, mutant in _mutants(condition.part, "fail" if condition.if_absent == "pass" else "pass"):
        yield description, replace(condition, part=mutant)


def _of_quantifier(condition: Quantified, absent: Verdict) -> Iterator[Mutant]:
    name = f"`{render(condition)}`"
    if condition.quantifier == "every":
        yield f"{name} becomes `some`", replace(condition, quantifier="some")
    elif condition.quantifier == "some":
        yield f"{name} becomes `none`", replace(condition, quantifier="none")
        if condition.that is not None:
            yield f"{name} becomes `every`", replace(condition, quantifier="every")
    else:
        yield f"{name} becomes `some`", replace(condition, quantifier="some")
    empty: Empty = "fail" if condition.empty != "fail" else "pass"
    yield f"{name} says {empty} on empty", replace(condition, empty=empty)
    if condition.where is not None:
        yield f"{name} loses `where`", replace(condition, where=None)
        for description, mutant in _mutants(condition.where, absent):
            yield description, replace(condition, where=mutant)
    if condition.new_key is not None:
        yield f"{name} looks at old elements too", replace(condition, new_key=None)
    if condition.that is None:
        return
    if condition.quantifier != "every":
        yield f"{name} loses `that`", replace(condition, that=None)
    for description, mutant in _mutants(condition.that, absent):
        yield description, replace(condition, that=mutant)
