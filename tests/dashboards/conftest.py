"""A small fleet in a real collector, for pages that are tried against a real Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.survey import survey
from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_collector.store.register import System, Unit, put_systems, put_units
from rongdun_contract.controls import load_controls
from rongdun_contract.rules.pack import load_pack
from tests.collector.agents import enrol
from tests.collector.conftest import make_token
from tests.collector.devices.test_wire import network, seen, settle, wire
from tests.collector.drill.conftest import PACK, new_watcher, opened
from tests.collector.drill.scene import Scene
from tests.collector.drill.watching import accounts
from tests.collector.serving import Clock, Collector, serving
from tests.lab.prometheus import Prometheus

REPOSITORY = Path(__file__).parents[2]
UNITS = (Unit("dsj", "市大数据委"), Unit("gaj", "市公安局"))
SYSTEMS = (System("brain", "城市大脑", "dsj", 3, critical=True), System("snow", "雪亮工程", "gaj", 3))
HOSTS = 4
SSHD = "PermitRootLogin {}\nMaxAuthTries {}\nX11Forwarding no\n"


@dataclass
class RealClock(Clock):
    """The time that Prometheus keeps as well, for Prometheus takes no other."""

    behind: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the time, or an earlier one."""
        return datetime.now(UTC) - self.behind


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """Yield a collector with hosts of two units, judged by the product's own rules; the last one fell silent."""
    pack = load_pack(REPOSITORY / "rules/linux-baseline")
    ruleset = Ruleset((pack,), load_controls(REPOSITORY / "rules/controls/gbt22239-2019.yaml", [pack]))
    data = tmp_path_factory.mktemp("fleet")
    clock = RealClock()
    with serving(f"sqlite:///{data / 'fleet.sqlite'}", ruleset, clock, data, drill_packs=(PACK,)) as collector:
        with collector.services.store.write() as connection:
            put_units(connection, UNITS)
            put_systems(connection, SYSTEMS)
        for number in range(HOSTS):
            clock.behind = timedelta(hours=5) if number == HOSTS - 1 else timedelta()
            facts, _ = survey(Host(root=_tree(data / f"root-{number}", number)))
            system = SYSTEMS[number % 2]
            secret = make_token(collector, unit=system.unit, system=system.id)
            agent = enrol(collector.client, secret, hostname=f"host-{number}", machine_id=f"{number}" * 32)
            agent.report(facts, clock().replace(microsecond=0))
            collector.judged(agent.host)
        _wire(collector, clock)
        _drill(collector, clock)
        clock.behind = timedelta()
        yield collector


def _wire(collector: Collector, clock: RealClock) -> None:
    """One host watches a segment on which a stranger is, a host that left it, and one whose agent fell silent."""
    secret = make_token(collector, unit="dsj", uses_allowed=3)
    links = {"left": "52:54:00:00:00:02", "mute": "52:54:00:00:00:03"}
    for name, mac in links.items():
        clock.behind = timedelta(hours=5) if name == "mute" else timedelta()
        host = enrol(collector.client, secret, hostname=name, machine_id=name.ljust(32, "0"))
        host.report({"network": network(mac, "10.0.0.2")}, clock().replace(microsecond=0))
    clock.behind = timedelta()
    seen_now = (seen(links["left"], present=False), seen(links["mute"]), seen("52:54:00:00:00:09"))
    observer = enrol(collector.client, secret, hostname="watch", machine_id="c" * 32)
    observer.report({"devices": wire(*seen_now)}, clock().replace(microsecond=0))
    settle(collector)


def _drill(collector: Collector, clock: RealClock) -> None:
    """Open a drill in which one object was got rid of, one waits for somebody, one host never began."""
    clock.behind = timedelta(minutes=30)
    drill = opened(collector, units=[unit.id for unit in UNITS])
    host = new_watcher(collector, "dsj", hostname="watched")
    new_watcher(collector, "gaj", hostname="deaf")
    host.begin()
    scene = Scene(collector, drill, host, host, host, host)
    for minutes, names in ((29, ("toor",)), (28, ("toor", "evil")), (27, ("evil",)), (26, None)):
        clock.behind = timedelta(minutes=minutes)
        host.look_again() if names is None else host.see(accounts(*names))
        if minutes == 29:
            assert scene.post("acknowledged", found=scene.objects()["toor"]["id"]).is_redirect
    scene.settle()


@pytest.fixture(scope="session")
def scraped(fleet: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Yield a Prometheus that has scraped the fleet."""
    server = Prometheus.start(tmp_path_factory.mktemp("prometheus"), [fleet.url.removeprefix("http://")])
    try:
        assert server.wait_for("rongdun_host_info")
        yield server
    finally:
        server.stop()


def _tree(root: Path, number: int) -> Path:
    """A host's files; each number is stricter than the one before."""
    files = {
        "etc/os-release": "ID=debian\nVERSION_ID=12\nPRETTY_NAME='Debian GNU/Linux 12'\n",
        "etc/passwd": "root:x:0:0::/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\n",
        "etc/group": "root:x:0:\ndaemon:x:1:\n",
        "etc/shadow": "root:$6$x$y:20000:0:90:7:::\ndaemon:*:20000::::::\n" if number else "root::20000::::::\n",
        "etc/login.defs": f"PASS_MAX_DAYS {99999 if number < 2 else 90}\nPASS_MIN_DAYS {number}\n",
        "etc/ssh/sshd_config": SSHD.format("no" if number else "yes", 3 + number),
        "usr/sbin/sshd": "\0OpenSSH_9.2p1 Debian-2+deb12u3\0",
        "var/lib/dpkg/status": f"Package: base-{number}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n",
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root
