"""Packages on real systems without a Python: one line in, an upgrade loses nothing, a removal leaves nothing."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.collector_process import CollectorProcess
from tests.lab.missing import need_root
from tests.lab.ports import free_port
from tests.lab.roots import Root, Suite
from tests.packages.built import HOW, Package, next_version, packages
from tests.packages.server import SERVICE, Server, running

pytestmark = [pytest.mark.root, pytest.mark.systemd, pytest.mark.slow]

HOSTS: tuple[tuple[Suite, str], ...] = (("bullseye", "deb"), ("trixie", "deb"), ("trixie", "tar"))
LEFT_BY_OTHERS = {
    f"/etc/{name}{end}" for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid") for end in "-"
}
LEFT_BY_OTHERS |= {"/etc/.pwd.lock", "/var/lib/dpkg/lock", "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/triggers/Lock"}
"""Copies and locks of the system's own programs for accounts and packages."""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CollectorProcess]:
    """Yield a running collector on loopback, which the containers share."""
    folder = tmp_path_factory.mktemp("collector")
    found = CollectorProcess(("--data", str(folder / "data")), free_port(), folder / "log")
    found.start()
    found.wait()
    yield found
    found.stop()


@pytest.fixture(params=HOSTS, ids=[f"{kind} on {suite}" for suite, kind in HOSTS])
def package(request: pytest.FixtureRequest) -> Package:
    """Return the built package for this machine of the kind that is asked for."""
    found = packages(request.param[1], "rongdun-agent", "x86_64")
    if not found:
        pytest.skip(f"rongdun-agent x86_64 {request.param[1]}: {HOW}")
    print(f"uses {found[0].file}")
    return found[0]


@pytest.fixture
def server(request: pytest.FixtureRequest, package: Package, debian_root: Callable[..., Root]) -> Iterator[Server]:
    """Yield the booted system that the package is for."""
    need_root("a system is booted and a package installed on it")
    suite = next(suite for suite, kind in HOSTS if f"{kind} on {suite}" in request.node.name and kind == package.kind)
    with running(debian_root(suite, python=False), network="host") as found:
        yield found


def token(collector: CollectorProcess) -> str:
    return collector.command("token", "create", "--url", collector.url, "--count", "1").split()[-1]


def hosts(collector: CollectorProcess) -> set[str]:
    with urllib.request.urlopen(f"{collector.url}/v1/hosts", timeout=20) as answer:
        return {host["id"] for host in json.load(answer)["hosts"]}


def test_one_line_installs_and_enrols(server: Server, package: Package, collector: CollectorProcess) -> None:
    said = server.sh(server.with_token(package, token(collector)))
    assert "Enrolled at" in said
    assert server.show("ActiveState") == "active"
    assert server.sh(f"systemctl is-enabled {SERVICE}").strip() == "enabled"
    status = server.after_cycle(None)
    assert status["cycle"]["problem"] is None
    assert status["cycle"]["pending"] == 0
    assert status["host"] in hosts(collector)
    owners = server.sh("find /var/lib/rongdun -printf '%u %m %p\\n'").splitlines()
    assert {line.split()[0] for line in owners} == {"rongdun"}
    assert "rongdun 600 /var/lib/rongdun/credential.json" in owners
    assert server.sh("ps -o user= -C python3.13").split()[0] == "rongdun"


def test_without_a_token_it_waits_and_is_no_error(server: Server, package: Package) -> None:
    """An image is made once and enrols where it is started."""
    server.sh(server.installing(package))
    assert server.show("ActiveState") == "inactive"
    assert server.sh(f"systemctl is-enabled {SERVICE}").strip() == "enabled"
    assert server.sh("systemctl --failed --no-legend").strip() == ""
    assert "confidence" in server.sh("rongdun-agent scan || true")


def test_a_wrong_token_says_so_and_leaves_an_installed_agent(server: Server, package: Package) -> None:
    done = server.machine.run("sh", "-c", server.with_token(package, "rongdun1.wrong"), timeout_s=240)
    assert done.returncode == 2
    assert "enrolment token" in done.stderr
    assert server.show("ActiveState") == "inactive"


def test_an_upgrade_keeps_spool_and_identity(
    server: Server, package: Package, collector: CollectorProcess, tmp_path: Path
) -> None:
    """What happened while the collector was away must arrive, from the same host, after the upgrade."""
    server.never_wait()
    server.sh(server.with_token(package, token(collector)))
    before = server.after_cycle(None)
    credential = server.sh("cat /var/lib/rongdun/credential.json")
    collector.kill()
    try:
        server.sh("useradd --system --no-create-home newcomer")
        time.sleep(1.1)  # cycles are told apart by the second
        server.sh(f"systemctl restart {SERVICE}")
        away = server.after_cycle(before["cycle"]["at"])
        assert away["cycle"]["pending"] == 1
        pid = server.show("MainPID")
        time.sleep(1.1)
        server.sh(server.installing(next_version(package, "9.9.9", tmp_path)))
        assert server.sh("rongdun-agent --version").strip() == "rongdun-agent 9.9.9"
        assert server.show("ActiveState") == "active"
        assert server.show("MainPID") != pid, "the old program still runs"
        upgraded = server.after_cycle(away["cycle"]["at"])
        assert upgraded["cycle"]["pending"] >= 1, "the spool was lost"
    finally:
        collector.start()
        collector.wait()
    time.sleep(1.1)
    server.sh(f"systemctl restart {SERVICE}")
    after = server.after_cycle(upgraded["cycle"]["at"])
    assert (after["host"], after["cycle"]["pending"], after["cycle"]["problem"]) == (before["host"], 0, None)
    assert server.sh("cat /var/lib/rongdun/credential.json") == credential
    assert server.sh(f"systemctl is-enabled {SERVICE}").strip() == "enabled"
    assert server.sh("cat /etc/rongdun/agent.toml") == "pressure_wait_s = 0\n"


def test_an_upgrade_leaves_a_stopped_and_disabled_service_alone(
    server: Server, package: Package, collector: CollectorProcess, tmp_path: Path
) -> None:
    """Who stopped it had a reason."""
    server.sh(server.with_token(package, token(collector)))
    server.sh(f"systemctl stop {SERVICE} && systemctl disable --quiet {SERVICE}")
    server.sh(server.installing(next_version(package, "9.9.9", tmp_path)))
    assert server.show("ActiveState") == "inactive"
    assert server.machine.run("systemctl", "is-enabled", SERVICE).stdout.strip() == "disabled"


def test_removal_keeps_the_state_and_coming_back_goes_on(
    server: Server, package: Package, collector: CollectorProcess
) -> None:
    server.never_wait()
    server.sh(server.with_token(package, token(collector)))
    before = server.after_cycle(None)
    server.remove(package)
    assert server.machine.run("systemctl", "is-active", SERVICE).stdout.strip() != "active"
    assert not (server.machine.root / "opt/rongdun").exists()
    assert (server.machine.root / "var/lib/rongdun/credential.json").exists()
    time.sleep(1.1)
    server.sh(server.installing(package))
    assert server.show("ActiveState") == "active", "an enrolled host goes on by itself"
    assert server.after_cycle(before["cycle"]["at"])["host"] == before["host"]


def test_purging_leaves_nothing(server: Server, package: Package, collector: CollectorProcess) -> None:
    files, accounts = server.files(), server.accounts()
    server.sh(server.with_token(package, token(collector)))
    server.after_cycle(None)
    brought = server.files() - files
    assert {"/opt/rongdun/python/bin/python3.13", "/var/lib/rongdun/spool.db", "/usr/bin/rongdun-agent"} <= brought
    server.purge(package)
    server.sh("rm -rf /srv/*")
    left = {name for name in server.files() - files if not name.startswith("/srv")}
    assert left - LEFT_BY_OTHERS == set()
    taken = files - server.files()
    assert taken - {"/opt"} == set(), (
        "it took away what it had not brought"
    )  # an empty /opt goes by dpkg, with any package
    assert server.accounts() == accounts
    assert server.sh("ps -e -o comm=").split().count("python3.13") == 0
    assert "rongdun" not in server.sh("systemctl list-units --all --no-legend; systemctl list-unit-files --no-legend")


def test_discovery_comes_as_a_package_of_its_own_and_goes_with_the_agent(server: Server, package: Package) -> None:
    """Its library binds by another licence, and its service listens to the wire: nobody gets it unasked."""
    found = packages(package.kind, "rongdun-agent-discovery")
    assert found, HOW
    files, accounts = server.files(), server.accounts()
    server.sh(server.installing(package))
    unit = server.machine.root / "usr/lib/systemd/system/rongdun-discovery.service"
    assert not unit.exists()
    server.sh(server.installing(found[0]))
    assert unit.exists()
    state = (
        server.machine.run("systemctl", "is-enabled", unit.name).stdout
        + server.machine.run("systemctl", "is-active", unit.name).stdout
    )
    assert state.split() == ["disabled", "inactive"]
    where = "import scapy; print(scapy.__file__)"
    python = "/opt/rongdun/python/bin/python3.13 -I -B -c"
    assert "/discovery/scapy/" in server.sh(f"{python} '{where}'")
    server.sh(server.installing(package).replace("install -qq", "install -qq --reinstall"))
    assert "/discovery/scapy/" in server.sh(f"{python} '{where}'"), "the upgrade of the agent took it away"
    server.purge(package)
    assert not unit.exists()
    left = {name for name in server.files() - files if not name.startswith("/srv")}
    assert left - LEFT_BY_OTHERS == set()
    assert server.accounts() == accounts
