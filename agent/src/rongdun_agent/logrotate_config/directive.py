"""Directives and their values; a value that logrotate refuses makes it leave out what the directive stands in."""

import re
from dataclasses import replace

from rongdun_agent.logrotate_config.entry import Directives

SCRIPTS = frozenset(("postrotate", "prerotate", "firstaction", "lastaction", "preremove"))
_PERIODS = {
    "hourly": re.compile(r""),
    "daily": re.compile(r""),
    "weekly": re.compile(r"[0-7]?"),
    "monthly": re.compile(r"\d*"),
    "yearly": re.compile(r""),
}
_COUNT = re.compile(r"-?\d+")
_DAYS = re.compile(r"\d+")
_SIZE = re.compile(r"\d+[kMG]?")


class BadDirective(ValueError):
    """logrotate would report an error here."""


def apply(found: Directives, name: str, value: str) -> Directives:
    """The directives after one more; those that do not bear on how long logs stay change nothing."""
    match name:
        case "hourly" | "daily" | "weekly" | "monthly" | "yearly":
            _must(_PERIODS[name], value)
            return replace(found, period=name)
        case "rotate":
            return replace(found, rotations=int(_must(_COUNT, value)))
        case "maxage":
            return replace(found, maximum_age_days=int(_must(_DAYS, value)))
        case "size":
            _must(_SIZE, value)
            return replace(found, period="size")
        case "maxsize":
            _must(_SIZE, value)
            return replace(found, also_by_size=True)
        case "minsize":
            _must(_SIZE, value)
    return found


def _must(pattern: re.Pattern[str], value: str) -> str:
    if pattern.fullmatch(value) is None:
        raise BadDirective(value)
    return value
