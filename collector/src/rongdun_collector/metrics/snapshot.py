"""All that one scrape needs, read in one transaction."""

from dataclasses import dataclass
from datetime import timedelta

from rongdun_collector.assessment.result_set import ResultSet
from rongdun_collector.devices.view import take_wire
from rongdun_collector.devices.wire import Wire
from rongdun_collector.drill.scored import ScoredDrill
from rongdun_collector.services import Services
from rongdun_collector.store import fleet, hosts, register
from rongdun_collector.store.fleet import Group
from rongdun_collector.store.hosts import HostRow
from rongdun_collector.store.register import System, Unit

DRILLS_SHOWN_FOR = timedelta(days=1)
"""How long a drill that ended is still told of."""


@dataclass(frozen=True)
class Snapshot:
    """The fleet at a moment, and the process that tells it."""

    services: Services
    hosts: list[HostRow]
    groups: list[Group]
    sets: dict[str, ResultSet]
    units: list[Unit]
    systems: list[System]
    conflicts: int
    drills: tuple[ScoredDrill, ...]
    wire: Wire


def take_snapshot(services: Services) -> Snapshot:
    """Read the fleet as it is now."""
    since = services.heard_since
    with services.store.read() as connection:
        groups, sets = services.overview.groups(connection, since)
        fleet_hosts = hosts.all_hosts(connection, since)
        return Snapshot(
            services,
            fleet_hosts,
            groups,
            sets,
            register.list_units(connection),
            register.list_systems(connection),
            len(fleet.conflicts(connection, since)),
            tuple(services.scored.lately(connection, services.now(), DRILLS_SHOWN_FOR)),
            take_wire(connection, services.links, fleet_hosts),
        )
