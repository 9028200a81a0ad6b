"""nsswitch.conf(5): where a database comes from besides the local files."""

import re

from rongdun_agent.host import Host

PATH = "/etc/nsswitch.conf"
_LOCAL = frozenset(("altfiles", "compat", "db", "extrausers", "files", "mymachines", "systemd"))
_ACTION = re.compile(r"\[[^\]]*\]")


def directory_services(host: Host, database: str) -> tuple[tuple[str, ...], str | None]:
    """Services that may know entries which no local file holds, in their order, and the line that names them."""
    for number, line in enumerate(host.lines(PATH), 1):
        text = line.partition("#")[0]
        name, colon, rest = text.partition(":")
        if colon and name.strip() == database:
            services = _ACTION.sub(" ", rest).split()
            return tuple(dict.fromkeys(s for s in services if s not in _LOCAL)), f"{PATH}:{number}"
    return (), None
