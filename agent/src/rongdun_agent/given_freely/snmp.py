"""snmpd.conf(5): communities, by which versions 1 and 2c let people in."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from rongdun_agent.host import Host

_FILES = (
    *("/etc/snmp/snmpd.conf", "/etc/snmp/snmpd.local.conf", "/usr/share/snmp/snmpd.conf", "/etc/snmp/snmpd.conf.d/*"),
    *("/usr/share/snmp/snmpd.local.conf", "/var/lib/snmp/snmpd.conf", "/var/lib/net-snmp/snmpd.conf"),
)
_DEEPEST = 8
_ACCESS: dict[str, Literal["read", "write", "by group"]] = {
    "rocommunity": "read",
    "rocommunity6": "read",
    "rwcommunity": "write",
    "rwcommunity6": "write",
    "authcommunity": "by group",
    "com2sec": "by group",
    "com2sec6": "by group",
    "com2secunix": "by group",
}


class Line(NamedTuple):
    """A community and where it stands."""

    access: Literal["read", "write", "by group"]
    where: str


def communities(host: Host) -> tuple[Line, ...]:
    """In the order of the files that the daemon reads by itself and those that they include. Raises `Refused`."""
    paths = [path for pattern in _FILES for path in host.glob(pattern) if host.is_file(path)]
    return tuple(line for path in paths for line in _read(host, path, 0))


def _read(host: Host, path: str, depth: int) -> Iterator[Line]:
    for number, text in enumerate(host.lines(path), 1):
        words = text.partition("#")[0].split()
        if len(words) < 2:  # noqa: PLR2004 - a directive and what it says
            continue
        name = words[0].lower()
        if name in _ACCESS:
            yield Line(_ACCESS[name], f"{path}:{number}")
        elif name in ("includefile", "includedir", "include") and depth < _DEEPEST:
            for included in _included(host, path, name, words[1]):
                yield from _read(host, included, depth + 1)


def _included(host: Host, path: str, name: str, place: str) -> list[str]:
    """A relative place is meant from the directory of the file that names it."""
    place = place if place.startswith("/") else f"{path.rpartition('/')[0]}/{place}"
    pattern = f"{place.rstrip('/')}/*.conf" if name == "includedir" else place
    return [found for found in host.glob(pattern) if host.is_file(found)]
