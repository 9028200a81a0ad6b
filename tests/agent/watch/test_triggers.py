"""The table of what is watched fits the sections and the page that describes it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.watch.polls import Poll, listeners, loaded_modules, mount_table
from rongdun_agent.watch.privileges import is_privileged
from rongdun_agent.watch.triggers import NOT_WATCHED, TRIGGERS
from rongdun_contract.facts import SECTIONS
from tests.agent.conftest import MakeHost
from tests.lab.missing import need_root


def test_every_trigger_belongs_to_a_stable_section() -> None:
    assert TRIGGERS.keys() <= SECTIONS.keys()
    assert NOT_WATCHED.keys() <= SECTIONS.keys() - TRIGGERS.keys()
    assert not any(SECTIONS[name].volatile for name in TRIGGERS)


@pytest.mark.parametrize("section", TRIGGERS)
def test_patterns_are_absolute_and_name_files(section: str, make_host: MakeHost) -> None:
    host = make_host({"/etc/passwd": "ann:x:1000:1000::/home/ann:/bin/sh\n"})
    patterns = [pattern.path for pattern in TRIGGERS[section].patterns(host)]
    assert all(path.startswith("/") and not path.endswith("/") and "//" not in path for path in patterns)
    assert patterns or TRIGGERS[section].polls


@pytest.mark.parametrize("poll", [listeners, loaded_modules, mount_table])
def test_a_table_that_nobody_changes_looks_the_same(poll: Poll, make_host: MakeHost) -> None:
    """Use counts, amounts of swap and the like change all the time."""
    before = {
        "/proc/modules": "ext4 1 3 - Live 0x0\nevil 1 0 - Live 0x0 (OE)\n",
        "/proc/swaps": "Filename Type Size Used\n/dev/sda2 partition 1 5\n",
        "/proc/1/mountinfo": "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n",
        "/proc/net/tcp": "",
    }
    after = before | {
        "/proc/modules": before["/proc/modules"].replace("1 3", "1 4"),
        "/proc/swaps": before["/proc/swaps"].replace(" 5", " 9"),
    }
    assert poll(make_host(before)) == poll(make_host(after))


def test_a_module_that_is_loaded_is_noticed(make_host: MakeHost) -> None:
    before = loaded_modules(make_host({"/proc/modules": "ext4 1 3 - Live 0x0\n"}))
    assert before != loaded_modules(make_host({"/proc/modules": "ext4 1 3 - Live 0x0\nevil 1 0 - Live 0x0 (OE)\n"}))


def test_a_listener_of_this_machine_is_noticed() -> None:
    before = listeners(Host())
    with socket.create_server(("127.0.0.1", 0)):
        assert listeners(Host()) != before


def test_of_a_crowded_directory_only_files_with_privileges_matter(make_host: MakeHost) -> None:
    host = make_host({"/tmp/plain": "", "/tmp/run": {"mode": "0755"}, "/tmp/sh": {"mode": "4755"}})
    known = {"privileged": [{"path": "/tmp/gone"}]}
    names = ("plain", "run", "sh", "gone", "never")
    assert [name for name in names if is_privileged(host, f"/tmp/{name}", known)] == ["sh", "gone"]


def test_a_file_with_capabilities_matters(tmp_path: Path) -> None:
    need_root("file capabilities are set")
    (tmp_path / "ping").touch(mode=0o755)
    os.setxattr(
        tmp_path / "ping", "security.capability", bytes.fromhex("0100000202000000000000000000000000000000")[:20]
    )
    assert is_privileged(Host(tmp_path), "/ping", {})
