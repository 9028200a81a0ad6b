"""rongdun-collector evaluate."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from rongdun_collector.assessment.assessor import Assessor
from rongdun_collector.assessment.judge import Judge
from rongdun_collector.assessment.ruleset import load_ruleset
from rongdun_collector.cli.database import (
    add_database_arguments,
    add_trust_arguments,
    opened,
    settings_of,
    trust_of,
    utc_now,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_database_arguments(parser)
    parser.add_argument("--packs", type=Path, action="append", help="a pack of rules (may be repeated)")
    add_trust_arguments(parser)
    parser.add_argument("--controls", type=Path, help="the control framework")
    parser.add_argument("--overlay", type=Path, help="an organisation's overlay: parameters tightened, or waived")


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Judge every host from its stored facts; no host is asked for anything."""
    settings = settings_of(options, environment)
    judge = Judge(load_ruleset(settings.packs, settings.controls, settings.overlay, trust_of(settings)))
    with opened(settings) as store:
        assessor = Assessor(store, judge)
        assessor.put_in_force(utc_now())
        judged, changed = assessor.assess_all(utc_now())
    known, found = judge.counts.known, judge.counts.found
    print(f"{judged} hosts judged, {changed} results changed; {found} verdicts evaluated, {known} shared")
    return 0
