"""limits.conf(5) and its directory: the one limit that rules ask for, the size of core dumps."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rongdun_agent.host import Host

FILE, PATTERN = "/etc/security/limits.conf", "/etc/security/limits.d/*.conf"
_LINE = re.compile(r"(\S+)\s+(hard|soft|-)\s+(\S+)\s+(\S+)", re.IGNORECASE)


class Limit(NamedTuple):
    """A line about core dumps: for whom, and the hard limit that it sets."""

    domain: str
    value: str
    where: str


def hard_core_limit(host: Host) -> tuple[bool, str | None]:
    """Whether no ordinary account may dump core, and the line that says so or that lets somebody off.

    Lines of single accounts and groups outrank that of `*`; among equals the last one wins.
    """
    latest: dict[str, Limit] = {}
    for limit in _limits(host):
        latest[limit.domain] = limit
    everyone = latest.pop("*", None)
    if everyone is None:
        return False, None
    let_off = next((limit for domain, limit in sorted(latest.items()) if domain != "root" and limit.value != "0"), None)
    deciding = let_off or everyone
    return deciding.value == "0", deciding.where


def _limits(host: Host) -> Iterator[Limit]:
    for path in (FILE, *host.glob(PATTERN)):
        for number, line in enumerate(host.lines(path), 1):
            match = _LINE.match(line.partition("#")[0].strip())
            if match and match[3].lower() == "core" and match[2].lower() != "soft":
                yield Limit(match[1], match[4], f"{path}:{number}")
