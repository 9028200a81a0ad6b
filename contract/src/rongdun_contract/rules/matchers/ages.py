"""How long ago something was: the one comparison whose answer ripens by itself."""

from datetime import datetime, timedelta
from typing import Any

from rongdun_contract.rules.logic import FAILS, HOLDS, Outcome, Truth, unknown
from rongdun_contract.rules.matchers.matcher import Complaint, Matcher, Test, quoted
from rongdun_contract.rules.moments import parse_duration, parse_moment
from rongdun_contract.rules.types import FactType


def _older_than(age: str) -> Test:
    allowed = parse_duration(age)
    if allowed is None:
        message = f"{age!r} is no duration"
        raise ValueError(message)

    def test(value: str, now: datetime) -> Outcome:
        moment = parse_moment(value)
        return unknown("undecided") if moment is None else _aged(moment, allowed, now)

    return test


def _aged(moment: datetime, allowed: timedelta, now: datetime) -> Outcome:
    try:
        ripe = moment + allowed
    except OverflowError:  # a date near the year 9999
        return FAILS
    return HOLDS if now > ripe else Outcome(Truth.FALSE, None, ripe)


def _refuse(age: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    if fact.choices:
        return Complaint(f"the fact is no date but {fact.words()}", "use `is` or `in`")
    if isinstance(age, str) and parse_duration(age) is not None:
        return None
    return Complaint(f"{quoted(age)} is no duration", "write a number and one of s m h d w: 90d")


OLDER_THAN = Matcher(
    takes="duration, `90d` (`s m h d w`)",
    meaning="a date or RFC 3339 time lies further back than that; until it does, the finding is valid",
    on=frozenset({"text"}),
    refuse=_refuse,
    build=_older_than,
    render=lambda age: f"older than {age}",
    parameters=frozenset({"duration"}),
)
