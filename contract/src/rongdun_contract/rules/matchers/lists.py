"""Lists that have one element, all of some, or nothing but some; and text that has a part."""

from datetime import datetime
from typing import Any

from rongdun_contract.rules.logic import Outcome
from rongdun_contract.rules.matchers.matcher import (
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


def _contains(wanted: Any) -> Test:  # noqa: ANN401 - any JSON scalar
    def test(value: Any, _now: datetime) -> Outcome:  # noqa: ANN401 - text or a list
        return decided(wanted in value if isinstance(value, str) else any(same(one, wanted) for one in value))

    return test


def _superset(wanted: list[Any]) -> Test:
    return lambda value, _now: decided(frozenset(value).issuperset(wanted))


def _subset(allowed: list[Any]) -> Test:
    return lambda value, _now: decided(frozenset(allowed).issuperset(value))


def _refuse_part(wanted: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    if fact.item is None:
        complaint = refuse_value(wanted, FactType("text"))
        return complaint if wanted != "" else Complaint('every text contains ""', "name a part")
    return _refuse_element(wanted, fact)


def _refuse_element(wanted: object, fact: FactType) -> Complaint | None:
    if fact.item is None or fact.item.kind not in SCALARS:
        return Complaint(f"the elements of this list are {fact.words()}", "use every, some or none")
    return refuse_value(wanted, fact.item)


def _refuse_elements(wanted: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    return refuse_list(wanted, lambda value: _refuse_element(value, fact))


CONTAINS = Matcher(
    takes="value",
    meaning="a list has that element; a text has that part",
    on=frozenset({"list", "text"}),
    refuse=_refuse_part,
    build=_contains,
    render=lambda wanted: f"contains {quoted(wanted)}",
    parameters=frozenset({"string", "integer"}),
)
SUPERSET = Matcher(
    takes="list",
    meaning="the list has all of them, and maybe more",
    on=frozenset({"list"}),
    refuse=_refuse_elements,
    build=_superset,
    render=lambda wanted: f"has all of {quoted(wanted)}",
    parameters=frozenset({"strings", "integers"}),
)
SUBSET = Matcher(
    takes="list",
    meaning="the list has nothing else",
    on=frozenset({"list"}),
    refuse=_refuse_elements,
    build=_subset,
    render=lambda allowed: f"only {quoted(allowed)}",
    parameters=frozenset({"strings", "integers"}),
)
