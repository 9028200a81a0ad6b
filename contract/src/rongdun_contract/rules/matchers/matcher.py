"""What a matcher is: one way to compare a fact with an argument."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal, NamedTuple

from rongdun_contract.rules.logic import FAILS, HOLDS, Outcome
from rongdun_contract.rules.problems import nearest
from rongdun_contract.rules.types import FactType, Kind


class Absence(Enum):
    """The host has no such thing."""

    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT
ABSENT_WORD: Final[Mapping[str, bool]] = {"absent": True}
"""The bare word `absent` in a list of values, as a compiled rule has it."""

ParameterType = Literal["boolean", "integer", "number", "string", "strings", "integers", "duration", "mode", "version"]

Test = Callable[[Any, datetime], Outcome]
"""Compares a fact that is there; the second argument is now."""


class Complaint(NamedTuple):
    """Why an argument makes no sense, and what to write."""

    what: str
    remedy: str


def _says_nothing(argument: Any) -> Outcome | None:  # noqa: ANN401, ARG001 - the default for all matchers but two
    return None


def shown(value: object) -> str:
    """A fact's value as people read it: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One way to compare. `refuse` checks an argument when a pack loads; `build` prepares the comparison.

    `on_absent` is for matchers that have an opinion on absent facts; the others leave it to the rule.
    """

    takes: str
    meaning: str
    on: frozenset[Kind]
    refuse: Callable[[Any, FactType], Complaint | None]
    build: Callable[[Any], Test]
    render: Callable[[Any], str]
    parameters: frozenset[ParameterType] = frozenset()
    on_absent: Callable[[Any], Outcome | None] = _says_nothing
    show: Callable[[Any], str] = shown


def decided(holds: bool) -> Outcome:  # noqa: FBT001 - a truth value is what this is about
    """The outcome of a comparison that is simply so or not."""
    return HOLDS if holds else FAILS


def quoted(value: object) -> str:
    """A value in the rendering of what was wanted: text in quotes."""
    return json.dumps(value, ensure_ascii=False)


def same(one: object, other: object) -> bool:
    """Equal and of one kind: 1 is not true."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def refuse_value(value: object, fact: FactType) -> Complaint | None:
    """Why a single value can never equal such a fact."""
    if fact.kind == "text":
        if not isinstance(value, str):
            return Complaint(f"{quoted(value)} is compared with text", f'quote it: "{shown(value)}"')
        if fact.choices and value not in fact.choices:
            return Complaint(f"the fact is never {quoted(value)}", nearest(value, fact.choices))
        return None
    if fact.kind == "boolean":
        fits = isinstance(value, bool)
    else:
        fits = isinstance(value, int if fact.kind == "integer" else (int, float)) and not isinstance(value, bool)
    return (
        None
        if fits
        else Complaint(f"{quoted(value)} is compared with {fact.words()}", f"write a value of type {fact.kind}")
    )


def refuse_list(values: object, refuse: Callable[[object], Complaint | None]) -> Complaint | None:
    """Why a list of values makes no sense: it is none, is empty, repeats itself, or has a value that makes no sense."""
    if not isinstance(values, list):
        return Complaint(f"{quoted(values)} is no list", f"write [{shown(values)}]")
    if not values:
        return Complaint("the list is empty", "name at least one value")
    for at, value in enumerate(values):
        if any(same(value, earlier) for earlier in values[:at]):
            return Complaint(f"{quoted(value)} is in the list twice", "leave one of them out")
    return next((complaint for value in values if (complaint := refuse(value)) is not None), None)
