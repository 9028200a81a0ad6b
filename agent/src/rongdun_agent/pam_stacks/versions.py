"""Systems whose modules behave as they did years ago."""

import re
from collections.abc import Mapping

from rongdun_agent.host import Host

_OLD_PWQUALITY = {
    "centos": 8,
    "debian": 10,
    "neokylin": 8,
    "ol": 8,
    "rhel": 8,
    "scientific": 8,
    "sles": 15,
    "ubuntu": 18,
}
"""The first release of each system that has libpwquality 1.4, where defaults changed."""
_FIELD = re.compile(r"(ID|VERSION_ID)=[\"']?v?([A-Za-z0-9_-]+)", re.IGNORECASE)


_PRIVATE_GROUPS = {"debian": 13, "ubuntu": 25}
"""The first release of each system whose pam_umask is built with `usergroups` switched on."""


def has_old_pwquality(host: Host) -> bool:
    """Whether libpwquality is older than 1.4; a system that we do not know counts as new."""
    return _newer(host, _OLD_PWQUALITY) is False


def private_groups_by_default(host: Host) -> bool:
    """Whether pam_umask gives the group of an account's own name the owner's rights without being told to."""
    return _newer(host, _PRIVATE_GROUPS) is True


def _newer(host: Host, releases: Mapping[str, int]) -> bool | None:
    """Whether the host's release is at least the one that the table names for its system; none when it names none."""
    lines = host.lines("/etc/os-release") or host.lines("/usr/lib/os-release")
    fields = {match[1].upper(): match[2].lower() for line in lines if (match := _FIELD.match(line))}
    release = re.match(r"[0-9]+", fields.get("VERSION_ID", ""))
    first = releases.get(fields.get("ID", ""))
    return None if first is None or release is None else int(release[0]) >= first
