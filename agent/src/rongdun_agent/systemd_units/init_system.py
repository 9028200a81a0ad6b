"""Whether systemd is what starts services here."""

from rongdun_agent.host import Host
from rongdun_agent.systemd_units.directories import SEARCH_PATH

_INIT = ("/sbin/init", "/usr/sbin/init")


def manager(host: Host) -> str | None:
    """`systemd` where it booted the machine; in a tree that does not run, where its init or its units are."""
    if host.is_dir("/run/systemd/system"):
        return "systemd"
    if host.live or host.exists("/proc/1"):
        return None
    init = next((path for path in _INIT if host.stat(path, follow=False)), None)
    if init:
        return "systemd" if host.realpath(init).endswith("/systemd") else None
    return "systemd" if any(host.is_dir(path) for path in SEARCH_PATH) else None
