"""Owner and permissions of the files that rules name."""

from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.rule_files import GROUPS, NAMED
from rongdun_contract.documents import Source
from rongdun_contract.facts.files import File, Files
from rongdun_contract.facts.model import Unknown

_ACL = "system.posix_acl_access"
_REFUSED = Unknown(unknown="no permission")


def probe(host: Host) -> Probed:
    """Look at each file once; an absent path is left out, one behind a closed directory is unknown."""
    seen: dict[str, File | Unknown | None] = {}
    facts = Files(
        named={path: found for path in NAMED if (found := _look(host, path, seen)) is not None},
        groups={name: _group(host, patterns, seen) for name, patterns in GROUPS.items()},
    )
    return Probed(facts, {"": Source(where="file system")})


def _group(
    host: Host, patterns: tuple[str, ...], seen: dict[str, File | Unknown | None]
) -> dict[str, File | Unknown] | Unknown:
    """All files that the patterns match; a directory that may not be listed leaves the whole group unknown."""
    try:
        paths = sorted({path for pattern in patterns for path in host.glob(pattern)})
    except Refused:
        return _REFUSED
    return {path: found for path in paths if (found := _look(host, path, seen)) is not None}


def _look(host: Host, path: str, seen: dict[str, File | Unknown | None]) -> File | Unknown | None:
    if path not in seen:
        try:
            seen[path] = _file(host, path)
        except Refused:
            seen[path] = _REFUSED
    return seen[path]


def _file(host: Host, path: str) -> File | None:
    """What stands at the path, or at the end of its symlink; a link that leads nowhere, or to /dev/null, is no file."""
    stat = host.stat(path)
    if stat is None or stat.type in ("char", "block"):
        return None
    symlink = host.readlink(path) is not None
    target = host.realpath(path) if symlink else None
    return File(
        type=stat.type,
        owner=host.owner_name(stat.uid) or str(stat.uid),
        group=host.group_name(stat.gid) or str(stat.gid),
        uid=stat.uid,
        gid=stat.gid,
        mode=stat.mode,
        target=target,
        extended_acl=host.xattr(target or path, _ACL) is not None,
    )
