import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host, NotLive, Refused
from rongdun_agent.probes import processes
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.processes import Program
from tests.agent.conftest import MakeHost

AsNobody = Callable[[Callable[[], Any]], Any]


def proc(pid: int, name: str, exe: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the files of one process as the kernel writes them."""
    numbers = [more.get("state", "S"), 1, 0, 0, 0, 0, more.get("flags", 0x400040), *[0] * 12, more.get("started", 100)]
    nspid = more.get("nspid", str(pid))
    files = {
        f"/proc/{pid}/stat": f"{pid} ({name}) {' '.join(map(str, numbers))}\n",
        f"/proc/{pid}/status": f"Name:\t{name}\nUid:\t0\t{more.get('uid', 0)}\t0\t0\nNSpid:\t{nspid}\n",
        f"/proc/{pid}/cgroup": more.get("cgroup", "0::/\n"),
    }
    return files | ({f"/proc/{pid}/exe": {"symlink": exe}} if exe else {})


def programs(host: Host) -> tuple[Program, ...]:
    found = processes.probe(host).facts.programs
    assert isinstance(found, tuple)
    return found


def test_processes_of_one_program_are_counted_not_listed(make_host: MakeHost) -> None:
    unit = "12:pids:/system.slice/nginx.service\n1:name=systemd:/system.slice/nginx.service\n0::/\n"
    host = make_host(
        proc(1, "systemd", "/usr/lib/systemd/systemd", cgroup="0::/init.scope\n")
        | proc(2, "kthreadd", flags=0x208040)
        | proc(50, "nginx", "/usr/sbin/nginx", cgroup=unit)
        | proc(51, "nginx", "/usr/sbin/nginx", cgroup=unit, uid=33)
        | proc(52, "nginx", "/usr/sbin/nginx", cgroup=unit, uid=33)
        | proc(53, "sh) R 9 (", "/usr/bin/dash", cgroup="0::/user.slice/user-0.slice/session-3.scope\n", uid=7)
        | proc(54, "gone", state="Z")
        | {"/etc/passwd": "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n"}
    )
    assert [(p.name, p.exe, p.user, p.service_unit, p.count) for p in programs(host)] == [
        ("nginx", "/usr/sbin/nginx", "root", "nginx.service", 1),
        ("nginx", "/usr/sbin/nginx", "www-data", "nginx.service", 2),
        ("sh) R 9 (", "/usr/bin/dash", "7", None, 1),
        ("systemd", "/usr/lib/systemd/systemd", "root", None, 1),
    ]


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        pytest.param("0::/system.slice/ssh.service\n", "ssh.service", id="unified hierarchy"),
        pytest.param("9:name=systemd:/system.slice/a.service\n0::/\n", "a.service", id="named hierarchy"),
        pytest.param("0::/system.slice/docker.service/sub/x.service\n", "docker.service", id="delegated"),
        pytest.param("0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", id="instance"),
        pytest.param("0::/user.slice/user-0.slice/session-3.scope\n", None, id="a login session is no service"),
        pytest.param("0::/system.slice/docker-0a1b.scope\n", None, id="a container's scope is no service"),
        pytest.param("0::/\n", None, id="outside every unit"),
        pytest.param("", None, id="no control groups"),
    ],
)
def test_service_units(make_host: MakeHost, cgroup: str, unit: str | None) -> None:
    assert programs(make_host(proc(9, "a", "/a", cgroup=cgroup)))[0].service_unit == unit


def test_a_removed_executable_and_a_container_are_said(make_host: MakeHost) -> None:
    host = make_host(proc(7, "a", "/usr/bin/a (deleted)") | proc(8, "b", "/b", nspid="8\t1"))
    assert [(p.exe, p.deleted, p.container) for p in programs(host)] == [
        ("/usr/bin/a", True, False),
        ("/b", False, True),
    ]


def test_a_tree_without_processes_says_that_it_is_not_alive(make_host: MakeHost) -> None:
    with pytest.raises(NotLive):
        processes.probe(make_host({"/etc/hostname": "x"}))


def test_a_proc_that_hides_other_users_is_unknown_as_a_whole() -> None:
    """With hidepid= only our own processes are there: a list of them would read as a very quiet host."""

    class Hiding(Host):
        def list_by_kernel(self, path: str) -> tuple[str, ...]:
            return tuple(name for name in super().list_by_kernel(path) if name == str(os.getpid()))

    with pytest.raises(Refused):
        Hiding().pids()
    assert processes.probe(Hiding()).facts.programs == Unknown(unknown="no permission")


def test_a_program_deleted_while_it_runs_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "lab-sleep"
    shutil.copy("/bin/sleep", copy)
    child = subprocess.Popen([copy, "60"])
    try:
        copy.unlink()
        found = [p for p in programs(Host()) if p.name == "lab-sleep"]
    finally:
        child.kill()
        child.wait()
    assert [(p.exe, p.deleted, p.count) for p in found] == [(str(copy), True, 1)]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only then is somebody else unprivileged")
def test_without_rights_other_peoples_executables_are_unknown(as_nobody: AsNobody) -> None:
    child = subprocess.Popen(["/bin/sleep", "60"])
    try:
        found = as_nobody(lambda: [p for p in programs(Host()) if p.name == "sleep" and p.user == "root"])
    finally:
        child.kill()
        child.wait()
    assert {(p.exe, p.deleted) for p in found} == {(Unknown(unknown="no permission"),) * 2}


@pytest.mark.skipif(shutil.which("ps") is None, reason="needs ps: apt-get install procps")
def test_names_and_users_are_those_of_ps(tmp_path: Path) -> None:
    shutil.copy("/bin/sleep", tmp_path / "lab-ps-sleep")
    children = [subprocess.Popen([tmp_path / "lab-ps-sleep", "60"]) for _ in range(3)]
    try:
        argv = ["ps", "-C", "lab-ps-sleep", "-o", "comm=", "-o", "euser="]
        printed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
        found = [(p.name, p.user, p.count) for p in programs(Host()) if p.name == "lab-ps-sleep"]
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert found == [(*printed.splitlines()[0].split(), 3)]


def test_the_section_is_quick() -> None:
    start = time.process_time()
    for _ in range(5):
        probed = processes.probe(Host())
    seal("processes", probed.facts, probed.sources)
    assert (time.process_time() - start) / 5 < 0.1
