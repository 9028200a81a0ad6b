"""The walk finds what nobody would list by hand, and never calls what it could not see clean."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import walk
from rongdun_contract.facts import Unknown

ACCOUNTS = {"/etc/passwd": "root:x:0:0::/root:/bin/sh\n", "/etc/group": "root:x:0:\n"}
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: ownership and capabilities are set by root alone"
)


@needs_root
def test_privileged_writable_and_ownerless_things_are_found_wherever_they_lie(make_host) -> None:
    host = make_host(
        ACCOUNTS
        | {
            "/opt/tool": {"content": "x", "mode": "4755"},
            "/opt/group-tool": {"content": "x", "mode": "2711"},
            "/srv/open.conf": {"content": "x", "mode": "0666"},
            "/srv/drop": {"dir": True, "mode": "0777"},
            "/tmp": {"dir": True, "mode": "1777"},
            "/home/gone/file": {"content": "x", "owner": 4242, "group": 0},
            "/home/user/.rhosts": "+ +\n",
        }
    )
    facts = walk.probe(host).facts
    assert isinstance(facts, walk.Walk)
    assert [(p.path, p.owner, oct(p.mode)) for p in facts.privileged] == [
        ("/opt/group-tool", "root", "0o2711"),
        ("/opt/tool", "root", "0o4755"),
    ]
    assert facts.world_writable_files == ("/srv/open.conf",)
    assert facts.world_writable_directories == ("/srv/drop",), "sticky /tmp is as it should be"
    assert facts.unowned == ("/home/gone/file",)
    assert facts.trust_files == ("/home/user/.rhosts",)


@needs_root
@pytest.mark.skipif(shutil.which("setcap") is None, reason="needs setcap of libcap2-bin")
def test_file_capabilities_are_named_as_getcap_names_them(make_host, tmp_path: Path) -> None:
    host = make_host(ACCOUNTS | {"/usr/bin/ping": {"content": "x", "mode": "0755"}})
    file = tmp_path / "host/usr/bin/ping"
    subprocess.run(["setcap", "cap_net_raw,cap_sys_ptrace+ep", file], check=True)
    shown = subprocess.run(["getcap", file], check=True, text=True, capture_output=True).stdout
    (found,) = walk.probe(host).facts.privileged
    assert found.capabilities is not None
    assert set(found.capabilities.split(",")) == set(shown.split(" ")[-1].split("=")[0].split(","))


def test_links_are_not_followed_out_of_the_tree(make_host) -> None:
    host = make_host(ACCOUNTS | {"/escape": {"symlink": "/"}, "/loop/again": {"symlink": ".."}})
    facts = walk.probe(host).facts
    assert facts.world_writable_files == ()


def test_an_unreadable_directory_makes_the_lists_unknown(make_host, without_overrides) -> None:
    """What could not be entered may hold anything; an empty list would be a pass."""
    host = make_host(ACCOUNTS | {"/closed": {"dir": True, "mode": "0000"}, "/open": {"content": "", "mode": "0666"}})
    with without_overrides():
        facts = walk.probe(host).facts
    assert facts.refused == ("/closed",)
    assert facts.world_writable_files == Unknown(unknown="no permission")


def test_accounts_of_a_directory_service_are_not_called_missing(make_host) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to give a file to a foreign number")
    host = make_host(
        ACCOUNTS | {"/etc/nsswitch.conf": "passwd: files sss\n", "/data": {"content": "", "owner": 70001, "group": 0}}
    )
    assert walk.probe(host).facts.unowned == Unknown(unknown="undecided")


@needs_root
def test_the_same_privileged_files_as_find() -> None:
    """On this machine's own /usr, by the program that everybody would use."""
    command = ["find", "/usr", "-xdev", "-type", "f", "-perm", "/6000"]
    wanted = sorted(subprocess.run(command, check=True, text=True, capture_output=True).stdout.split())
    found = walk._Found()
    host = Host()
    for directory in host.walk("/usr"):
        walk._look(host, directory, found)
    assert sorted(p.path for p in found.privileged if p.capabilities is None) == wanted


def test_programs_that_hide_in_system_directories_are_named(make_host) -> None:
    """In a home a hidden program is its owner's; below /usr nobody has a reason to hide one."""
    program = {"content": "x", "mode": "0755"}
    host = make_host(
        ACCOUNTS
        | {
            "/usr/bin/.cache": program,
            "/dev/shm/.x": program,
            "/tmp/.ICE-unix/.daemon": program,
            "/usr/lib/.libcrypto.so.3.hmac": {"content": "x", "mode": "0644"},
            "/usr/bin/plain": program,
            "/home/li/.local/bin/.tool": program,
            "/etc/.d": {"dir": True},
        }
    )
    facts = walk.probe(host).facts
    assert isinstance(facts, walk.Walk)
    assert facts.hidden_programs == ("/dev/shm/.x", "/tmp/.ICE-unix/.daemon", "/usr/bin/.cache")


@needs_root
@pytest.mark.parametrize(
    ("rules", "unaudited"),
    [
        pytest.param("-a always,exit -F path=/usr/bin/su -F perm=x -F auid>=1000", ("/opt/tool",), id="one of two"),
        pytest.param("-w /usr/bin/su -p wa", ("/opt/tool", "/usr/bin/su"), id="changes, and not its use"),
        pytest.param("-a always,exit -F arch=b64 -S execve -F auid>=1000", (), id="every command"),
        pytest.param("", ("/opt/tool", "/usr/bin/su"), id="no rules"),
    ],
)
def test_privileged_programs_that_may_be_run_unrecorded_are_named(
    make_host, rules: str, unaudited: tuple[str, ...]
) -> None:
    files = {"/usr/bin/su": {"content": "x", "mode": "4755"}, "/opt/tool": {"content": "x", "mode": "2755"}}
    audited = {"/usr/sbin/auditd": "", "/etc/audit/rules.d/x.rules": f"{rules}\n"}
    facts = walk.probe(make_host(ACCOUNTS | files | audited)).facts
    assert isinstance(facts, walk.Walk)
    assert facts.privileged_unaudited == unaudited


def test_without_auditd_nothing_is_said_of_records(make_host) -> None:
    facts = walk.probe(make_host(ACCOUNTS | {"/usr/bin/su": {"content": "x", "mode": "4755"}})).facts
    assert isinstance(facts, walk.Walk)
    assert facts.privileged_unaudited is None
