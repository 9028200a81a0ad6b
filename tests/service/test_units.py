"""The units as files: every systemd that we can have takes them without a word, and finds them little exposed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.lab.booted import Booted, booted
from tests.lab.installed import UNITS
from tests.lab.roots import Root

NAMES = tuple(sorted(path.name for path in UNITS.glob("*.service")))
HIGHEST_EXPOSURE = 2.5


@pytest.fixture(scope="module", params=["bullseye", "bookworm", "trixie"])
def machine(request: pytest.FixtureRequest, debian_root: Callable[..., Root]) -> Iterator[Booted]:
    """Yield a booted Debian with the units on it, and programs in the places that they name."""
    with booted(debian_root(request.param, "openssh-server")) as found:
        for name in NAMES:
            found.write(f"/etc/systemd/system/{name}", (UNITS / name).read_text())
        for name in ("rongdun-agent", "rongdun-collector"):
            found.write(f"/usr/bin/{name}", "#!/bin/sh\n")
            (found.root / "usr/bin" / name).chmod(0o755)
        assert found.run("systemctl", "daemon-reload").returncode == 0
        yield found


@pytest.mark.root
@pytest.mark.systemd
@pytest.mark.parametrize("name", NAMES)
def test_systemd_has_nothing_to_say_about_it(machine: Booted, name: str) -> None:
    done = machine.run("systemd-analyze", "verify", f"/etc/systemd/system/{name}")
    said = [line for line in (done.stdout + done.stderr).splitlines() if "rongdun" in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.root
@pytest.mark.systemd
@pytest.mark.parametrize("name", NAMES)
def test_it_is_little_exposed_by_each_systemds_judgement(machine: Booted, name: str) -> None:
    said = machine.run("systemd-analyze", "security", "--no-pager", name).stdout
    [score] = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert float(score) <= HIGHEST_EXPOSURE


@pytest.mark.parametrize(
    ("name", "capabilities"),
    [
        pytest.param(
            "rongdun-agent.service",
            ["CAP_AUDIT_CONTROL", "CAP_DAC_READ_SEARCH", "CAP_NET_ADMIN", "CAP_SYS_PTRACE"],
            id="agent",
        ),
        pytest.param("rongdun-discovery.service", ["CAP_NET_RAW"], id="discovery"),
        pytest.param("rongdun-collector.service", [], id="collector"),
    ],
)
def test_its_capabilities_are_these_each_with_its_reason(name: str, capabilities: list[str]) -> None:
    text = (UNITS / name).read_text()
    for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
        [said] = re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)
        assert sorted(said.split()) == capabilities
    comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert [name for name in capabilities if name not in comments] == []


def test_what_would_be_the_units_own_is_not_taken_from_the_agent() -> None:
    """Each of these would be reported as the host's; the manual says which and why."""
    text = (UNITS / "rongdun-agent.service").read_text()
    for key in ("ProtectHostname", "PrivateIPC", "PrivateNetwork", "PrivateUsers", "ProcSubset"):
        assert not re.search(rf"^{key}=", text, re.MULTILINE), key


@pytest.mark.parametrize("name", NAMES)
def test_no_list_of_allowed_calls_bricks_it_where_groups_are_unknown(name: str) -> None:
    """To 219 `@system-service` is nothing it knows: it would allow next to nothing, and the service could not start."""
    lists = re.findall(r"^SystemCallFilter=(.*)$", (UNITS / name).read_text(), re.MULTILINE)
    assert lists[0].startswith("~")
    assert [word for line in lists if not line.startswith("~") for word in line.split() if word.startswith("@")] == []


@pytest.mark.parametrize("name", NAMES)
def test_its_user_is_made_and_its_folder_is_there_before_it_starts(name: str) -> None:
    text = (UNITS / name).read_text()
    [user], [folder] = (re.findall(rf"^{key}=(\S+)$", text, re.MULTILINE) for key in ("User", "StateDirectory"))
    assert re.search(rf"^u {user} ", _all("sysusers.d"), re.MULTILINE)
    [mode] = re.findall(r"^StateDirectoryMode=(\d+)$", text, re.MULTILINE)
    assert re.search(rf"^d /var/lib/{folder} +{mode} {user} +{user}$", _all("tmpfiles.d"), re.MULTILINE)


def _all(folder: str) -> str:
    return "".join(path.read_text() for path in sorted((UNITS / folder).glob("*.conf")))
