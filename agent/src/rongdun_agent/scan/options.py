"""What `scan` and `explain` take on the command line, and the wish that it stands for."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from rongdun_agent.guesses.asked import Asked
from rongdun_agent.scan.choice import choose_overlay, choose_packs, choose_params, choose_rules
from rongdun_agent.scan.judgement import Wish
from rongdun_agent.scan.reference import read_reference

LEVELS = (2, 3, 4)


def add_host_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of every command that looks at a host."""
    parser.add_argument("--root", metavar="DIR", help="look at the tree below DIR instead of this machine")
    parser.add_argument("--walk", action="store_true", help="walk the whole file system now (a tree is always walked)")
    parser.add_argument(
        "--weak-passwords",
        action="store_true",
        help="try passwords that anybody would guess, as agent.toml has it; only the accounts are told",
    )
    parser.add_argument("--state", type=Path, metavar="DIR", help="the agent's directory, where the last walk is kept")


def add_judging_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of every command that judges."""
    add_host_arguments(parser)
    parser.add_argument("--level", type=int, choices=LEVELS, default=3, help="level of protection (default: 3)")
    parser.add_argument(
        "--pack",
        action="append",
        default=[],
        metavar="DIR",
        help="a pack's directory or built file, signed or not, instead of the embedded baseline; may be repeated",
    )
    parser.add_argument(
        "--keys", type=Path, metavar="DIR", help="keys that may sign packs, *.pub (default: /etc/rongdun/keys.d)"
    )
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="RULE.NAME=VALUE",
        help="try another value of a rule's parameter; may be repeated",
    )
    parser.add_argument(
        "--overlay", type=Path, metavar="FILE", help="an organisation's overlay: parameters tightened, or waived"
    )
    parser.add_argument(
        "--reference", type=Path, metavar="FILE", help="what `facts` printed earlier: rules over `new:` compare with it"
    )


def wish_of(options: argparse.Namespace, named: list[str]) -> Wish:
    """The packs, rules and parameters that the options name; raises AgentError or PackError."""
    packs = choose_packs(options.pack, options.keys, options.state)
    rules = choose_rules(packs, named)
    params = choose_params(packs, options.param)
    overlay = choose_overlay(packs, options.overlay)
    reference = read_reference(options.reference)
    guess, chosen, walk = asked_of(options), bool(named), options.walk
    return Wish(packs, rules, params, options.level, walk, chosen, guess, reference, overlay)


def asked_of(options: argparse.Namespace) -> Asked | None:
    """How passwords are tried: not at all unless the options say so; raises AgentError."""
    if not options.weak_passwords:
        return None
    from rongdun_agent.config import load_config  # noqa: PLC0415 - most scans read no settings
    from rongdun_agent.guesses.settings import asked_by  # noqa: PLC0415 - the same

    return asked_by(load_config().weak_passwords, datetime.now(UTC))
