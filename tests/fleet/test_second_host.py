"""The second host, whole: no Python, one line with a token, a collector on TLS elsewhere on the wire, and impostors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.collector import SecureCollector
from tests.fleet.conftest import SUITES, serving
from tests.lab.roots import Root, Suite
from tests.lab.segment import Segment
from tests.packages.built import HOW, Package, next_version, packages
from tests.packages.server import SERVICE, Server, running

pytestmark = [pytest.mark.root, pytest.mark.systemd, pytest.mark.slow]

Both = tuple[SecureCollector, SecureCollector]


@pytest.fixture(scope="module")
def package() -> Package:
    """Return the built package for this machine."""
    found = packages("deb", "rongdun-agent", "x86_64")
    if not found:
        pytest.skip(f"rongdun-agent x86_64 deb: {HOW}")
    print(f"uses {found[0].file}")
    return found[0]


@pytest.fixture(params=SUITES)
def server(
    request: pytest.FixtureRequest, package: Package, bare: dict[Suite, Root], wire: Segment
) -> Iterator[Server]:
    """Yield a booted Debian on the wire."""
    assert package
    host = wire.join(f"10.77.0.{len(wire.hosts) + 2}/24")
    with running(bare[request.param], network=host.namespace) as found:
        found.never_wait()
        yield found


def cycle(server: Server) -> dict[str, object]:
    """Let the service do a cycle now and return the status after it."""
    before = server.status()["cycle"]["at"]
    time.sleep(1.1)  # cycles are told apart by the second
    server.sh(f"systemctl restart {SERVICE}")
    return server.after_cycle(before, within_s=240)


def enrolled_for_an_impostor(server: Server, package: Package, both: Both) -> None:
    """Who answers at the collector's address with another authority must get neither the token nor the host."""
    ours, theirs = both
    token = ours.token()
    with serving(theirs):
        done = server.machine.run("sh", "-c", server.with_token(package, token), timeout_s=240)
        assert done.returncode == 2
        assert "another CA certificate than the token pins" in done.stderr
        assert theirs.hosts() == {}
    assert server.machine.run("test", "-e", "/var/lib/rongdun/credential.json").returncode == 1


def test_a_second_host_from_one_line_to_an_upgrade(
    server: Server, package: Package, both: Both, tmp_path: Path
) -> None:
    ours, theirs = both
    enrolled_for_an_impostor(server, package, both)

    with serving(ours):
        said = server.sh(server.with_token(package, ours.token()))
        assert f"Enrolled at {ours.url}" in said
        status = server.after_cycle(None, within_s=240)
        assert status["cycle"]["problem"] is None
        name = status["host"]
        assert ours.hosts()[name]["hostname"] == server.machine.name
        findings = ours.get(f"/v1/hosts/{name}/findings")["findings"]
        assert len(findings) > 100
        assert {"pass", "fail"} <= {one["verdict"] for one in findings}
        # The package may have been built before the rules that this checkout's collector judges by.
        unknown = [one["rule"] for one in findings if one["verdict"] == "unknown" and one["reason"] != "agent too old"]
        assert len(unknown) < len(findings) / 20, unknown

    with serving(theirs):
        server.sh("useradd --system --no-create-home before-the-upgrade")
        away = cycle(server)
        assert away["cycle"]["pending"] == 1
        assert "certificate verify failed" in away["cycle"]["problem"]
        server.sh(server.installing(next_version(package, "9.9.9", tmp_path)))
        time.sleep(1.1)
        server.sh("useradd --system --no-create-home after-the-upgrade")
        assert cycle(server)["cycle"]["pending"] >= 2
        assert theirs.hosts() == {}

    with serving(ours):
        back = cycle(server)
        assert (back["host"], back["cycle"]["pending"], back["cycle"]["problem"]) == (name, 0, None)
        assert ours.hosts()[name]["agent"] == "9.9.9"
        before = {"before-the-upgrade"}
        assert accounts_over_time(ours, name) == [set(), before, before | {"after-the-upgrade"}]


def accounts_over_time(collector: SecureCollector, host: str) -> list[set[str]]:
    """Return which of the new accounts each state of the host had, the oldest first."""
    intervals = collector.get(f"/v1/hosts/{host}/history?section=accounts")["sections"]
    found: list[set[str]] = []
    for at in sorted({one["valid_from"] for one in intervals}):
        facts = collector.get(f"/v1/hosts/{host}/facts/accounts?as_of={at.replace('+', '%2B')}")["facts"]
        new = {user["name"] for user in facts["users"] if user["name"].endswith("-the-upgrade")}
        if not found or found[-1] != new:
            found.append(new)
    return found
