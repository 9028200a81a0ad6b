"""The directories that the kernel watches for us, kept in step with a plan while they come, go and are replaced."""

import os
import posixpath
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from rongdun_agent.host import Host, HostError, as_text
from rongdun_agent.watch.inotify import (
    CONTENTS,
    ENTRIES,
    IGNORED,
    OVERFLOW,
    SELF_DELETED,
    SELF_MOVED,
    UNMOUNTED,
    Event,
    Inotify,
    why_not,
)
from rongdun_agent.watch.links import Links
from rongdun_agent.watch.places import Interest, Place, Plan
from rongdun_agent.watch.silent_mounts import silent_mounts

_GONE = SELF_DELETED | SELF_MOVED | UNMOUNTED | IGNORED
_MOST_EVENTS = 4096
"""Taken at once; what is left waits for the next turn."""
_BUSY_EVENTS = 3000
"""A directory with so many events within `_BUSY_S` is left alone for `_REST_S`: telling them apart costs too much."""
_BUSY_S, _REST_S = 10.0, 30.0


@dataclass(slots=True)
class Moved:
    """Sections to read again, each with a path that says why; whether the plan has to be made anew."""

    sections: dict[str, str] = field(default_factory=dict)
    replan: bool = False
    events: int = 0


@dataclass(slots=True)
class _Watch:
    path: str
    identity: tuple[int, int]
    mask: int
    events: int = 0


class Directories:
    """`unwatched` says by section which place is not watched, and why: it has to be looked at without being told."""

    def __init__(self, most: int, cares: Callable[[str, str], bool] = lambda _section, _path: True) -> None:
        """Nothing is watched yet; without a queue of events everything is unwatched.

        `cares` says of a section and a path whether it matters, where all names of a directory might.
        """
        self.unwatched: dict[str, str] = {}
        self._most, self._cares = most, cares
        self._plan: Plan = {}
        self._watches: dict[int, _Watch] = {}
        self._by_path: dict[str, int] = {}
        self._resting: dict[str, float] = {}
        self._counted_since = 0.0
        self._stack = ExitStack()
        try:
            self._inotify: Inotify | None = self._stack.enter_context(Inotify())
        except OSError as error:
            self._inotify, self._why = None, why_not(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def fd(self) -> int | None:
        """Readable when something moved."""
        return None if self._inotify is None else self._inotify.fd

    def __len__(self) -> int:
        return len(self._watches)

    def follow(self, host: Host, wanted: Plan, now: float) -> set[str]:
        """Watch what a plan wants and nothing else; the sections for which a directory is watched anew.

        Such a section has to be read again: what happened before its directory was watched nobody told us.
        """
        self.unwatched = {}
        if self._inotify is None:
            self.unwatched = {section: self._why for place in wanted.values() for section in place.interests}
            return set()
        self._resting = {path: until for path, until in self._resting.items() if until > now}
        self._plan = _with_ancestors(host, wanted)
        for path in [path for path in self._by_path if path not in self._plan] + [*self._replaced(host)]:
            self._drop(path)
        fresh: set[str] = set()
        silent = silent_mounts(host)
        for path, place in self._plan.items():
            if self._watch(self._inotify, host, path, place):
                fresh |= place.interests.keys()
            watch = self._watches.get(self._by_path.get(path, -1))
            if watch is not None and (kind := silent.get(watch.identity[0])):
                why = f"{path}: on {kind} nobody tells of what others change"
                self.unwatched |= dict.fromkeys(place.interests, why)
        return fresh

    def is_replaced(self, host: Host) -> bool:
        """Whether another directory stands where one is watched: it was mounted over, or something above was moved."""
        return any(True for _ in self._replaced(host))

    def take(self, now: float) -> Moved:
        """What moved since the last call."""
        moved = Moved()
        if self._inotify is None:
            return moved
        events = self._inotify.take(_MOST_EVENTS)
        moved.events = len(events)
        for event in events:
            if event.mask & OVERFLOW:
                moved.sections = dict.fromkeys(self._sections(), "more changes than could be told apart")
                moved.replan = True
            elif (watch := self._watches.get(event.watch)) is not None:
                watch.events += 1
                self._judge(event, watch, moved)
        self._rest_from_noise(now, moved)
        return moved

    def wakes_at(self) -> float | None:
        """When a directory that is left alone is to be watched again: make the plan anew then."""
        return min(self._resting.values(), default=None)

    def _replaced(self, host: Host) -> Iterator[str]:
        for path, number in self._by_path.items():
            try:
                found = host.stat(path)
            except HostError:
                continue
            if found is None or (found.dev, found.ino) != self._watches[number].identity:
                yield path

    def _sections(self) -> Iterator[str]:
        return (name for place in self._plan.values() for name in place.interests)

    def _judge(self, event: Event, watch: _Watch, moved: Moved) -> None:
        place = self._plan.get(watch.path)
        if place is None:
            return
        name = as_text(event.name)
        told = posixpath.join(watch.path, name) if name else watch.path
        if event.mask & _GONE:
            self._drop(watch.path)
            moved.replan = True
        branch = bool(event.mask & ~CONTENTS) and (place.every_branch or name in place.branches)
        moved.replan |= branch and bool(name)
        for section, interest in place.interests.items():
            if section in moved.sections:
                continue
            if (
                not name
                or branch
                or (_matters(event, name, interest) and (_is_meant(name, interest) or self._cares(section, told)))
            ):
                moved.sections[section] = told

    def _rest_from_noise(self, now: float, moved: Moved) -> None:
        for watch in [watch for watch in self._watches.values() if watch.events > _BUSY_EVENTS]:
            self._resting[watch.path] = now + _REST_S
            self._drop(watch.path)
            moved.replan = True
        if now - self._counted_since > _BUSY_S:
            self._counted_since = now
            for watch in self._watches.values():
                watch.events = 0

    def _watch(self, inotify: Inotify, host: Host, path: str, place: Place) -> bool:
        """Watch one directory; true when it was not watched for as much before."""
        mask = ENTRIES | (CONTENTS if place.wants_contents else 0)
        known = self._watches.get(self._by_path.get(path, -1))
        if known is not None and known.path != path:
            self._plan[known.path] = _together(self._plan[known.path], place)
        if known is not None and not mask & ~known.mask:
            return False
        why = "too much happens there" if path in self._resting else None
        if known is None and len(self._watches) >= self._most:
            why = f"more than {self._most} directories (drill.directories)"
        try:
            if why is None:
                self._add(inotify, host, path, mask)
        except OSError as error:
            why = why_not(error)
        except HostError as error:
            why = str(error)
        if why is not None:
            self.unwatched |= dict.fromkeys(place.interests, f"{path}: {why}")
        return why is None

    def _add(self, inotify: Inotify, host: Host, path: str, mask: int) -> None:
        here = os.fsencode(host.on_disk(path))
        number = inotify.add(here, mask)
        found = os.stat(here)  # noqa: PTH116 - a name in bytes, which pathlib refuses
        other = self._watches.get(number)
        if other is not None and other.path != path:  # one directory mounted twice: the first name tells its events
            self._plan[other.path] = _together(self._plan[other.path], self._plan[path])
            other.mask |= mask
            inotify.add(here, other.mask)
            self._by_path[path] = number
            return
        self._watches[number] = _Watch(path, (found.st_dev, found.st_ino), mask)
        self._by_path[path] = number

    def _drop(self, path: str) -> None:
        number = self._by_path.pop(path, None)
        if number is None or self._inotify is None:
            return
        watch = self._watches.get(number)
        if watch is not None and watch.path == path:
            self._inotify.remove(number)
            del self._watches[number]
            for other in [other for other, same in self._by_path.items() if same == number]:
                del self._by_path[other]


def _matters(event: Event, name: str, interest: Interest) -> bool:
    if event.mask & ~CONTENTS & ENTRIES:
        return interest.every_name or name in interest.names
    return interest.every_content or name in interest.contents


def _is_meant(name: str, interest: Interest) -> bool:
    """Whether the file matters by its name, or because every file's content does."""
    return name in interest.names or interest.every_content


def _with_ancestors(host: Host, wanted: Plan) -> Plan:
    """The directories of a plan that are there; one that is not has its nearest ancestor watched for its coming.

    Where symlinks lead to one, the directories that they lie in are watched too: a link can be turned.
    """
    found: Plan = {}
    links = Links(host)
    for path, place in wanted.items():
        for directory, link in links.on_the_way_to(path):
            _branch(found, directory, link, place)
        here, branch = path, ""
        while here != "/" and not _is_directory(host, here):
            here, branch = posixpath.split(here)
        here = host.realpath(here)
        if not branch:
            found[here] = _together(found[here], place) if here in found else place
            continue
        _branch(found, here, branch, place)
    return found


def _branch(found: Plan, directory: str, name: str, place: Place) -> None:
    """What comes, goes or changes by this name matters to all to whom the place below it does."""
    above = found.setdefault(directory, Place())
    above.branches.add(name)
    for section in place.interests:
        above.interests.setdefault(section, Interest())


def _is_directory(host: Host, path: str) -> bool:
    """Where it cannot be told we try to watch it, and say why that fails."""
    try:
        return host.is_dir(path)
    except HostError:
        return True


def _together(one: Place, other: Place) -> Place:
    both = Place(dict(one.interests), one.branches | other.branches, one.every_branch or other.every_branch)
    for section, interest in other.interests.items():
        mine = both.interests.get(section, Interest())
        both.interests[section] = Interest(
            mine.names | interest.names,
            mine.contents | interest.contents,
            mine.every_name or interest.every_name,
            mine.every_content or interest.every_content,
        )
    return both
