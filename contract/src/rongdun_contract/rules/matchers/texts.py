"""Text that has to match a pattern as a whole."""

from datetime import datetime
from typing import Any

from rongdun_contract.rules.logic import Outcome, unknown
from rongdun_contract.rules.matchers.matcher import Complaint, Matcher, Test, decided, quoted
from rongdun_contract.rules.patterns import MAX_TEXT, compile_pattern
from rongdun_contract.rules.types import FactType


def _matches(pattern: str) -> Test:
    fullmatch = compile_pattern(pattern).fullmatch

    def test(value: str, _now: datetime) -> Outcome:
        return decided(fullmatch(value) is not None) if len(value) <= MAX_TEXT else unknown("undecided")

    return test


def _refuse(pattern: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    from rongdun_contract.rules.patterns.check import BadPattern, check_pattern  # noqa: PLC0415 - for authors only

    if not isinstance(pattern, str):
        return Complaint(f"{quoted(pattern)} is no pattern", f'quote it: "{pattern}"')
    try:
        check_pattern(pattern)
    except BadPattern as error:
        return Complaint(error.what, error.remedy)
    fullmatch = compile_pattern(pattern).fullmatch
    if fact.choices and not any(fullmatch(choice) for choice in fact.choices):
        return Complaint(f"`{pattern}` matches none of {fact.words()}", "list the wanted values with `in`")
    return None


MATCHES = Matcher(
    takes="pattern",
    meaning="the whole text matches; text beyond 4 KiB is unknown",
    on=frozenset({"text"}),
    refuse=_refuse,
    build=_matches,
    render=lambda pattern: f"matches {quoted(pattern)}",
)
