"""rongdun-collector: the command line. A module per command, each with `add_arguments` and `run`."""

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from rongdun_collector.errors import CollectorError

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "serve": "receive, remember, judge and show",
        "migrate": "bring the database to this version's schema",
        "token": "make, list and revoke enrolment tokens",
        "admin": "make, list and remove administrators",
        "key": "make, list and revoke keys for programs that read",
        "register": "bring in units and systems from CSV",
        "host": "move a host to another unit or system, or retire it",
        "drill": "open, follow, judge and end drills",
        "scheme": "check drill scoring schemes",
        "evaluate": "judge all hosts again",
        "tls": "make a certificate authority and a server certificate",
    }
)
"""What there is, with what it does; imported when it is called, so that none pays for the others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command: 0 done, 1 done with a result that needs attention, 2 configuration or input, 3 a bug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        options = _parser(given).parse_args(given)
        command = import_module(f"rongdun_collector.cli.{options.command}")
        return int(command.run(options, os.environ))
    except CollectorError as error:
        print(f"rongdun-collector: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception:  # one of the four places: the top of the process
        logging.getLogger(__name__).exception("rongdun-collector made a mistake; please report it with this log")
        return 3


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rongdun-collector", description="Receives, remembers, judges and shows.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, says in COMMANDS.items():
        subparser = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
        if name in given[:1]:
            import_module(f"rongdun_collector.cli.{name}").add_arguments(subparser)
    return parser
