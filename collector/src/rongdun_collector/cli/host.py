"""rongdun-collector host."""

import argparse
from collections.abc import Mapping

from rongdun_collector.cli.database import add_database_arguments, opened, settings_of, utc_now
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import hosts, register


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    place = actions.add_parser("place", help="say who answers for a host and to which system it belongs")
    place.add_argument("id")
    place.add_argument("--unit", help="id or name of the unit (default: that of the system)")
    place.add_argument("--system", help="id or name of the system")
    retire = actions.add_parser("retire", help="take a host out of service: it cannot report any more")
    retire.add_argument("id")
    for action in (place, retire):
        add_database_arguments(action)


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked."""
    now = utc_now()
    with opened(settings_of(options, environment)) as store, store.write() as connection:
        if hosts.find_host(connection, options.id, now) is None:
            raise CollectorError("host", f"there is no host {options.id!r}", "use an id of GET /v1/hosts")
        if options.action == "retire":
            hosts.retire(connection, options.id, now)
            print(f"host {options.id} is retired")
        else:
            unit, system = register.find_place(connection, options.unit, options.system)
            hosts.place(connection, options.id, unit, system)
            print(f"host {options.id}: unit {unit or '-'}, system {system or '-'}")
    return 0
