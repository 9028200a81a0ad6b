"""rongdun-collector register."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from rongdun_collector.cli.database import add_database_arguments, opened, settings_of
from rongdun_collector.register_files import read_register
from rongdun_collector.store import register


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    bring = actions.add_parser("import", help="add or change units and systems: all rows or none")
    bring.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="CSV of units or of systems, told by its head"
    )
    add_database_arguments(bring)


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Bring the files in, or say everything that is wrong with them."""
    with opened(settings_of(options, environment)) as store, store.write() as connection:
        known = register.list_units(connection), register.list_systems(connection)
        reading = read_register(options.files, *known)
        if not reading.problems:
            register.put_units(connection, reading.units)
            register.put_systems(connection, reading.systems)
    for problem in reading.problems:
        print(f"rongdun-collector: {problem}", file=sys.stderr)
    if reading.problems:
        print("Nothing was brought in.", file=sys.stderr)
        return 2
    print(f"{len(reading.units)} units and {len(reading.systems)} systems are in the register")
    return 0
