"""What commands cost, run in turns so that a busy moment of the machine falls on all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

LAUNCH = Path(__file__).with_name("launch.py")


class Cost(NamedTuple):
    """Seconds and KiB, of the command and all its children."""

    wall_s: float
    cpu_s: float
    peak_kib: float


class Command(NamedTuple):
    """What is run, and the exit statuses that mean it did its work."""

    argv: Sequence[str]
    good: Collection[int] = (0,)
    times: int = 1
    """In each round: what is short beside the others is run more often."""


def in_turns(commands: Mapping[str, Command], rounds: int, watched_rounds: int = 3) -> dict[str, Cost]:
    """The medians of each command.

    Memory is watched in rounds of its own, as watching costs time; without any, the peak is of the largest process.
    """
    timed: dict[str, list[Cost]] = {name: [] for name in commands}
    watched: dict[str, list[Cost]] = {name: [] for name in commands}
    for costs, flags in [(timed, ()), (watched, ("--sample",))]:
        for _ in range(rounds if costs is timed else watched_rounds):
            for name, command in commands.items():
                costs[name] += [_cost(command, flags) for _ in range(command.times)]
    return {
        name: Cost(
            median(cost.wall_s for cost in timed[name]),
            median(cost.cpu_s for cost in timed[name]),
            median(cost.peak_kib for cost in watched[name] or timed[name]),
        )
        for name in commands
    }


def as_on_a_host() -> dict[str, str]:
    """The environment without what developers set: Python keeps its bytecode, as it does where we are installed."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}


def _cost(command: Command, flags: Sequence[str]) -> Cost:
    launcher = [sys.executable, "-I", "-S", str(LAUNCH), *flags, *command.argv]
    done = subprocess.run(launcher, capture_output=True, text=True, check=True, env=as_on_a_host(), timeout=900)
    said = json.loads(done.stdout)
    status = said.pop("status")
    assert status in command.good, f"{command.argv[0]} ended with {status}"
    return Cost(**said)
