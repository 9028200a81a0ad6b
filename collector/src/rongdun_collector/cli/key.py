"""rongdun-collector key."""

import argparse
from collections.abc import Mapping

from rongdun_collector.cli.database import add_database_arguments, opened, settings_of, utc_now
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import accounts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a key and print it; it cannot be shown again")
    create.add_argument("name", help="who uses it, such as prometheus")
    revoke = actions.add_parser("revoke", help="refuse it from now on")
    revoke.add_argument("name")
    listing = actions.add_parser("list", help="list the keys; their secrets are not kept")
    for action in (create, revoke, listing):
        add_database_arguments(action)


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked."""
    now = utc_now()
    with opened(settings_of(options, environment)) as store, store.write() as connection:
        if options.action == "create":
            print(accounts.put_read_key(connection, options.name, now))
        elif options.action == "list":
            for name, created_at, revoked_at in accounts.list_read_keys(connection):
                print(f"{name}  made {created_at:%Y-%m-%d}  {'revoked' if revoked_at else 'in use'}")
        elif accounts.revoke_read_key(connection, options.name, now):
            print(f"key {options.name} is revoked")
        else:
            raise CollectorError("key", f"there is no key {options.name!r} in use", "see: rongdun-collector key list")
    return 0
