"""What attackers leave in a bounded list of places; nothing is walked, and file contents leave only as digests."""

import stat as st
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeVar

from rongdun_agent.capabilities import permitted
from rongdun_agent.file_owners import unaltered
from rongdun_agent.host import Directory, Host, NotAFile, RawStat, Refused, TooLarge
from rongdun_agent.probed import Probed
from rongdun_agent.said import name_of
from rongdun_agent.watched_places import HOME_HOOKS, HOOKS, LEFTOVERS, PRIVILEGED_DIRECTORIES, SKELETON, homes
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.walk import Privileged
from rongdun_contract.facts.watched_files import Hook, HookKind, WatchedFiles

_SPECIAL = st.S_ISUID | st.S_ISGID
_EXECUTED = 0o111
_SYSTEMS_OWN = ("/usr/lib/systemd/", "/lib/systemd/")
_REFUSED = Unknown(unknown="no permission")

T = TypeVar("T")


def probe(host: Host) -> Probed:
    """Look into the watched directories and at the hooks; a place that is closed to us leaves its list unknown."""
    facts = WatchedFiles(privileged=_told(lambda: _privileged(host)), hooks=_told(lambda: _hooks(host)))
    return Probed(facts, {"": Source(where="watched directories")})


def _told(read: Callable[[], T]) -> Maybe[T]:
    try:
        return read()
    except Refused:
        return _REFUSED


def _privileged(host: Host) -> tuple[Privileged, ...]:
    places = dict.fromkeys(host.realpath(path) for path in (*PRIVILEGED_DIRECTORIES, *homes(host)))
    found = (each for path in places for each in _in_directory(host, path))
    return tuple(sorted(found, key=lambda each: each.path))


def _in_directory(host: Host, path: str) -> Iterator[Privileged]:
    with closing(host.walk(path)) as walking:
        directory = next(walking, None)
        if directory is None:
            return
        for name, entry in directory.entries:
            mode = entry.st_mode
            if st.S_ISREG(mode) and mode & (_SPECIAL | _EXECUTED):
                capabilities = _capabilities(directory, name)
                if mode & _SPECIAL or capabilities is not None:
                    yield _described(host, directory.path_of(name), entry, capabilities)


def _described(host: Host, path: str, entry: RawStat, capabilities: str | None) -> Privileged:
    return Privileged(
        path=path,
        owner=host.owner_name(entry.st_uid) or str(entry.st_uid),
        group=host.group_name(entry.st_gid) or str(entry.st_gid),
        mode=st.S_IMODE(entry.st_mode),
        capabilities=capabilities,
    )


def _capabilities(directory: Directory, name: str) -> str | None:
    data = directory.xattr(name, "security.capability")
    return None if data is None else permitted(data)


def _hooks(host: Host) -> tuple[Hook, ...]:
    kinds: dict[str, HookKind] = {}
    for kind, patterns in HOOKS:
        kinds |= {path: kind for pattern in patterns for path in host.glob(pattern)}
    home_of: dict[str, str] = {}
    for home in homes(host):
        for kind, patterns in HOME_HOOKS:
            below = [path for pattern in patterns for path in host.glob(f"{home}/{pattern}")]
            kinds |= dict.fromkeys(below, kind)
            home_of |= dict.fromkeys(below, home)
    contents = {
        path: content
        for path, kind in sorted(kinds.items())
        if not (path.endswith(LEFTOVERS) or (kind == "user unit" and _leads_to_the_systems_own(host, path)))
        and (content := _content(host, path)) is not None
    }
    packages = unaltered(host, sorted(contents.keys() - home_of.keys()))
    return tuple(
        Hook(
            path=path,
            kind=kinds[path],
            owner=_owner(host, path),
            content=content,
            package=packages.get(path),
            skeleton=path in home_of and content == _content(host, SKELETON + path.removeprefix(home_of[path])),
        )
        for path, content in contents.items()
    )


def _leads_to_the_systems_own(host: Host, path: str) -> bool:
    """A link into the directories of packages: enabling or renaming what is there, not a file of its own."""
    return host.readlink(path) is not None and host.realpath(path).startswith(_SYSTEMS_OWN)


def _content(host: Host, path: str) -> str | None:
    """What a file says; one too large to be read for it is known by its size, and what is no file says nothing."""
    stat = host.stat(path)
    if stat is None or stat.type != "file":
        return None
    try:
        return name_of(host.read_text(path) or "", comments=("#",))
    except NotAFile:
        return None
    except TooLarge:
        return f"{stat.size} bytes"


def _owner(host: Host, path: str) -> str:
    stat = host.stat(path)
    return "" if stat is None else host.owner_name(stat.uid) or str(stat.uid)
