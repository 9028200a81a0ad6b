"""Who may have a crontab or an at(1) job, by the lists that crontab(1) and at(1) look at."""

from typing import Literal, NamedTuple

from rongdun_agent.crontabs.dialect import Dialect
from rongdun_agent.host import Host

Who = Literal["listed users", "all but denied", "everyone", "root only"]


class Access(NamedTuple):
    """Who may, and the list that says so; no list says it where none exists."""

    who: Who
    where: str | None


def cron_access(host: Host, dialect: Dialect) -> Access:
    """An empty cron.deny denies nobody; without both lists the program decides."""
    return _access(host, "/etc/cron", everyone=dialect.everyone_without_lists)


def at_access(host: Host) -> Access:
    """Without both lists at(1) is root's alone."""
    return _access(host, "/etc/at", everyone=False)


def _access(host: Host, prefix: str, *, everyone: bool) -> Access:
    if host.exists(f"{prefix}.allow"):
        return Access("listed users", f"{prefix}.allow")
    if host.exists(f"{prefix}.deny"):
        return Access("all but denied", f"{prefix}.deny")
    return Access("everyone" if everyone else "root only", None)
