"""rongdun-collector token."""

import argparse
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from rongdun_collector.cli.database import add_database_arguments, opened, settings_of, utc_now
from rongdun_collector.cli.durations import duration
from rongdun_collector.config import Settings
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import register, tokens
from rongdun_collector.store.store import Store
from rongdun_collector.tls import pin_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a token and print it; it cannot be shown again")
    create.add_argument("--url", required=True, help="the address by which hosts reach the collector")
    create.add_argument("--unit", help="id or name of the unit that answers for the hosts")
    create.add_argument("--system", help="id or name of the system that the hosts belong to (implies its unit)")
    create.add_argument("--count", type=int, default=1, help="how many hosts may enrol with it (default 1)")
    create.add_argument("--expires", type=duration, default="1d", help="when it ends: 30m, 12h, 7d (default 1d)")
    revoke = actions.add_parser("revoke", help="let no host enrol with it from now on")
    revoke.add_argument("id")
    listing = actions.add_parser("list", help="list tokens; their secrets are not kept")
    for action in (create, revoke, listing):
        add_database_arguments(action)


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked."""
    settings = settings_of(options, environment)
    with opened(settings) as store:
        if options.action == "create":
            return _create(options, settings, store)
        return _revoke(options, store) if options.action == "revoke" else _list(store)


def _create(options: argparse.Namespace, settings: Settings, store: Store) -> int:
    now = utc_now()
    pin = _pin(options.url, settings)
    if not 1 <= options.count <= 10**6:
        raise CollectorError("--count", f"{options.count} hosts", "from 1 to 1000000")
    with store.write() as connection:
        unit, system = register.find_place(connection, options.unit, options.system)
        terms = tokens.TokenTerms(options.url.rstrip("/"), now + options.expires, options.count, unit, system)
        token, word = tokens.create_token(connection, terms, pin, now)
    print(word)
    print(f"token {token}: {options.count} hosts, until {terms.expires_at:%Y-%m-%d %H:%M} UTC", file=sys.stderr)
    return 0


def _pin(url: str, settings: Settings) -> str | None:
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname or address.path.strip("/") or address.query:
        raise CollectorError("--url", f"{url!r} is no address of a collector", "write https://NAME:PORT")
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise CollectorError(
            "--url", "credentials would travel in the clear", "write https://; http:// is for loopback only"
        )
    return pin_of(settings.certificate[0]) if address.scheme == "https" and settings.certificate else None


def _revoke(options: argparse.Namespace, store: Store) -> int:
    with store.write() as connection:
        if not tokens.revoke_token(connection, options.id, utc_now()):
            raise CollectorError("token", f"there is no token {options.id!r}", "see: rongdun-collector token list")
    print(f"token {options.id} is revoked; hosts that enrolled with it stay enrolled")
    return 0


def _list(store: Store) -> int:
    now = utc_now()
    with store.read() as connection:
        for one in tokens.list_tokens(connection):
            place = "/".join(filter(None, (one.terms.unit, one.terms.system))) or "-"
            state = one.refusal(now) or f"good until {one.terms.expires_at:%Y-%m-%d %H:%M} UTC"
            print(f"{one.id}  {one.uses}/{one.terms.uses_allowed}  {place}  {one.terms.url}  {state}")
    return 0
