"""Which AppArmor profiles the kernel has, and in which mode each is."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rongdun_agent.host import Host, Refused

LIST = "/sys/kernel/security/apparmor/profiles"
POLICY = "/sys/kernel/security/apparmor/policy"
"""The same, a directory for each: the kernel shows the list to root's user and group alone, these to everyone."""

_LINE = re.compile(r"(?P<name>.+) \((?P<mode>\w+)\)")


class Profile(NamedTuple):
    """A loaded profile by its full name: `parent//child` for what lies in another."""

    name: str
    mode: str


def loaded_profiles(host: Host) -> tuple[Profile, ...] | None:
    """All of them, `None` where the kernel's files are not there; raises `Refused` where they cannot be told."""
    try:
        lines = host.lines(LIST)
    except Refused:
        return _from_directories(host)
    if not lines and not host.exists(LIST):
        return None
    return tuple(Profile(match["name"], match["mode"]) for match in map(_LINE.fullmatch, lines) if match)


def _from_directories(host: Host) -> tuple[Profile, ...]:
    """Also refused where there are none, or other name spaces, whose profiles the list would name too."""
    if not host.is_dir(f"{POLICY}/profiles") or host.list_dir(f"{POLICY}/namespaces"):
        raise Refused(LIST)
    return tuple(_below(host, f"{POLICY}/profiles", ""))


def _below(host: Host, directory: str, parent: str) -> Iterator[Profile]:
    for entry in host.list_dir(directory):
        place = f"{directory}/{entry}"
        own, mode = (host.read_text(f"{place}/{what}") for what in ("name", "mode"))
        if own is None or mode is None:
            continue  # unloaded meanwhile
        name = parent + own.removesuffix("\n")
        yield Profile(name, mode.strip())
        yield from _below(host, f"{place}/profiles", f"{name}//")
