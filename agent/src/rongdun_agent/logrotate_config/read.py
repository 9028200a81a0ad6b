"""Entries with the global directives that hold where they stand; what rotates by size keeps nobody knows how long."""

import fnmatch
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rongdun_agent.host import Host
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.logging import FOREVER_DAYS, Rotation

MAIN = "/etc/logrotate.conf"
_DAYS = {"hourly": 1 / 24, "daily": 1.0, "weekly": 7.0, "monthly": 30.0, "yearly": 365.0}
_SCRIPTS = frozenset(("postrotate", "prerotate", "firstaction", "lastaction", "preremove"))
_TABOO = (".rpmsave", ".rpmorig", "~", ".disabled", ".dpkg-old", ".dpkg-dist", ".dpkg-new", ".dpkg-bak", ".dpkg-del")
_TABOO += (",v", ".cfsaved", ".rpmnew", ".swp", ".rhn-cfg-tmp-*", ".ucf-old", ".ucf-dist", ".ucf-new")
_DEEPEST = 2


@dataclass(frozen=True)
class _Directives:
    """What counts for how long logs stay."""

    period: str | None = None
    rotations: int = 0
    maximum_age_days: int | None = None
    by_size: bool = False
    """`size`, or `maxsize` beside a period: the time between two rotations has no lower bound."""


@dataclass(frozen=True)
class Entry:
    """One block: the paths and patterns that it names, and its directives."""

    paths: tuple[str, ...]
    directives: _Directives
    where: str


@dataclass
class _Reading:
    host: Host
    taboo: list[str] = field(default_factory=lambda: list(_TABOO))
    entries: list[Entry] = field(default_factory=list)


def read_entries(host: Host) -> tuple[Entry, ...]:
    """All entries of the main file and of what it includes, in order."""
    reading = _Reading(host)
    _file(reading, MAIN, _Directives(), 0)
    return tuple(reading.entries)


def to_rotation(entry: Entry) -> Rotation:
    """An entry as facts say it."""
    found = entry.directives
    known = found.period if found.period in _DAYS else None
    return Rotation.model_validate(
        {
            "paths": entry.paths,
            "period": "size" if found.by_size and known is None else known,
            "rotations": found.rotations,
            "maximum_age_days": found.maximum_age_days,
            "keeps_days": _kept(found),
        }
    )


def kept_days(entries: Sequence[Entry], path: str) -> tuple[Maybe[int], str | None]:
    """How long a file's records stay, and the entry that decides; a file that nothing rotates stays for ever."""
    for entry in entries:
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in entry.paths):
            return _kept(entry.directives), entry.where
    return FOREVER_DAYS, None


def _kept(found: _Directives) -> Maybe[int]:
    """Rotated files times their period, `maxage` removing earlier; -1 rotations remove nothing."""
    if found.rotations < 0:
        return FOREVER_DAYS if found.maximum_age_days is None else found.maximum_age_days
    if found.by_size or found.period is None:
        return Unknown(unknown="undecided")
    days = int(found.rotations * _DAYS[found.period])
    return days if found.maximum_age_days is None else min(days, found.maximum_age_days)


def _file(reading: _Reading, path: str, inherited: _Directives, depth: int) -> _Directives:
    """Read a file; its global directives go on to what comes after it."""
    lines = iter(enumerate(reading.host.lines(path), 1))
    directives = inherited
    for number, line in lines:
        words = _split(line)
        if not words:
            continue
        if words[0] == "include" and len(words) > 1:
            directives = _include(reading, words[1], directives, depth)
        elif words[0] == "tabooext" and len(words) > 1:
            _taboo(reading, words[1:])
        elif words[0] in _SCRIPTS:
            _skip_script(lines)
        elif words[0].startswith(("/", '"', "'")) or "{" in words:
            paths = _paths(words, lines)
            block = _block(lines, directives)
            reading.entries.append(Entry(paths, block, f"{path}:{number}"))
        else:
            directives = _directive(directives, words)
    return directives


def _include(reading: _Reading, place: str, directives: _Directives, depth: int) -> _Directives:
    if depth >= _DEEPEST:
        return directives
    if not reading.host.is_dir(place):
        return _file(reading, place, directives, depth + 1)
    for name in reading.host.list_dir(place):
        path = f"{place}/{name}"
        if not _is_taboo(reading, name) and reading.host.is_file(path):
            directives = _file(reading, path, directives, depth + 1)
    return directives


def _taboo(reading: _Reading, words: list[str]) -> None:
    """`+` adds to the endings that are left out, anything else replaces them."""
    joined = " ".join(words)
    listed = [word for word in joined.removeprefix("+").replace(",", " ").split() if word]
    reading.taboo = [*reading.taboo, *listed] if joined.startswith("+") else listed


def _is_taboo(reading: _Reading, name: str) -> bool:
    return name.startswith(".") or any(fnmatch.fnmatchcase(name, "*" + ending) for ending in reading.taboo)


def _paths(words: list[str], lines: Iterator[tuple[int, str]]) -> tuple[str, ...]:
    """The names before the opening brace, which may stand on later lines."""
    names = list(words)
    while "{" not in names:
        _, line = next(lines, (0, "{"))
        names += _split(line)
    return tuple(names[: names.index("{")])


def _block(lines: Iterator[tuple[int, str]], directives: _Directives) -> _Directives:
    for _, line in lines:
        words = _split(line)
        if not words:
            continue
        if words[0] == "}":
            break
        if words[0] in _SCRIPTS:
            _skip_script(lines)
        else:
            directives = _directive(directives, words)
    return directives


def _skip_script(lines: Iterable[tuple[int, str]]) -> None:
    for _, line in lines:
        if line.strip() == "endscript":
            return


def _directive(found: _Directives, words: list[str]) -> _Directives:
    name, value = words[0].rstrip("="), words[-1] if len(words) > 1 else ""
    if name in _DAYS:
        return replace(found, period=name, by_size=False)
    if name == "rotate" and value.lstrip("-").isdecimal():
        return replace(found, rotations=int(value))
    if name == "maxage" and value.isdecimal():
        return replace(found, maximum_age_days=int(value))
    if name in ("size", "maxsize"):
        return replace(found, by_size=True)
    return found


def _split(line: str) -> list[str]:
    text = line.strip()
    if not text or text.startswith("#"):
        return []
    text = text.replace("{", " { ").replace("}", " } ") if "*.{" not in text else text
    try:
        return shlex.split(text, comments=False)
    except ValueError:  # an unmatched quote, as in a script
        return text.split()
