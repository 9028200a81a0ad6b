"""Which installed package a file came with, whichever package manager keeps the books."""

import hashlib
from collections.abc import Collection, Mapping

from rongdun_agent import dpkg, rpmdb
from rongdun_agent.host import Host, Refused, TooLarge
from rongdun_contract.facts import Maybe, Unknown

_ELSEWHERE = (("/usr/", "/"), ("/usr/bin/", "/usr/sbin/"), ("/usr/bin/", "/sbin/"), ("/usr/lib64/", "/usr/lib/"))
"""Real place and the place that a package may still name, where a link leads from the second to the first."""
_BOOKS = (dpkg.INFO, dpkg.STATUS, *rpmdb.FILES)
"""What changes when a package is installed, removed or replaced."""
_MOST_REMEMBERED = 2000


def owners(host: Host, paths: Collection[str]) -> Mapping[str, Maybe[str | None]]:
    """Path to package for every path asked about; None for a file that no package brought. `paths` hold no symlinks.

    A file that no package brought is looked for in every list, so answers are remembered while the lists are the same.
    """
    try:
        known = _remembered(host)
        asked = [path for path in paths if path not in known]
        found = _found(host, {path: _spellings(host, path) for path in asked})
    except Refused:
        return dict.fromkeys(paths, Unknown(unknown="no permission"))
    except rpmdb.MalformedDatabase:
        return dict.fromkeys(paths, Unknown(unknown="error"))
    known |= {path: found.get(path) for path in asked}
    return {path: known[path] for path in paths}


def _remembered(host: Host) -> dict[str, str | None]:
    """Path to package as it was found in the lists and databases that are there now."""
    stamp = tuple((path, at.mtime, at.size) for path in _BOOKS if (at := host.stat(path)) is not None)
    before: object
    known: dict[str, str | None]
    before, known = host.remembered.get(__name__, (None, {}))
    if before != stamp or len(known) > _MOST_REMEMBERED:
        known = {}
        host.remembered[__name__] = (stamp, known)
    return known


def unaltered(host: Host, paths: Collection[str]) -> Mapping[str, Maybe[str | None]]:
    """Path to package for configuration files as a package brought them; None for local and for altered ones.

    dpkg's other files have none here: to find their package takes a search through all lists, which `owners` does.
    """
    try:
        found = _unaltered(host, {path: _spellings(host, path) for path in paths})
    except Refused:
        return dict.fromkeys(paths, Unknown(unknown="no permission"))
    except (rpmdb.MalformedDatabase, TooLarge):
        return dict.fromkeys(paths, Unknown(unknown="error"))
    return {path: found.get(path) for path in paths}


def _unaltered(host: Host, files: Mapping[str, Collection[str]]) -> Mapping[str, str]:
    if not files:
        return {}
    found = dpkg.unaltered(host, files)
    rest = {path: spellings for path, spellings in files.items() if path not in found}
    database = rpmdb.find_database(host) if rest else None
    if database is None:
        return found
    return found | {
        path: package
        for path, (package, noted) in database.digests(host, rest).items()
        if _has_digest(host, path, noted)
    }


def _has_digest(host: Host, path: str, noted: rpmdb.FileDigest) -> bool:
    content = host.read_bytes(path)
    if content is None or not noted.algorithm:
        return False
    return hashlib.new(noted.algorithm, content, usedforsecurity=False).hexdigest() == noted.hexadecimal


def _found(host: Host, files: Mapping[str, Collection[str]]) -> Mapping[str, str]:
    if not files:
        return {}
    found = dpkg.owners(host, files)
    rest = {path: spellings for path, spellings in files.items() if path not in found}
    database = rpmdb.find_database(host) if rest else None
    return found | database.owners(host, rest) if database else found


def _spellings(host: Host, path: str) -> tuple[str, ...]:
    """The path, and the same file by the links of a merged /usr."""
    others = (older + path.removeprefix(newer) for newer, older in _ELSEWHERE if path.startswith(newer))
    return path, *(other for other in others if host.realpath(other) == path)
