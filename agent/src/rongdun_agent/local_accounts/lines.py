"""Lines of passwd(5), shadow(5) and group(5), as libc reads them: generously, and the first entry of a name wins."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

_NUMBER = re.compile(r"\s*\+?[0-9]{1,4000}")
_NEGATIVE = re.compile(r"\s*-[0-9]{1,4000}")
_DAYS = re.compile(r"[+-]?[0-9]{1,18}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_LARGEST_ID = 0xFFFFFFFF
_PASSWD_FIELDS, _SHADOW_FIELDS, _GROUP_FIELDS = 7, 9, 4


@dataclass(frozen=True, slots=True)
class PasswdEntry:
    """A line of passwd(5); `password` is the second field, to be compared and classified only."""

    name: str
    password: str = field(repr=False)
    uid: int
    gid: int
    home: str
    shell: str
    where: str


@dataclass(frozen=True, slots=True)
class ShadowEntry:
    """A line of shadow(5): the hash stays inside this process, days are absent where the field is empty or negative."""

    name: str
    hash: str = field(repr=False)
    changed: int | None
    minimum: int | None
    maximum: int | None
    warning: int | None
    inactive: int | None
    expires: int | None
    where: str


class GroupEntry(NamedTuple):
    """A line of group(5) with the members that it lists."""

    name: str
    gid: int
    members: tuple[str, ...]
    where: str


class Malformed(NamedTuple):
    """A line that is no proper entry: `path: name`, the name only where it looks like one, and `path:line`."""

    what: str
    where: str


Entry = TypeVar("Entry", PasswdEntry, ShadowEntry, GroupEntry)


@dataclass(frozen=True, slots=True)
class Table(Generic[Entry]):
    """What a file holds: entries, lines that are none or not quite, and whether a NIS line is there."""

    entries: tuple[Entry, ...]
    malformed: tuple[Malformed, ...]
    nis: bool


def parse_passwd(path: str, lines: tuple[str, ...]) -> Table[PasswdEntry]:
    """Parse passwd(5); a line with too few fields still is an account when its numbers can be read."""
    return _table(path, lines, _PASSWD_FIELDS, _passwd_entry)


def parse_shadow(path: str, lines: tuple[str, ...]) -> Table[ShadowEntry]:
    """Parse shadow(5); days that are no numbers make libc, and us, drop the line."""
    return _table(path, lines, _SHADOW_FIELDS, _shadow_entry)


def parse_group(path: str, lines: tuple[str, ...]) -> Table[GroupEntry]:
    """Parse group(5); members as listed, empty names left out."""
    return _table(path, lines, _GROUP_FIELDS, _group_entry)


def first_of_each_name(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    """The entries that a lookup by name finds."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.name, entry)
    return found


def _table(
    path: str, lines: tuple[str, ...], width: int, build: Callable[[list[str], str], Entry | None]
) -> Table[Entry]:
    entries: list[Entry] = []
    malformed: list[Malformed] = []
    nis = False
    for where, fields in _rows(path, lines):
        if fields[0].startswith(("+", "-")):
            nis = True
            continue
        entry = build(fields + [""] * (width - len(fields)), where) if fields[0] else None
        if entry is not None:
            entries.append(entry)
        if entry is None or len(fields) != width:
            name = fields[0] if len(fields) > 1 and _NAME.fullmatch(fields[0]) else "?"
            malformed.append(Malformed(f"{path}: {name}", where))
    return Table(tuple(entries), tuple(malformed), nis)


def _rows(path: str, lines: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(lines, 1):
        text = line.lstrip(" \t\r")
        if text and not text.startswith("#"):
            yield f"{path}:{number}", text.split(":")


def _passwd_entry(fields: list[str], where: str) -> PasswdEntry | None:
    uid, gid = _number(fields[2]), _number(fields[3])
    if uid is None or gid is None:
        return None
    return PasswdEntry(fields[0], fields[1], uid, gid, fields[5], ":".join(fields[6:]), where)


def _shadow_entry(fields: list[str], where: str) -> ShadowEntry | None:
    days = [_days(text) for text in fields[2:8]]
    if None in days:
        return None
    changed, minimum, maximum, warning, inactive, expires = (None if day is None or day < 0 else day for day in days)
    return ShadowEntry(fields[0], fields[1], changed, minimum, maximum, warning, inactive, expires, where)


def _group_entry(fields: list[str], where: str) -> GroupEntry | None:
    gid = _number(fields[2])
    if gid is None:
        return None
    return GroupEntry(fields[0], gid, tuple(name.strip() for name in fields[3].split(",") if name.strip()), where)


def _number(text: str) -> int | None:
    """An id as libc's strtoul(3) takes it: leading blanks, a plus sign and zeros are fine, too large is the largest."""
    if _NEGATIVE.fullmatch(text):
        return 0 if int(text) == 0 else _LARGEST_ID
    return min(int(text), _LARGEST_ID) if _NUMBER.fullmatch(text) else None


def _days(text: str) -> int | None:
    """A number of days, -1 for an empty field, nothing for what is no number."""
    stripped = text.strip()
    if not stripped:
        return -1
    return int(stripped) if _DAYS.fullmatch(stripped) else None
