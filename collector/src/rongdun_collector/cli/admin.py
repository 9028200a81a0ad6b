"""rongdun-collector admin."""

import argparse
import getpass
import re
import sys
from collections.abc import Mapping

from rongdun_collector.cli.database import add_database_arguments, opened, settings_of, utc_now
from rongdun_collector.errors import CollectorError
from rongdun_collector.signin.passwords import hash_password
from rongdun_collector.store import accounts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make an administrator, or give one a new password")
    create.add_argument("name")
    create.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    remove = actions.add_parser("remove", help="end an account and its sessions")
    remove.add_argument("name")
    listing = actions.add_parser("list", help="list the administrators")
    for action in (create, remove, listing):
        add_database_arguments(action)


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked."""
    kept = _new_password(options) if options.action == "create" else ""
    with opened(settings_of(options, environment)) as store, store.write() as connection:
        if options.action == "create":
            new = accounts.put_administrator(connection, options.name, kept, utc_now())
            print(f"administrator {options.name}: {'made' if new else 'has a new password, and was signed out'}")
        elif options.action == "list":
            print("\n".join(accounts.list_administrators(connection)))
        elif accounts.remove_administrator(connection, options.name):
            print(f"administrator {options.name} is removed")
        else:
            remedy = "see: rongdun-collector admin list"
            raise CollectorError("admin", f"there is no administrator {options.name!r}", remedy)
    return 0


def _new_password(options: argparse.Namespace) -> str:
    if not re.fullmatch(r"[\w.@-]{1,64}", options.name):
        raise CollectorError("name", f"{options.name!r} cannot be used", "use letters, digits and . @ _ -")
    if options.password_stdin:
        return hash_password(sys.stdin.readline().rstrip("\r\n"))
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CollectorError("password", "the two are not the same", "try again")
    return hash_password(password)
