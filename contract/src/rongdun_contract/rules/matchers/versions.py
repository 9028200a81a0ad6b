"""Versions of packages."""

from datetime import datetime
from typing import Any

from rongdun_contract.rules.logic import Outcome, unknown
from rongdun_contract.rules.matchers.matcher import Complaint, Matcher, Test, decided, quoted
from rongdun_contract.rules.types import FactType
from rongdun_contract.rules.versions import is_version, version_reaches


def _version_at_least(wanted: str) -> Test:
    def test(value: str, _now: datetime) -> Outcome:
        return decided(version_reaches(value, wanted)) if is_version(value) else unknown("undecided")

    return test


def _refuse(wanted: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    if fact.choices:
        return Complaint(f"the fact is no version but {fact.words()}", "use `is` or `in`")
    if isinstance(wanted, str) and is_version(wanted):
        return None
    return Complaint(f"{quoted(wanted)} is no version", 'write it in quotes: "9.2p1"')


VERSION_AT_LEAST = Matcher(
    takes='text, `"9.2p1"`',
    meaning="no older version, as dpkg and rpm compare; epoch and revision count where the argument has them",
    on=frozenset({"text"}),
    refuse=_refuse,
    build=_version_at_least,
    render=lambda wanted: f"version >= {wanted}",
    parameters=frozenset({"version"}),
)
