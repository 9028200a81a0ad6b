"""rongdun-collector migrate."""

import argparse
from collections.abc import Mapping

from rongdun_collector.cli.database import add_database_arguments, opened, settings_of
from rongdun_collector.store.migrate import newest_revision


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_database_arguments(parser)


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Take the steps that are missing."""
    with opened(settings_of(options, environment), migrating=True):
        print(f"the database has schema {newest_revision()}")
    return 0
