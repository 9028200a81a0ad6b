"""The time fields of a line, and whether cron would accept them."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

SPECIALS = frozenset(("reboot", "yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"))
_MONTHS: Mapping[str, int] = MappingProxyType(
    {
        name: number
        for number, name in enumerate(
            ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
        )
    }
)
_DAYS: Mapping[str, int] = MappingProxyType(
    {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
)
_NO_NAMES: Mapping[str, int] = MappingProxyType({})
_LIMITS = (
    (0, 59, _NO_NAMES),
    (0, 23, _NO_NAMES),
    (1, 31, _NO_NAMES),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),
)
FIELDS = len(_LIMITS)
_ELEMENT = re.compile(r"(?:\*|([0-9A-Za-z]+)(-[0-9A-Za-z]*)?)")
_STEP = re.compile(r"/([0-9A-Za-z]*)")


def are_valid(fields: Sequence[str]) -> bool:
    """Whether cron takes five fields for minute, hour, day, month and weekday.

    It is lenient: what follows a complete element without a comma is ignored, and a range that ends before it begins
    is one without members.
    """
    return all(_is_valid(field, *limits) for field, limits in zip(fields, _LIMITS, strict=True))


def _is_valid(field: str, low: int, high: int, names: Mapping[str, int]) -> bool:
    at = 0
    while element := _ELEMENT.match(field, at):
        at = element.end()
        first, last = element.groups()
        bounds = [_number(text, names) for text in (first, last and last[1:]) if text is not None]
        if not all(low <= bound <= high for bound in bounds):
            return False
        if step := _STEP.match(field, at):
            at = step.end()
            if (first is not None and last is None) or _number(step[1], _NO_NAMES) < 1:
                return False
        if field[at : at + 1] != ",":
            return True
        at += 1
    return False


def _number(text: str, names: Mapping[str, int]) -> int:
    """A number or a name; -1 for anything else."""
    if text.isascii() and text.isdecimal():
        return int(text[:9])
    return names.get(text.lower(), -1)
