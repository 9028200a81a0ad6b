"""The Ansible role against booted servers without a Python, by SSH and sudo: roll out, again, upgrade, remove."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.collector import SecureCollector
from tests.fleet.conftest import serving
from tests.fleet.controller import USER, Controller, Run, arguments_seen
from tests.lab.missing import need_program
from tests.lab.roots import Root, Suite
from tests.lab.segment import Segment
from tests.packages.built import HOW, next_version, packages
from tests.packages.server import SERVICE, Server, running
from tests.packages.test_hosts import LEFT_BY_OTHERS

pytestmark = [pytest.mark.root, pytest.mark.systemd, pytest.mark.slow]

KINDS = {"bullseye": "deb", "trixie": "tar", "imitated": "rpm"}
"""Server and kind of package. No rpm distribution is within reach: rpm, its scripts and its database are real."""
ANYWAY = "rpm alias --upgrade -U --nodeps\n"
"""It asks for an rpm's glibc."""
OF_RPM = ("/var/lib/rpm", "/usr/lib/sysimage/rpm")
DISCOVERY = "rongdun-discovery.service"
MADE_UP = "rongdun1.made-up-by-somebody"
SETTINGS = {"pressure_wait_s": 0, "drill": {"enabled": True, "sections": ["accounts", "sudo"]}}


@dataclass
class Fleet:
    """The servers by the names that the inventory gives them, and what Ansible is told of each."""

    controller: Controller
    collector: SecureCollector
    token: str
    servers: dict[str, Server] = field(default_factory=dict)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, set[str]] = field(default_factory=dict)
    accounts: dict[str, dict[str, str]] = field(default_factory=dict)

    def play(self, *words: str, **variables: Any) -> Run:
        """Run the role on all of them."""
        return self.controller.play(self.known, *words, **variables)

    def credentials(self) -> dict[str, str]:
        """Return by which credential each reports."""
        return {name: one.sh("cat /var/lib/rongdun/credential.json") for name, one in self.servers.items()}


@pytest.fixture(scope="module")
def folders(folder: Path) -> tuple[Path, Path]:
    """Return a folder with the built packages and one with the next version of the agent's."""
    now, later = folder / "now", folder / "later"
    for place in (now, later):
        place.mkdir()
    for kind in KINDS.values():
        agent, other = packages(kind, "rongdun-agent", "x86_64"), packages(kind, "rongdun-agent-discovery")
        if not agent or not other:
            pytest.skip(f"rongdun-agent and rongdun-agent-discovery, {kind}: {HOW}")
        print(f"uses {agent[0].file} and {other[0].file}")
        shutil.copy(agent[0].file, now)
        if kind == "rpm":
            shutil.copy(agent[0].file, later)  # nothing here makes another of it
        else:
            shutil.move(next_version(agent[0], "9.9.9", folder).file, later)
        for place in (now, later):
            shutil.copy(other[0].file, place)
    shutil.copy(packages("deb", "rongdun-agent", "x86_64")[0].file, now / "rongdun-agent_0.0.9_arm64.deb")
    return now, later


@pytest.fixture(scope="module")
def systems(bare: dict[Suite, Root], debian_root: Callable[..., Root]) -> dict[str, Root]:
    """Return the servers' roots by the servers' names."""
    return {**bare, "imitated": debian_root("trixie", "openssh-server", "rpm", "sudo", python=False)}


@pytest.fixture(scope="module")
def fleet(
    folders: tuple[Path, Path],
    folder: Path,
    systems: dict[str, Root],
    wire: Segment,
    both: tuple[SecureCollector, SecureCollector],
) -> Iterator[Fleet]:
    """Yield booted servers and a collector that serves."""
    assert folders
    need_program("ssh", "openssh-client")
    with ExitStack() as stack:
        sockets = stack.enter_context(tempfile.TemporaryDirectory(prefix="rd-"))
        collector = stack.enter_context(serving(both[0]))
        found = Fleet(Controller(folder, Path(sockets)), collector, collector.token(len(KINDS)))
        for name, kind in KINDS.items():
            address = f"10.77.0.{len(wire.hosts) + 2}"
            host = wire.join(f"{address}/24")
            server = stack.enter_context(running(systems[name], network=host.namespace))
            found.controller.admit(server)
            if kind == "rpm":
                server.machine.write("/etc/popt", ANYWAY)
                server.sh("rpm --initdb")
            found.servers[name] = server
            found.known[name] = {"ansible_host": address, "rongdun_agent_kind": kind}
            found.files[name], found.accounts[name] = server.files(), server.accounts()
        found.controller.keep_secret(vault_rongdun_agent_token=found.token)
        yield found


def wanted(folder: Path, **others: Any) -> dict[str, Any]:
    """Return the variables of an ordinary fleet."""
    return {
        "rongdun_agent_packages": str(folder),
        "rongdun_agent_token": "{{ vault_rongdun_agent_token }}",
        "rongdun_agent_settings": SETTINGS,
        "rongdun_agent_discovery": True,
        "rongdun_agent_discovery_settings": {"segment": [{"interface": "eth0"}]},
        **others,
    }


@pytest.fixture(scope="module")
def dry(fleet: Fleet, folders: tuple[Path, Path]) -> Run:
    """Ask first what would happen."""
    return fleet.play("--check", **wanted(folders[0]))


@pytest.fixture(scope="module")
def refused(fleet: Fleet, folders: tuple[Path, Path], dry: Run) -> Run:
    """Begin on one host with a token that nobody made."""
    assert dry
    return fleet.play("--limit", "trixie", **wanted(folders[0], rongdun_agent_token=MADE_UP))


@dataclass(frozen=True)
class RollOut:
    """The first real run, and the arguments of all processes during it."""

    run: Run
    arguments: list[str]


@pytest.fixture(scope="module")
def rolled_out(fleet: Fleet, folders: tuple[Path, Path], refused: Run) -> RollOut:
    """Install on everything."""
    assert refused
    with arguments_seen() as arguments:
        run = fleet.play(**wanted(folders[0]))
    return RollOut(run, arguments)


@pytest.fixture(scope="module")
def again(fleet: Fleet, folders: tuple[Path, Path], rolled_out: RollOut) -> Run:
    """Run the same once more."""
    assert rolled_out
    return fleet.play(**wanted(folders[0]))


@dataclass(frozen=True)
class Upgrade:
    """The upgrade, and the credentials before it."""

    run: Run
    credentials: dict[str, str]


@pytest.fixture(scope="module")
def upgraded(fleet: Fleet, folders: tuple[Path, Path], again: Run) -> Upgrade:
    """Take the next version, another setting, and no more discovery."""
    assert again
    credentials = fleet.credentials()
    others = {"rongdun_agent_settings": SETTINGS | {"interval_s": 1800}, "rongdun_agent_discovery": False}
    return Upgrade(fleet.play(**wanted(folders[1], **others)), credentials)


@pytest.fixture(scope="module")
def set_aside(fleet: Fleet, upgraded: Upgrade) -> Run:
    """Remove the program from one host, and nothing that it will need when it comes back."""
    assert upgraded
    return fleet.play("--limit", "trixie", rongdun_agent_state="absent")


@pytest.fixture(scope="module")
def removed(fleet: Fleet, set_aside: Run) -> list[Run]:
    """Remove everything, from the host with the program and from the one without, twice."""
    assert set_aside
    gone = {"rongdun_agent_state": "absent", "rongdun_agent_purge": True}
    return [fleet.play(**gone), fleet.play(**gone)]


def test_a_dry_run_says_what_it_would_do_and_does_nothing(fleet: Fleet, dry: Run) -> None:
    assert set(dry.failed.values()) == {0}, dry.said
    assert set(dry.changed.values()) == {2}, dry.said
    assert "rongdun-agent: none ->" in dry.said
    assert fleet.servers["trixie"].machine.run("test", "-e", "/opt/rongdun").returncode == 1


def test_a_token_that_is_refused_is_told_and_not_shown(fleet: Fleet, refused: Run) -> None:
    assert refused.failed == {"trixie": 1}, refused.said
    assert "enrolment token" in refused.said
    assert MADE_UP not in refused.said
    assert fleet.servers["trixie"].machine.run("test", "-e", "/opt/rongdun/uninstall.sh").returncode == 0


def test_a_host_without_python_gets_agent_settings_and_credential(fleet: Fleet, rolled_out: RollOut) -> None:
    assert set(rolled_out.run.failed.values()) == {0}, rolled_out.run.said
    for server in fleet.servers.values():
        assert server.show("ActiveState") == "active"
        assert server.sh(f"systemctl is-enabled {SERVICE} {DISCOVERY}").split() == ["enabled", "enabled"]
        assert server.sh(f"systemctl is-active {DISCOVERY}").strip() == "active"
        status = server.after_cycle(None, within_s=240)
        assert status["cycle"]["problem"] is None
        assert fleet.collector.hosts()[status["host"]]["hostname"] == server.machine.name
        assert 'sections = ["accounts", "sudo"]' in server.sh("cat /etc/rongdun/agent.toml")
        devices = json.loads(server.sh("rongdun-agent facts devices"))["devices"]["facts"]
        assert [one["interface"] for one in devices["segments"]] == ["eth0"]


def test_each_host_gets_the_kind_of_package_that_is_for_it(fleet: Fleet, rolled_out: RollOut) -> None:
    assert rolled_out
    assert "install ok" in fleet.servers["bullseye"].sh("dpkg-query -W -f='${Status}' rongdun-agent")
    assert fleet.servers["trixie"].sh("ls /opt/rongdun/uninstall.sh")
    assert fleet.servers["imitated"].sh("rpm -q rongdun-agent").startswith("rongdun-agent-")


def test_the_token_stays_a_secret(fleet: Fleet, rolled_out: RollOut) -> None:
    """Neither another user of any machine, nor a log, nor a disk may come to it."""
    enrolling = [line for line in rolled_out.arguments if " enroll " in line]
    assert enrolling, "nobody was seen to enrol: the look at processes is too slow to prove anything"
    assert [line for line in rolled_out.arguments if fleet.token in line] == []
    assert fleet.token not in rolled_out.run.said
    for server in fleet.servers.values():
        assert fleet.token not in server.sh("journalctl --no-pager")
        found = server.machine.run("grep", "-rlF", fleet.token, "/root", "/home", "/tmp", "/var", "/etc", "/run/user")
        assert found.stdout == ""


def test_a_second_run_changes_nothing(again: Run) -> None:
    assert set(again.failed.values()) == {0}, again.said
    assert set(again.changed.values()) == {0}, again.said


def test_ansible_writes_nothing_into_the_tree(fleet: Fleet, again: Run) -> None:
    """Its modules run with the package's interpreter; what they left there no removal would find."""
    assert again
    assert fleet.servers["bullseye"].sh("dpkg --verify rongdun-agent").strip() == ""
    listed = set(fleet.servers["bullseye"].sh("dpkg -L rongdun-agent rongdun-agent-discovery").split("\n"))
    assert set(fleet.servers["bullseye"].sh("find /opt/rongdun").split("\n")) - listed == set()


def test_an_upgrade_keeps_who_the_host_is(fleet: Fleet, upgraded: Upgrade) -> None:
    assert set(upgraded.run.failed.values()) == {0}, upgraded.run.said
    assert fleet.credentials() == upgraded.credentials
    for name, server in fleet.servers.items():
        assert server.sh("rongdun-agent --version").strip().endswith(" 9.9.9") == (KINDS[name] != "rpm")
        assert server.show("ActiveState") == "active"
        assert "interval_s = 1800" in server.sh("cat /etc/rongdun/agent.toml")
        assert server.machine.run("systemctl", "is-active", DISCOVERY).stdout.strip() == "inactive"
        assert server.machine.run("systemctl", "is-enabled", DISCOVERY).stdout.strip() == "disabled"
    assert len(fleet.collector.hosts()) == len(fleet.servers)


def test_mistakes_are_refused_with_a_word_and_change_nothing(
    fleet: Fleet, folders: tuple[Path, Path], upgraded: Upgrade
) -> None:
    """An older package would not understand what the newer one wrote; settings that are wrong would stop the agent."""
    assert upgraded
    before = fleet.servers["trixie"].sh("cat /etc/rongdun/agent.toml")
    for mistake, word in (
        (wanted(folders[0]), "is older"),
        (wanted(folders[1], rongdun_agent_settings={"intervall_s": 1}), "intervall_s"),
        (wanted(folders[1], rongdun_agent_version="1.2.3"), "0 files of rongdun-agent fit"),
    ):
        run = fleet.play("--limit", "trixie", **mistake)
        assert run.failed == {"trixie": 1}, run.said
        assert word in run.said
    assert fleet.servers["trixie"].sh("cat /etc/rongdun/agent.toml") == before
    assert fleet.servers["trixie"].sh("rongdun-agent --version").strip() == "rongdun-agent 9.9.9"


def test_removal_keeps_the_state_unless_told_otherwise(fleet: Fleet, set_aside: Run) -> None:
    assert set_aside.failed == {"trixie": 0}, set_aside.said
    assert fleet.servers["trixie"].machine.run("test", "-e", "/opt/rongdun").returncode == 1
    assert fleet.servers["trixie"].sh("ls /var/lib/rongdun/credential.json /etc/rongdun/agent.toml")


def test_removal_leaves_nothing(fleet: Fleet, removed: list[Run]) -> None:
    first, second = removed
    assert set(first.failed.values()) == {0}, first.said
    assert set(first.changed.values()) == {1}, first.said
    assert set(second.failed.values()) == {0}, second.said
    assert set(second.changed.values()) == {0}, second.said
    for name, server in fleet.servers.items():
        left = {
            path
            for path in server.files() - fleet.files[name]
            if not path.startswith((f"/home/{USER}/.ansible", *OF_RPM))
        }
        assert left - LEFT_BY_OTHERS == set()
        assert server.accounts() == fleet.accounts[name]
