"""rongdun-collector tls."""

import argparse
import socket
from collections.abc import Mapping
from pathlib import Path

from rongdun_collector.cli.database import settings_of, utc_now
from rongdun_collector.tls import create_certificates


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a server certificate, and an authority unless there is one")
    create.add_argument("--dir", type=Path, help="where (default DATA/tls, where `serve` looks)")
    create.add_argument("--data", type=Path, help="the collector's data folder (default rongdun-data)")
    create.add_argument(
        "--name", action="append", help="a name or address by which hosts reach the collector (may be repeated)"
    )


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Make the certificates and say what was made."""
    directory = options.dir or settings_of(options, environment).data / "tls"
    names = options.name or [socket.gethostname()]
    pin = create_certificates(directory, names, utc_now())
    print(f"{directory}: server.pem and server.key for {', '.join(names)}")
    print(f"pin of the authority: {pin} (enrolment tokens carry it)")
    return 0
