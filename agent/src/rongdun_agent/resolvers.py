"""resolv.conf(5): whom this host asks for names."""

import re
from typing import NamedTuple

from rongdun_agent.host import Host

PATH = "/etc/resolv.conf"
BEHIND_STUB = "/run/systemd/resolve/resolv.conf"
"""Whom systemd-resolved asks in turn."""

_STUBS = frozenset({"127.0.0.53", "127.0.0.54"})


class Resolvers(NamedTuple):
    """Name servers in the order in which they are asked, search domains, and the file."""

    servers: tuple[str, ...]
    search: tuple[str, ...]
    where: str


def read_resolvers(host: Host) -> Resolvers:
    """The servers that really answer: where only systemd-resolved's own address is named, those behind it."""
    found = _read(host, PATH)
    if found.servers and _STUBS.issuperset(found.servers):
        behind = _read(host, BEHIND_STUB)
        return behind if behind.servers else found
    return found


def _read(host: Host, path: str) -> Resolvers:
    servers: list[str] = []
    search: tuple[str, ...] = ()
    for line in host.lines(path):
        words = re.split(r"[ \t\r]+", line.strip(" \t\r"))
        match words:
            case ["nameserver", address, *_]:
                servers.append(address)
            case ["search" | "domain", *domains]:
                search = tuple(domain.rstrip(".") or "." for domain in domains)  # the last one counts
    return Resolvers(tuple(dict.fromkeys(servers)), search, path)
