"""Repositories and options of every package front end on the host that accept unsigned packages."""

from rongdun_agent.host import Host
from rongdun_agent.repositories.apt_options import unsigned_options
from rongdun_agent.repositories.apt_sources import unsigned_repositories
from rongdun_agent.repositories.yum import unsigned_sections


def unsigned(host: Host) -> dict[str, str]:
    """Description to `path:line`, sorted; files are read by presence, for a host may carry both families' tools."""
    found: dict[str, str] = {}
    for read in (unsigned_repositories, unsigned_options, unsigned_sections):
        for what, where in read(host):
            found.setdefault(what, where)
    return dict(sorted(found.items()))
