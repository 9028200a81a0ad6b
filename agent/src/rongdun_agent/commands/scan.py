"""`rongdun-agent scan`: facts, rules, verdicts."""

import argparse
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from types import MappingProxyType
from typing import TextIO

from rongdun_agent.errors import AgentError
from rongdun_agent.scan.judgement import Judgement, judge
from rongdun_agent.scan.options import add_judging_arguments, wish_of
from rongdun_agent.scan.target import open_host
from rongdun_agent.state import State, default_state

WRITERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "json": ("as_json", "write_json"),
        "csv": ("as_csv", "write_csv"),
        "sarif": ("as_sarif", "write_sarif"),
        "html": ("page", "write_html"),
        "xccdf": ("as_xccdf", "write_xccdf"),
    }
)
"""Module of `rongdun_agent.scan` and function by format; `table` beside them knows the terminal."""
FORMATS = ("table", *WRITERS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_judging_arguments(parser)
    parser.add_argument(
        "--rule", action="append", default=[], metavar="ID", help="judge this rule only; may be repeated"
    )
    parser.add_argument(
        "--min-confidence",
        type=float,
        default=0.8,
        metavar="0…1",
        help="how much must be known for exit status 0 (default: 0.8)",
    )
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to print the result (default: table)")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Print the result; 0 when nothing fails and enough is known, else 1."""
    if not 0 <= options.min_confidence <= 1:
        raise AgentError(
            f"--min-confidence {options.min_confidence:g}", "is out of range", "write a number from 0 to 1"
        )
    wish = wish_of(options, options.rule)
    host = open_host(options.root)
    judgement = judge(host, wish, State(options.state or default_state()), datetime.now(UTC).replace(microsecond=0))
    _write(judgement, options.format, out)
    return 0 if judgement.is_good(options.min_confidence) else 1


def _write(judgement: Judgement, form: str, out: TextIO) -> None:
    """Only the writer that is asked for is imported."""
    if form != "table":
        module, function = WRITERS[form]
        getattr(import_module(f"rongdun_agent.scan.{module}"), function)(judgement, out)
        return
    from rongdun_agent.scan.table import write_table  # noqa: PLC0415 - one format is wanted, the others are not imported
    from rongdun_agent.scan.text import paper_for  # noqa: PLC0415 - one format is wanted, the others are not imported

    write_table(judgement, paper_for(out, os.environ))
