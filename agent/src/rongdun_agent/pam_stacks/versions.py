"""Systems whose modules behave as they did years ago."""

import re

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


def has_old_pwquality(host: Host) -> bool:
    """Whether libpwquality is older than 1.4; a system that we do not know counts as new."""
    lines = host.lines("/etc/os-release") or host.lines("/usr/lib/os-release")
    fields = {match[1].upper(): match[2].lower() for line in lines if (match := _FIELD.match(line))}
    release = re.match(r"[0-9]+", fields.get("VERSION_ID", ""))
    first_new = _OLD_PWQUALITY.get(fields.get("ID", ""))
    return first_new is not None and release is not None and int(release[0]) < first_new
