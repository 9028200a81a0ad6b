"""Whether a file that appeared or changed may be of a kind that `watched_files` lists."""

from collections.abc import Mapping
from typing import Any

from rongdun_agent.host import Host, HostError

_SPECIAL, _EXECUTED = 0o6000, 0o111
_CAPABILITIES = "security.capability"


def is_privileged(host: Host, path: str, facts: Mapping[str, Any]) -> bool:
    """A file with privileges, and a path that was one: temporary directories are full of files that are neither."""
    known = facts.get("privileged")
    if isinstance(known, list) and any(each["path"] == path for each in known):
        return True
    try:
        found = host.stat(path, follow=False)
        if found is None or found.type != "file":
            return False
        if found.mode & _SPECIAL:
            return True
        return bool(found.mode & _EXECUTED) and host.xattr(path, _CAPABILITIES) is not None
    except HostError:
        return True
