"""Who keeps the clock right, whom it asks, and whether the kernel believes it."""

from rongdun_agent.host import Host, NotLive, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.probes.os import time_zone
from rongdun_agent.systemd_units import BootStates
from rongdun_agent.time_sources import DAEMONS, Daemon, Servers
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.time_sync import TimeSync


def probe(host: Host) -> Probed:
    """Read the configuration of each daemon that starts at boot or runs now; others' servers do not count."""
    states = host.once(BootStates)
    daemons = [daemon for daemon in DAEMONS if _works(host, states, daemon)]
    zone, zone_where = time_zone(host)
    sources = {"time_zone": Source(where=zone_where), "synchronized": Source(where="adjtimex(2)")}
    servers: Maybe[tuple[str, ...]]
    fallback: tuple[str, ...] = ()
    try:
        found = Servers()
        for daemon in daemons:
            one = daemon.read(host)
            found.named |= one.named
            found.fallback |= one.fallback
        servers, fallback = tuple(sorted(found.named)), tuple(sorted(found.fallback))
        sources |= {f"servers[{at}]": Source(where=found.named[name]) for at, name in enumerate(servers)}
    except Refused as refused:
        servers = Unknown(unknown="no permission")
        sources["servers"] = Source(where=refused.path)
    facts = TimeSync(
        daemons=tuple(daemon.name for daemon in daemons),
        servers=servers,
        fallback_servers=fallback,
        synchronized=_synchronised(host),
        time_zone=zone,
    )
    return Probed(facts, sources)


def _works(host: Host, states: BootStates, daemon: Daemon) -> bool:
    """Whether the daemon starts at boot; where that cannot be told, whether it runs."""
    if any(states.starts(unit) is True for unit in daemon.units):
        return True
    try:
        return any(process.service_unit in daemon.units for process in host.processes)
    except Refused:
        return False


def _synchronised(host: Host) -> Maybe[bool | None]:
    try:
        found = host.clock_synchronised()
    except NotLive:
        return Unknown(unknown="not a live host")
    return Unknown(unknown="undecided") if found is None else found
