"""A security tool that weighs on the server it guards is switched off: what a scan may cost, beside its peers.

Absolute times say little on a shared machine; ratios of commands that ran in turns do. Each bar is a test of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

from tests.bench import scap, shipped
from tests.bench.costs import Command, Cost, as_on_a_host, in_turns

pytestmark = pytest.mark.bench

OURS, WALK, STARTED = "rongdun-agent scan", "rongdun-agent facts walk", "rongdun-agent facts os"
BESIDE_LYNIS = "rongdun-agent scan (with lynis)"
OSCAP, LYNIS, FIND = "oscap xccdf eval", "lynis audit system", "find / -perm"
ROUNDS, SLOW_ROUNDS = 15, 2
LEAST_RULES = 40
"""Of oscap's 44 rules: with fewer really judged, the comparison would flatter oscap."""


class Bar(NamedTuple):
    """How much of another command's cost ours may have."""

    what: str
    ours: str
    other: str
    at_most: float

    def ratio(self, costs: dict[str, Cost]) -> float:
        """Ours by theirs; the walk is counted without the start of the program, which the bars of the scan hold."""
        ours = getattr(costs[self.ours], self.what)
        if self.ours == WALK:
            ours -= getattr(costs[STARTED], self.what)
        return float(ours / getattr(costs[self.other], self.what))

    def __str__(self) -> str:
        """As a test's name."""
        return f"{self.what} of {self.ours} at most {self.at_most:g} of {self.other}'s"


BARS = (
    Bar("wall_s", OURS, OSCAP, 0.25),
    Bar("cpu_s", OURS, OSCAP, 0.25),
    Bar("peak_kib", OURS, OSCAP, 0.22),
    Bar("wall_s", BESIDE_LYNIS, LYNIS, 0.01),
    Bar("cpu_s", BESIDE_LYNIS, LYNIS, 0.01),
    Bar("cpu_s", WALK, FIND, 1.6),
)


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shipped.install(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="module")
def costs(agent: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cost]:
    """Measure everything once, and print it."""
    if os.geteuid() != 0:
        pytest.fail("oscap and lynis judge little without root: run make bench as root", pytrace=False)
    base = tmp_path_factory.mktemp("bench")
    content, results = scap.adapt(base), base / "results.xml"
    judged = scap.judged(content, results)
    assert judged >= LEAST_RULES, f"oscap judged {judged} rules: its content does not fit this machine"
    state = ["--state", str(base / "state")]
    scan = Command([str(agent), "scan", "--format", "json", *state], (0, 1))
    subprocess.run(scan.argv, check=False, capture_output=True, env=as_on_a_host(), timeout=60)  # warms the disk cache
    measured = in_turns({OURS: scan, OSCAP: Command(scap.command(content, results), (0, 2))}, ROUNDS)
    measured |= in_turns(
        {
            WALK: Command([str(agent), "facts", "walk", *state]),
            STARTED: Command([str(agent), "facts", "os", *state]),
            FIND: Command(["find", "/", "-xdev", "-perm", "/6000"], (0, 1)),  # 1: something vanished under its feet
        },
        5,
    )
    lynis = Command(
        ["lynis", "audit", "system", "--quick", "--logfile", str(base / "log"), "--report-file", "/dev/null"]
    )
    measured |= in_turns({BESIDE_LYNIS: scan._replace(times=9), LYNIS: lynis}, SLOW_ROUNDS, watched_rounds=0)
    report(measured, judged)
    return measured


def report(costs: dict[str, Cost], judged: int) -> None:
    print(f"\n\n{'medians':32}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}")
    for name, cost in costs.items():
        print(f"{name:32}{cost.wall_s:9.3f}{cost.cpu_s:9.3f}{cost.peak_kib / 1024:10.1f}")
    print(f"oscap judged {judged} rules\n\n{'ratio':>68}{'bar':>7}")
    for bar in BARS:
        ratio = bar.ratio(costs)
        words = f"{bar.what} of {bar.ours} by {bar.other}"
        print(f"{words:62}{ratio:6.3f}{bar.at_most:7g}{'' if ratio <= bar.at_most else '  MISSED'}")


@pytest.mark.parametrize("bar", BARS, ids=str)
def test_what_we_cost_beside_others(costs: dict[str, Cost], bar: Bar) -> None:
    assert bar.ratio(costs) <= bar.at_most


def test_where_the_milliseconds_go(agent: Path) -> None:
    """No bar: what to look at first when one is missed."""
    command = [str(agent.with_name("python")), "-I", str(Path(__file__).with_name("where.py"))]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, env=as_on_a_host(), timeout=60).stdout)
        for _ in range(5)
    ]
    stages = {name: median(run[name] for run in runs) for name in runs[0]}
    print(f"\n\n{'CPU ms':>42}")
    for name, milliseconds in stages.items():
        print(f"{name:36}{milliseconds:6.1f}")
    print(f"{'together':36}{sum(stages.values()):6.1f}\n")
    assert {"judge", "probe accounts", "import pydantic.main"} <= set(stages)
