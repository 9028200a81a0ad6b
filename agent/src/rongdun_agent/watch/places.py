"""Which directories have to be watched for a set of sections, and what counts in each."""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rongdun_agent.host import Host, HostError
from rongdun_agent.watch.pattern import Pattern
from rongdun_agent.watch.triggers import TRIGGERS

_WILD = re.compile(r"[*?\[]")
_LINE = re.compile(r":\d+$")
_NOT_FILES = ("/proc/", "/sys/", "/dev/")
_MOST_LINKS = 8


@dataclass(slots=True)
class Interest:
    """What of a directory matters to a section: all names or these, and those whose contents matter."""

    names: set[str] = field(default_factory=set)
    contents: set[str] = field(default_factory=set)
    every_name: bool = False
    every_content: bool = False


@dataclass(slots=True)
class Place:
    """One directory: who is interested, and names whose coming or going changes which directories are watched."""

    interests: dict[str, Interest] = field(default_factory=dict)
    branches: set[str] = field(default_factory=set)
    every_branch: bool = False

    @property
    def wants_contents(self) -> bool:
        """Whether anybody wants to know what is written into files here."""
        return any(interest.contents or interest.every_content for interest in self.interests.values())


Plan = dict[str, Place]
"""By path, in the order of importance."""


def plan(host: Host, sections: Mapping[str, Iterable[str]]) -> Plan:
    """The directories for some sections, each with the files that its facts came from when it was read last."""
    found: Plan = {}
    looked = _Looked(host)
    seen: set[tuple[str, Pattern]] = set()
    for section in sections:
        trigger = TRIGGERS.get(section)
        for pattern in trigger.patterns(host) if trigger else ():
            if (section, pattern) not in seen:
                seen.add((section, pattern))
                _follow(found, looked, section, pattern)
    for section, files in sections.items():
        for path in files:
            _add(found, section, path, contents=True)
            _add_target(found, host, section, Pattern(path))
    return found


def files_of(sources: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The files that a section's facts came from, or that were overridden."""
    places = {str(place) for source in sources.values() for place in (source["where"], *source.get("overrides", ()))}
    paths = {_LINE.sub("", place) for place in places if place.startswith("/")}
    return frozenset(path for path in paths if not path.startswith(_NOT_FILES) and not _WILD.search(path))


def _follow(found: Plan, looked: "_Looked", section: str, pattern: Pattern) -> None:
    """A pattern whose directories have wildcards stands for those that exist; what appears above them counts too."""
    above = posixpath.dirname(pattern.path)
    wild = _WILD.search(above)
    if wild is None:
        _add(found, section, pattern.path, contents=pattern.contents)
        _add_target(found, looked.host, section, pattern)
        return
    fixed = posixpath.dirname(above[: wild.start()] + "x")
    found.setdefault(fixed, Place()).every_branch = True
    found[fixed].interests.setdefault(section, Interest())
    for directory in looked.glob(above):
        _add(found, section, f"{directory}/{posixpath.basename(pattern.path)}", contents=pattern.contents)


def _add(found: Plan, section: str, path: str, *, contents: bool) -> None:
    directory, name = posixpath.split(path)
    interest = found.setdefault(directory, Place()).interests.setdefault(section, Interest())
    if _WILD.search(name):
        interest.every_name = True
        interest.every_content |= contents
        return
    interest.names.add(name)
    if contents:
        interest.contents.add(name)


def _add_target(found: Plan, host: Host, section: str, pattern: Pattern) -> None:
    """A file that is a symlink changes where it leads to."""
    path = pattern.path
    if _WILD.search(path):
        return
    for _ in range(_MOST_LINKS):
        try:
            text = host.readlink(path)
        except HostError:
            return
        if text is None:
            return
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
        if path.startswith(_NOT_FILES):
            return
        _add(found, section, path, contents=pattern.contents)


class _Looked:
    """What several patterns ask for is looked for once."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._found: dict[str, tuple[str, ...]] = {}

    def glob(self, pattern: str) -> tuple[str, ...]:
        if pattern not in self._found:
            try:
                self._found[pattern] = self.host.glob(pattern)
            except HostError:
                self._found[pattern] = ()
        return self._found[pattern]
