"""`rongdun-agent explain`: a rule, its clauses, and why this host got its verdict."""

import argparse
import os
from datetime import UTC, datetime
from typing import TextIO

from rongdun_agent.scan.explanation import write_rule, write_why
from rongdun_agent.scan.judgement import judge
from rongdun_agent.scan.options import add_judging_arguments, wish_of
from rongdun_agent.scan.target import open_host
from rongdun_agent.scan.text import paper_for
from rongdun_agent.state import State, default_state


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("rule", metavar="RULE", help="the rule's id")
    add_judging_arguments(parser)


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Print it; 0 whatever the verdict is."""
    wish = wish_of(options, [options.rule])
    judgement = judge(
        open_host(options.root), wish, State(options.state or default_state()), datetime.now(UTC).replace(microsecond=0)
    )
    paper = paper_for(out, os.environ)
    (rule,) = wish.rules
    write_rule(judgement, rule, paper)
    write_why(judgement, rule, paper)
    return 0
