"""Equal, different, one of."""

from datetime import datetime
from typing import Any

from rongdun_contract.rules.logic import FAILS, HOLDS, Outcome
from rongdun_contract.rules.matchers.matcher import (
    ABSENT_WORD,
    Complaint,
    Matcher,
    Test,
    decided,
    quoted,
    refuse_list,
    refuse_value,
    same,
)
from rongdun_contract.rules.types import SCALARS, FactType


def _is(wanted: Any) -> Test:  # noqa: ANN401 - any JSON scalar
    return lambda value, _now: decided(same(value, wanted))


def _not(wanted: Any) -> Test:  # noqa: ANN401 - any JSON scalar
    return lambda value, _now: decided(not same(value, wanted))


def _in(wanted: list[Any]) -> Test:
    # a rule may ask it of every package; 1 and true are one to a set, so each goes with its being a truth value
    known = frozenset((value, isinstance(value, bool)) for value in wanted if value != ABSENT_WORD)

    def test(value: Any, _now: datetime) -> Outcome:  # noqa: ANN401 - any JSON scalar
        return HOLDS if (value, value is True or value is False) in known else FAILS

    return test


def _refuse_in(values: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    def refuse(value: object) -> Complaint | None:
        if value != ABSENT_WORD:
            return refuse_value(value, fact)
        return None if fact.may_be_absent else Complaint("the fact is never absent", "leave `absent` out")

    return refuse_list(values, refuse)


def _render_in(values: list[Any]) -> str:
    return f"in [{', '.join('absent' if value == ABSENT_WORD else quoted(value) for value in values)}]"


IS = Matcher(
    takes="value",
    meaning="equal; text exactly, letter case counts",
    on=SCALARS,
    refuse=refuse_value,
    build=_is,
    render=lambda wanted: f"= {quoted(wanted)}",
    parameters=frozenset({"boolean", "integer", "number", "string"}),
)
NOT = Matcher(
    takes="value",
    meaning="different",
    on=SCALARS,
    refuse=refuse_value,
    build=_not,
    render=lambda wanted: f"!= {quoted(wanted)}",
    parameters=frozenset({"boolean", "integer", "number", "string"}),
)
IN = Matcher(
    takes="list of values; the bare word `absent` may be one",
    meaning="equal to one of them",
    on=SCALARS,
    refuse=_refuse_in,
    build=_in,
    render=_render_in,
    parameters=frozenset({"strings", "integers"}),
    on_absent=lambda wanted: HOLDS if ABSENT_WORD in wanted else None,
)
