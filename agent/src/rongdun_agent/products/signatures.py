"""How old signatures are: by what they say themselves, or else by their file."""

import re

from rongdun_agent.host import Host

_CLAMAV_HEAD = 512
_CLAMAV = re.compile(rb"ClamAV-VDB:.*:(\d+)\s*\0*$", re.DOTALL)


def built_at(host: Host, path: str) -> float | None:
    """Seconds since 1970; `None` when there is no such file.

    A ClamAV database ends its head with the time at which it was built: one that was copied yesterday from a mirror
    that stands still is as old as the mirror.
    """
    if path.endswith((".cvd", ".cld")) and (
        match := _CLAMAV.match((host.read_head(path, _CLAMAV_HEAD) or b"").rstrip())
    ):
        return float(match[1])
    found = host.stat(path)
    return found.mtime if found else None
