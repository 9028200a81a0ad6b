"""Spans of time as people write them: 30m, 12h, 7d."""

import re
from datetime import timedelta

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """A span from its text; ValueError (argparse says it) otherwise."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if found is None:
        raise ValueError(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
