"""One entry: the files that it names, and what decides how long their records stay."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.logging import FOREVER_DAYS, Rotation

Period = Literal["hourly", "daily", "weekly", "monthly", "yearly", "size"]
_DAYS: dict[Period, float] = {"hourly": 1 / 24, "daily": 1.0, "weekly": 7.0, "monthly": 30.0, "yearly": 365.0}


@dataclass(frozen=True)
class Directives:
    """What counts for how long logs stay, with logrotate's own defaults."""

    period: Period = "size"
    rotations: int = 0
    maximum_age_days: int | None = None
    also_by_size: bool = False
    """`maxsize` beside a period: the time between two rotations has no lower bound."""


@dataclass(frozen=True)
class Entry:
    """One block: the paths and patterns that it names, and its directives."""

    paths: tuple[str, ...]
    directives: Directives
    where: str


def to_rotation(entry: Entry) -> Rotation:
    """An entry as facts say it."""
    found = entry.directives
    return Rotation(
        paths=entry.paths,
        period=found.period,
        rotations=found.rotations,
        maximum_age_days=found.maximum_age_days,
        keeps_days=_kept(found),
    )


def kept_days(entries: Sequence[Entry], path: str) -> tuple[Maybe[int], str | None]:
    """How long a file's records stay, and the entry that decides; a file that nothing rotates stays for ever."""
    for entry in entries:
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in entry.paths):
            return _kept(entry.directives), entry.where
    return FOREVER_DAYS, None


def _kept(found: Directives) -> Maybe[int]:
    """Rotated files times their period, `maxage` removing earlier; -1 rotations remove nothing."""
    if found.rotations < 0:
        return FOREVER_DAYS if found.maximum_age_days is None else found.maximum_age_days
    if found.period == "size" or found.also_by_size:
        return Unknown(unknown="undecided")
    days = int(found.rotations * _DAYS[found.period])
    return days if found.maximum_age_days is None else min(days, found.maximum_age_days)
