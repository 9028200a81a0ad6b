"""What stays on a government host day and night: its memory beside node_exporter's, and a day of its processor time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from rongdun_agent.config import Config
from rongdun_collector.config import Settings
from tests.bench import shipped
from tests.bench.resident import DAY_S, SCRAPES, Exporter, Service, node_exporter, service
from tests.packages.built import Package

pytestmark = pytest.mark.bench

INTERVALS = {"the agent's default": Config().interval_s, "the collector's default": Settings().interval_s}
RATIOS = {"rss": 0.6, "pss": 0.55}
SHARE_OF_A_CORE = 0.001
NOT_DEFAULT_S = 300
"""Printed beside the defaults: who asks for fresher facts, for a drill say, sees the price."""


class Measured(NamedTuple):
    """Both, in one run."""

    ours: Service
    theirs: Exporter

    def ratio(self, what: str) -> float:
        """Ours by theirs."""
        return float(getattr(self.ours.memory, what) / getattr(self.theirs.memory, what))

    def share(self, interval_s: float) -> float:
        """The part of one core that a day takes."""
        return self.ours.day_s(interval_s) / DAY_S


@pytest.fixture(scope="module", params=shipped.kinds())
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Measure everything once for wheels on the Python of the tests, once for the package that was built; print it."""
    if os.geteuid() != 0:
        pytest.fail("without root a cycle reads little and costs little: run make bench as root", pytrace=False)
    base: Path = tmp_path_factory.mktemp("resident")
    package: Package | None = request.param
    program, interpreter = shipped.put(package, base / "shipped")
    both = Measured(service(program, interpreter, base), node_exporter())
    report(both, package.file.name if package is not None else "wheels")
    return both


def report(measured: Measured, what_of: str) -> None:
    ours, theirs = measured
    print(f"\n\n{what_of}\n\n{'resident':44}{'RSS MiB':>9}{'PSS MiB':>9}")
    for name, held in (("supervisor between cycles", ours.memory), (f"node_exporter after {SCRAPES}", theirs.memory)):
        print(f"{name:44}{held.rss / 1024:9.1f}{held.pss / 1024:9.1f}")
    for what, bar in RATIOS.items():
        ratio = measured.ratio(what)
        print(f"{what + ', ratio':44}{ratio:9.3f}   bar {bar:g}{'' if ratio <= bar else '  MISSED'}")
    print(f"\n{'CPU':44}{'ms':>9}")
    costs = {
        "first cycle of the day, with the walk": ours.first_cycle_s,
        "a cycle": ours.cycle_s,
        "a sign of life": ours.beat_s,
        "a scrape of node_exporter": theirs.scrape_s,
    }
    for name, seconds in costs.items():
        print(f"{name:44}{seconds * 1000:9.2f}")
    print(f"\n{'a day':44}{'CPU s':>9}{'of one core':>13}")
    for name, interval_s in [*INTERVALS.items(), ("asked for", NOT_DEFAULT_S)]:
        share, bar = measured.share(interval_s), name in INTERVALS
        words = f"   bar {SHARE_OF_A_CORE:.2%}{'' if share <= SHARE_OF_A_CORE else '  MISSED'}" if bar else ""
        print(f"{f'every {interval_s} s ({name})':44}{ours.day_s(interval_s):9.1f}{share:13.3%}{words}")
    print(f"{'node_exporter, scraped every 15 s':44}{theirs.scrape_s * DAY_S / 15:9.1f}{theirs.scrape_s / 15:13.3%}")


@pytest.mark.parametrize(("what", "at_most"), RATIOS.items())
def test_what_stays_in_memory_beside_node_exporter(measured: Measured, what: str, at_most: float) -> None:
    assert measured.ratio(what) <= at_most


@pytest.mark.parametrize("interval_s", INTERVALS.values(), ids=INTERVALS.keys())
def test_a_day_of_cycles_takes_a_thousandth_of_a_core(measured: Measured, interval_s: int) -> None:
    assert measured.share(interval_s) <= SHARE_OF_A_CORE
