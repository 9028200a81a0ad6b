"""Which installed package a file came with, whichever package manager keeps the books."""

from collections.abc import Collection, Mapping

from rongdun_agent import dpkg, rpmdb
from rongdun_agent.host import Host, Refused
from rongdun_contract.facts import Maybe, Unknown

_ELSEWHERE = (("/usr/", "/"), ("/usr/bin/", "/usr/sbin/"), ("/usr/bin/", "/sbin/"), ("/usr/lib64/", "/usr/lib/"))
"""Real place and the place that a package may still name, where a link leads from the second to the first."""


def owners(host: Host, paths: Collection[str]) -> Mapping[str, Maybe[str | None]]:
    """Path to package for every path asked about; None for a file that no package brought. `paths` hold no symlinks."""
    try:
        found = _found(host, {path: _spellings(host, path) for path in paths})
    except Refused:
        return dict.fromkeys(paths, Unknown(unknown="no permission"))
    except rpmdb.MalformedDatabase:
        return dict.fromkeys(paths, Unknown(unknown="error"))
    return {path: found.get(path) for path in paths}


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
