"""The syntax that unit files and systemd's other configuration files share (systemd.syntax(7))."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_SECTION = re.compile(r"\[([^\]]*)\]$")
_TRUE = frozenset(("1", "yes", "y", "true", "t", "on"))
_FALSE = frozenset(("0", "no", "n", "false", "f", "off"))
_COMMENT = ("#", ";")


class Assignment(NamedTuple):
    """`key=value` in a section; an empty value takes back what was assigned before."""

    section: str
    key: str
    value: str
    line: int


def parse(text: str, wanted: Mapping[str, frozenset[str]]) -> tuple[Assignment, ...]:
    """The assignments to the wanted keys of each section, in order; what systemd ignores is left out."""
    found = []
    section, keys = "", frozenset[str]()
    for number, line in _logical_lines(text):
        if line[0] == "[":
            match = _SECTION.match(line)
            section = match[1] if match else ""
            keys = wanted.get(section, frozenset())
            continue
        key, equals, value = line.partition("=")
        key = key.rstrip()
        if equals and key in keys:
            found.append(Assignment(section, key, value.strip(), number))
    return tuple(found)


def boolean(text: str) -> bool | None:
    """A truth value in any of its spellings; `None` for anything else, which systemd ignores."""
    lowered = text.lower()
    return True if lowered in _TRUE else False if lowered in _FALSE else None


def last(assignments: Iterable[Assignment], key: str) -> Assignment | None:
    """The one that counts of a setting that holds one value; an empty one brings back the default."""
    found = None
    for assignment in assignments:
        if assignment.key == key:
            found = assignment if assignment.value else None
    return found


def gathered(assignments: Iterable[Assignment], key: str) -> list[Assignment]:
    """All that count of a setting that holds a list; an empty one starts it anew."""
    found: list[Assignment] = []
    for assignment in assignments:
        if assignment.key == key:
            found = [*found, assignment] if assignment.value else []
    return found


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with the number of their first part: joined at a closing backslash, comments between the parts left out."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    begun, start = "", 0
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = raw.strip()
        if line.startswith(_COMMENT) or not (line or begun):
            continue
        if _is_continued(raw):
            begun, start = f"{begun}{raw[:-1]} ", start or number
            continue
        whole = (begun + raw).strip() if begun else line
        if whole:
            yield start or number, whole
        begun, start = "", 0
    if begun.strip():
        yield start, begun.strip()


def _is_continued(line: str) -> bool:
    """An odd number of backslashes at the very end: an even one is so many escaped backslashes."""
    return line.endswith("\\") and (len(line) - len(line.rstrip("\\"))) % 2 == 1
