"""Whether the host has such a thing at all."""

from typing import Any

from rongdun_contract.rules.matchers.matcher import Complaint, Matcher, Test, decided, quoted
from rongdun_contract.rules.types import COLLECTIONS, SCALARS, FactType


def _absent(wanted: bool) -> Test:  # noqa: FBT001 - the argument of the matcher is a truth value
    return lambda _value, _now: decided(not wanted)


def _refuse(wanted: Any, fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    if not isinstance(wanted, bool):
        return Complaint(f"{quoted(wanted)} is neither true nor false", "write `absent: true` or `absent: false`")
    if not fact.may_be_absent:
        return Complaint("the fact is never absent", "leave the comparison out")
    return None


ABSENT_MATCHER = Matcher(
    takes="`true` or `false`",
    meaning="the host has no such thing / has it; an empty list or mapping counts as absent",
    on=SCALARS | COLLECTIONS | {"object"},
    refuse=_refuse,
    build=_absent,
    render=lambda wanted: "absent" if wanted else "present",
    on_absent=decided,
)
