"""Audit, AppArmor and the kernel's own closed files, which no container has: the service tells what root tells."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.lab.roots import Root
from tests.lab.virtual_machine import run_in_vm
from tests.service.comparing_facts import differences, exceptions, is_excepted
from tests.service.server import AGENT, COLLECTOR

pytestmark = [pytest.mark.root, pytest.mark.vm, pytest.mark.slow]

SCRIPT = Path(__file__).with_name("in_vm.sh")


@pytest.fixture(scope="module")
def printed(server_root: Root) -> str:
    """Return what the machine printed: it is booted once for all."""
    return run_in_vm(server_root, SCRIPT, timeout_s=1500)


@pytest.fixture(scope="module")
def seen(printed: str) -> dict[str, Any]:
    """Return facts of the service and of root, and systemd's judgement."""
    [line] = [line for line in printed.splitlines() if line.startswith("FACTS ")]
    return json.loads(zlib.decompress(base64.b64decode(line.split()[1])))


def test_all_of_it_ran(printed: str) -> None:
    """auditd, the agent, the collector: none of them is in a container, where auditd never starts."""
    assert printed.splitlines().count("active") == 3


def test_audit_rules_in_the_kernel_are_told(seen: dict[str, Any]) -> None:
    audit = seen["sent"]["audit"]["facts"]
    assert audit["kernel_enabled"] == 1
    assert audit["loaded"]["audited_paths"] == ["/etc/shadow"]
    assert [rule["key"] for rule in audit["loaded"]["syscall_rules"]] == ["root"]
    assert audit["loaded"] == seen["root"]["audit"]["facts"]["loaded"]


def test_apparmor_profiles_are_told_as_root_tells_them(seen: dict[str, Any]) -> None:
    told = seen["sent"]["mandatory_access"]["facts"]
    assert told["in_force"] is True
    assert {"house", "house//hat", "house//inner"} <= set(told["apparmor"]["enforcing"])
    assert told["apparmor"]["complaining"] == ["watched"]
    assert told == seen["root"]["mandatory_access"]["facts"]


def test_section_by_section_the_service_tells_what_root_tells(seen: dict[str, Any]) -> None:
    apart = list(differences(seen["root"], seen["sent"]))
    assert [one for one in apart if not is_excepted(one.fact)] == []
    assert {one.fact for one in apart} <= {'sysctl.parameters["net.core.bpf_jit_harden"].running'}


def test_an_exception_is_told_as_unknown_and_is_still_one(seen: dict[str, Any]) -> None:
    """A list of what no longer differs would hide the next difference."""
    fact = 'sysctl.parameters["net.core.bpf_jit_harden"].running'
    assert fact in exceptions()
    [found] = [one for one in differences(seen["root"], seen["sent"]) if one.fact == fact]
    assert found.service == {"unknown": "no permission"}


def test_the_units_are_as_little_exposed_under_another_kernel(seen: dict[str, Any]) -> None:
    scores = {row["unit"]: float(row["exposure"]) for row in seen["exposure"]}
    assert max(scores[AGENT], scores[COLLECTOR]) <= 2.5
