"""rongdun-collector scheme."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from rongdun_collector.cli.database import settings_of
from rongdun_collector.drill.schemes import CARRIED, read_scheme_file
from rongdun_contract.rules.problems import PackError, Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    lint = actions.add_parser("lint", help="say everything that is wrong with scoring schemes")
    lint.add_argument("files", type=Path, nargs="*", metavar="FILE", help="a scheme; else those that drills can use")
    lint.add_argument("--schemes", type=Path, help="folder of drill scoring schemes (default: those that come along)")


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Name each good scheme with its digest; 2 when one is broken."""
    folder = settings_of(options, environment).schemes or CARRIED
    problems: list[Problem] = []
    paths = options.files or sorted(folder.glob("*.yaml"))
    if not paths:
        problems.append(Problem(str(folder), 0, "", "has no scheme", "name a file, or another folder"))
    for path in paths:
        try:
            scheme = read_scheme_file(path).scheme
        except PackError as error:
            problems += error.problems
        else:
            print(f"{path}: {scheme.id} v{scheme.version} sha256 {scheme.sha256}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 2 if problems else 0
