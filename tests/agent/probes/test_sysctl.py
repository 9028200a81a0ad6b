"""Kernel parameters at the next boot, judged by the programs that set them, in a kernel that is really changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import sysctl
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.sysctl import Parameter, Sysctl
from tests.agent.conftest import MakeHost
from tests.lab.booted import Booted, booted
from tests.lab.roots import Root

SYSTEMD = {"/usr/lib/systemd/systemd-sysctl": ""}
ALL, DEFAULT, LOOPBACK = (f"net.ipv4.conf.{name}.rp_filter" for name in ("all", "default", "lo"))
FORWARD = "net.ipv4.ip_forward"
MARTIANS = "net.ipv4.conf.all.log_martians"
WATCHED = (ALL, DEFAULT, LOOPBACK, FORWARD, MARTIANS)

CASES: dict[str, Mapping[str, str]] = {
    "one file": {"/etc/sysctl.d/10.conf": f"{ALL}=1\n"},
    "the later name wins": {"/etc/sysctl.d/10.conf": f"{ALL}=1\n", "/etc/sysctl.d/20.conf": f"{ALL}=2\n"},
    "the later name wins over the stronger directory": {
        "/etc/sysctl.d/10.conf": f"{ALL}=1\n",
        "/usr/lib/sysctl.d/20.conf": f"{ALL}=2\n",
    },
    "the stronger directory hides its name": {
        "/etc/sysctl.d/20.conf": f"{ALL}=1\n",
        "/usr/lib/sysctl.d/20.conf": f"{ALL}=2\n{MARTIANS}=1\n",
    },
    "/run before /usr/local before /usr": {
        "/run/sysctl.d/20.conf": f"{ALL}=1\n",
        "/usr/local/lib/sysctl.d/20.conf": f"{ALL}=2\n",
        "/usr/local/lib/sysctl.d/30.conf": f"{DEFAULT}=1\n",
        "/usr/lib/sysctl.d/30.conf": f"{DEFAULT}=2\n",
    },
    "an empty file hides its name": {"/etc/sysctl.d/20.conf": "", "/usr/lib/sysctl.d/20.conf": f"{ALL}=2\n"},
    "the last line of a file wins": {"/etc/sysctl.d/10.conf": f"{ALL}=1\n{ALL}=2\n"},
    "spaces, comments and empty lines": {"/etc/sysctl.d/10.conf": f"\n # {ALL}=2\n;{ALL}=2\n  {ALL}  =  1  \n"},
    "a remark behind the value": {"/etc/sysctl.d/10.conf": f"{ALL} = 1 # strict\n"},
    "hexadecimal and octal": {"/etc/sysctl.d/10.conf": f"{ALL} = 0x1\n{DEFAULT} = 02\n"},
    "slashes": {"/etc/sysctl.d/10.conf": "net/ipv4/conf/all/rp_filter = 1\n"},
    "a leading slash": {"/etc/sysctl.d/10.conf": "/net/ipv4/conf/all/rp_filter = 1\n"},
    "slashes and dots are one key": {"/etc/sysctl.d/10.conf": f"{ALL}=1\nnet/ipv4/conf/all/rp_filter=2\n"},
    "a failure that does not matter": {"/etc/sysctl.d/10.conf": f"-{ALL}=1\n-net.ipv4.nothing=1\n"},
    "a pattern": {"/etc/sysctl.d/10.conf": "net.ipv4.conf.*.rp_filter = 2\n"},
    "a pattern does not touch keys of their own": {
        "/etc/sysctl.d/10.conf": f"{ALL}=1\n",
        "/etc/sysctl.d/20.conf": "net.ipv4.conf.*.rp_filter = 2\n",
    },
    "a pattern spares a key": {"/etc/sysctl.d/10.conf": f"net.ipv4.conf.*.rp_filter = 2\n-{ALL}\n"},
    "a spared key is set elsewhere": {
        "/etc/sysctl.d/10.conf": f"net.ipv4.conf.*.rp_filter = 2\n-{ALL}\n",
        "/etc/sysctl.d/20.conf": f"{ALL}=1\n",
    },
    "a key set and then spared": {
        "/etc/sysctl.d/10.conf": f"{ALL}=1\n",
        "/etc/sysctl.d/20.conf": f"net.ipv4.conf.*.rp_filter = 2\n-{ALL}\n",
    },
    "the later pattern wins": {
        "/etc/sysctl.d/10.conf": "net.ipv4.conf.*.rp_filter = 2\n",
        "/etc/sysctl.d/20.conf": "net.ipv4.conf.[ad]*.rp_filter = 1\n",
    },
    "a line repeated word for word keeps its place": {
        "/etc/sysctl.d/10.conf": "net.ipv4.conf.*.rp_filter = 1\n",
        "/etc/sysctl.d/20.conf": "net.ipv4.conf.a*.rp_filter = 2\n",
        "/etc/sysctl.d/30.conf": "net.ipv4.conf.*.rp_filter = 1\n",
    },
    "names that do not count": {
        "/etc/sysctl.d/10.conf.bak": f"{ALL}=1\n",
        "/etc/sysctl.d/30": f"{ALL}=1\n",
        "/etc/sysctl.d/README": f"{ALL}=1\n",
        "/etc/sysctl.d/40.conf": f"{MARTIANS}=1\n",
    },
    "no assignment": {"/etc/sysctl.d/10.conf": f"{ALL}\n{ALL} 1\n{MARTIANS}=1\n"},
    "Windows line ends": {"/etc/sysctl.d/10.conf": f"{ALL}=1\r\n{MARTIANS}=1\r\n"},
    "sysctl.conf alone": {"/etc/sysctl.conf": f"{ALL}=1\n"},
    "forwarding by its other key": {"/etc/sysctl.d/10.conf": f"{FORWARD}=1\n"},
}
REMOVED = "rm -rf /etc/sysctl.* /run/sysctl.d /usr/lib/sysctl.d /usr/local/lib/sysctl.d"


@pytest.fixture(scope="module")
def system(debian_root: Callable[..., Root]) -> Any:
    """A booted system with a network of its own, whose parameters may be changed."""
    with booted(debian_root("bookworm")) as running:
        yield running


def _set_and_read(system: Booted, program: str) -> dict[str, str]:
    """Parameters that differ after a program ran from values that no case sets."""
    system.run("sysctl", "-q", "-w", *(f"{key}=0" for key in WATCHED))
    system.run(*program.split())
    said = system.run("sysctl", *WATCHED).stdout.splitlines()
    return {key: value for key, _, value in (line.partition(" = ") for line in said) if value != "0"}


@pytest.mark.systemd
@pytest.mark.parametrize("program", ["/usr/lib/systemd/systemd-sysctl", "/usr/sbin/sysctl --system"])
@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in CASES.items()])
def test_the_next_boot_sets_what_the_program_sets(
    system: Booted, make_host: MakeHost, files: Mapping[str, str], program: str
) -> None:
    """Hardening that the next boot takes back is no hardening: precedence is judged by the kernel that results."""
    system.run("sh", "-c", REMOVED)
    for path, content in files.items():
        system.write(path, content)
    changed = _set_and_read(system, program)
    host = make_host(files | (SYSTEMD if "systemd" in program else {}))
    found = {key: value.at_boot for key, value in _facts(host).parameters.items() if value.at_boot is not None}
    interfaces = {key: value for key, value in changed.items() if key != LOOPBACK}
    assert {key: value for key, value in found.items() if key in WATCHED} == interfaces


def _facts(host: Host) -> Sysctl:
    facts = sysctl.probe(host).facts
    assert isinstance(facts, Sysctl)
    return facts


@pytest.mark.parametrize(
    ("files", "at_boot"),
    [
        pytest.param({}, "1", id="procps reads it last"),
        pytest.param(SYSTEMD, None, id="systemd does not know it"),
        pytest.param(
            SYSTEMD | {"/etc/sysctl.d/99-sysctl.conf": {"symlink": "../sysctl.conf"}}, "1", id="by its symlink"
        ),
    ],
)
def test_sysctl_conf_counts_where_a_program_reads_it(
    make_host: MakeHost, files: Mapping[str, Any], at_boot: str
) -> None:
    """Debian 13 dropped the symlink: what stands in /etc/sysctl.conf there is never applied."""
    host = make_host({"/etc/sysctl.conf": f"{ALL}=1\n"} | files)
    parameter = _facts(host).parameters[ALL] if at_boot else None
    assert (parameter and parameter.at_boot) == at_boot


def test_running_values_are_as_the_kernel_shows_them(make_host: MakeHost) -> None:
    """Tabs between fields are the kernel's way of writing, not part of the value."""
    host = make_host({"/proc/sys/kernel/printk": "4\t4\t1\t7\n", "/proc/sys/net/ipv4/ip_forward": "0\n"})
    assert _facts(host).parameters == {
        "kernel.printk": Parameter(running="4 4 1 7"),
        FORWARD: Parameter(running="0"),
    }


def test_without_a_kernel_the_running_value_is_unknown(make_host: MakeHost) -> None:
    """An image that is not running has no running value, and its files still say what it will do."""
    found = _facts(make_host({"/etc/sysctl.d/1.conf": f"{FORWARD}=1\n"})).parameters
    assert found[FORWARD] == Parameter(running=Unknown(unknown="not a live host"), at_boot="1")
    assert found[ALL] == Parameter(running=Unknown(unknown="not a live host"))


def test_without_rights_a_closed_value_is_unknown(
    make_host: MakeHost, without_overrides: Callable[[], AbstractContextManager[None]]
) -> None:
    """Some values the kernel shows to root alone."""
    host = make_host({"/proc/sys/net/core/bpf_jit_harden": {"content": "2\n", "mode": "0000"}})
    with without_overrides():
        assert _facts(host).parameters["net.core.bpf_jit_harden"].running == Unknown(unknown="no permission")


def test_without_rights_a_closed_file_leaves_the_next_boot_unknown(
    make_host: MakeHost, without_overrides: Callable[[], AbstractContextManager[None]]
) -> None:
    """Hardening guides close these files to others; what runs can be seen all the same."""
    files = {
        "/etc/sysctl.d/1.conf": {"content": f"{FORWARD}=1\n", "mode": "0000"},
        "/etc/sysctl.d/2.conf": f"{ALL}=1\n",
    }
    host = make_host(files | {"/proc/sys/net/ipv4/ip_forward": "0\n"})
    with without_overrides():
        found = _facts(host).parameters
    assert found[FORWARD] == Parameter(running="0", at_boot=Unknown(unknown="no permission"))


@pytest.mark.parametrize(
    ("line", "running", "at_boot"),
    [
        pytest.param("kernel.printk=3 4 1 3", "4 4 1 7", "3 4 1 3", id="several numbers"),
        pytest.param("kernel.sysrq=0 1", "1", "0", id="more numbers than the kernel wants"),
        pytest.param("kernel.sysrq=yes", "1", "yes", id="no number"),
        pytest.param("kernel.sysrq=+1", "1", "+1", id="a sign that the kernel refuses"),
        pytest.param("kernel.perf_event_paranoid=-1", "2", "-1", id="negative"),
        pytest.param("kernel.core_pattern=|/usr/bin/dump  %p", "core", "|/usr/bin/dump %p", id="text"),
        pytest.param("kernel.core_pattern=010", "core", "010", id="text that looks like a number"),
    ],
)
def test_values_in_files_are_told_as_the_kernel_would_show_them(
    make_host: MakeHost, line: str, running: str, at_boot: str
) -> None:
    key = line.partition("=")[0]
    host = make_host({"/etc/sysctl.d/1.conf": f"{line}\n", f"/proc/sys/{key.replace('.', '/')}": f"{running}\n"})
    assert _facts(host).parameters[key] == Parameter(running=running, at_boot=at_boot)


def test_sources_name_the_line_and_those_that_lost(make_host: MakeHost) -> None:
    host = make_host(
        SYSTEMD
        | {
            "/usr/lib/sysctl.d/10.conf": "net.ipv4.conf.*.rp_filter=2\n",
            "/etc/sysctl.d/20.conf": f"# one\n{FORWARD}=1\n",
            "/etc/sysctl.d/30.conf": f"{FORWARD}=0\n",
        }
    )
    sources = sysctl.probe(host).sources
    assert sources[f'parameters["{FORWARD}"].at_boot'].where == "/etc/sysctl.d/30.conf:1"
    assert sources[f'parameters["{FORWARD}"].at_boot'].overrides == ("/etc/sysctl.d/20.conf:2",)
    assert sources[f'parameters["{FORWARD}"]'].where == "/proc/sys/net/ipv4/ip_forward"
    assert sources[f'parameters["{ALL}"].at_boot'].where == "/usr/lib/sysctl.d/10.conf:1"


def test_a_comment_changes_no_fact(make_host: MakeHost) -> None:
    before = sysctl.probe(make_host({"/etc/sysctl.d/1.conf": f"{FORWARD}=1\n"}))
    after = sysctl.probe(make_host({"/etc/sysctl.d/1.conf": f"# why\n\n{FORWARD} = 1\n"}))
    assert seal("sysctl", before.facts, {}).facts_digest == seal("sysctl", after.facts, {}).facts_digest


def test_the_command_line_comes_before_all_files(make_host: MakeHost) -> None:
    """The kernel applies its own command line before any program reads a file."""
    host = make_host(
        {
            "/proc/cmdline": f"quiet sysctl.{FORWARD}=1 sysctl.kernel.sysrq=1\n",
            "/etc/sysctl.d/1.conf": f"{FORWARD}=0\n",
        }
    )
    found = _facts(host).parameters
    assert (found[FORWARD].at_boot, found["kernel.sysrq"].at_boot) == ("0", "1")


@pytest.mark.parametrize(
    ("enabled", "at_boot"),
    [pytest.param("yes", "0", id="enabled"), pytest.param("no", "1", id="not enabled")],
)
def test_ufw_sets_its_own_parameters_when_it_starts(make_host: MakeHost, enabled: str, at_boot: str) -> None:
    """Ufw's file undoes what sysctl.d says, but only where ufw starts."""
    host = make_host(
        {
            "/etc/sysctl.d/1.conf": f"{MARTIANS}=1\n",
            "/etc/ufw/ufw.conf": f"# ENABLED=maybe\nENABLED={enabled}\n",
            "/etc/default/ufw": "IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
            "/etc/ufw/sysctl.conf": "net/ipv4/conf/all/log_martians=0\n",
            "/usr/lib/systemd/system/ufw.service": "[Install]\nWantedBy=multi-user.target\n",
            "/etc/systemd/system/multi-user.target.wants/ufw.service": {
                "symlink": "/usr/lib/systemd/system/ufw.service"
            },
        }
    )
    assert _facts(host).parameters[MARTIANS].at_boot == at_boot


def test_an_interface_with_a_dot_keeps_its_name(make_host: MakeHost) -> None:
    """In `net/ipv4/conf/eth0.7/…` the dot is part of the interface's name."""
    host = make_host({"/etc/sysctl.d/1.conf": "net/ipv4/conf/eth0.7/rp_filter=1\n"})
    assert _facts(host).parameters["net.ipv4.conf.eth0/7.rp_filter"].at_boot == "1"
