"""Permission bits, compared bit by bit."""

import re
from typing import Any

from rongdun_contract.rules.matchers.matcher import Complaint, Matcher, Test, decided, quoted
from rongdun_contract.rules.types import FactType

_OCTAL = re.compile(r"[0-7]{3,4}")


def is_mode(text: object) -> bool:
    """Whether it is octal text such as `0640`."""
    return isinstance(text, str) and _OCTAL.fullmatch(text) is not None


def _mode_at_most(mask: str) -> Test:
    excess = ~int(mask, 8)
    return lambda value, _now: decided(value & excess == 0)


def _refuse(mask: Any, _fact: FactType) -> Complaint | None:  # noqa: ANN401 - whatever the author wrote
    if is_mode(mask):
        return None
    return Complaint(f"{quoted(mask)} is no mode", 'write three or four octal digits in quotes: "0640"')


MODE_AT_MOST = Matcher(
    takes='octal text, `"0640"`',
    meaning="no permission bit is set that the argument lacks",
    on=frozenset({"integer"}),
    refuse=_refuse,
    build=_mode_at_most,
    render=lambda mask: f"mode <= {mask.rjust(4, '0')}",
    parameters=frozenset({"mode"}),
    show=lambda value: f"{value:04o}",
)
