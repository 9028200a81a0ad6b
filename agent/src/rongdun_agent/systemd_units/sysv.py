"""Init scripts that no unit file replaces: systemd-sysv-generator(8) makes a service of each."""

from collections.abc import Container, Mapping

from rongdun_agent.host import Host
from rongdun_agent.systemd_units.names import parse_name

SCRIPTS = "/etc/init.d"
_RUNLEVELS = ("/etc/rcS.d", "/etc/rc2.d", "/etc/rc3.d", "/etc/rc4.d", "/etc/rc5.d")
_OWNER_MAY_EXECUTE = 0o100
_NUMBER = 2


def read_init_scripts(host: Host, native: Container[str]) -> dict[str, str]:
    """Scripts by the service that they become; one with a unit file of its name, masked or not, is left alone."""
    found = {}
    for name in host.list_dir(SCRIPTS):
        service = f"{name.removesuffix('.sh')}.service"
        if name.startswith(".") or service in native or parse_name(service) is None:
            continue
        path = f"{SCRIPTS}/{name}"
        stat = host.stat(path)
        if stat and stat.type == "file" and stat.mode & _OWNER_MAY_EXECUTE:
            found[service] = path
    return found


def start_links(host: Host) -> Mapping[str, str]:
    """The symlinks that start scripts at boot or in an ordinary runlevel, by the name of the script."""
    found: dict[str, str] = {}
    for directory in _RUNLEVELS:
        for name in host.list_dir(directory):
            digits = name[1 : 1 + _NUMBER]
            if name.startswith("S") and len(digits) == _NUMBER and digits.isdecimal():
                found.setdefault(name[1 + _NUMBER :], f"{directory}/{name}")
    return found
