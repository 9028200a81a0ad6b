"""Processes and the sockets that they hold."""

import os
import socket
import subprocess
import sys

import pytest

from rongdun_agent.host import Host, Refused
from rongdun_agent.host.processes import service_unit
from rongdun_contract.facts import Unknown


def _process(pid, name="sshd", flags=0x400040, uid=0, cgroup="0::/system.slice/ssh.service\n"):
    proc = f"/proc/{pid}"
    return {
        f"{proc}/stat": f"{pid} ({name}) S 1 1 1 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 1 0 4711 0\n",
        f"{proc}/status": f"Name:\t{name}\nUid:\t1000\t{uid}\t{uid}\t{uid}\n",
        f"{proc}/cgroup": cgroup,
        f"{proc}/exe": {"symlink": "/usr/sbin/sshd"},
    }


def test_a_process_of_a_tree_is_told_from_its_proc(make_host):
    host = make_host({**_process(7, uid=33), "/proc/7/fd/3": {"symlink": "socket:[4711]"}, "/proc/uptime": "1 1\n"})
    (process,) = host.processes
    assert (process.pid, process.ppid, process.name, process.uid) == (7, 1, "sshd", 33)
    assert (process.exe, process.deleted, process.service_unit) == ("/usr/sbin/sshd", False, "ssh.service")
    assert host.socket_holders.by_inode == {4711: (process,)}
    assert host.socket_holders.complete


def test_a_name_may_hold_whatever_it_likes(make_host):
    """A process names itself: with `) S 1` in its name it could otherwise pretend anything."""
    host = make_host(_process(7, name="a) R 2 (b)"))
    assert [(process.name, process.ppid) for process in host.processes] == [("a) R 2 (b)", 1)]


def test_a_kernel_thread_has_no_executable(make_host):
    files = _process(2, name="kthreadd", flags=0x208040)
    del files["/proc/2/exe"]
    (process,) = make_host(files).processes
    assert (process.kernel_thread, process.exe, process.deleted) == (True, None, False)


def test_a_replaced_executable_is_marked_and_keeps_its_path(make_host):
    (process,) = make_host({**_process(7), "/proc/7/exe": {"symlink": "/usr/sbin/sshd (deleted)"}}).processes
    assert (process.exe, process.deleted) == ("/usr/sbin/sshd", True)


def test_a_tree_without_proc_has_no_processes(make_host):
    assert make_host({}).processes == ()


def test_a_process_that_ends_meanwhile_is_left_out(make_host):
    host = make_host({**_process(7), "/proc/9/cmdline": ""})
    assert [process.pid for process in host.processes] == [7]


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        pytest.param("0::/system.slice/ssh.service\n", "ssh.service", id="unified"),
        pytest.param(
            "3:cpu:/x.service\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service", id="hybrid"
        ),
        pytest.param("0::/a.slice/a-b.slice/x@1.service/sub/y.service\n", "x@1.service", id="a service's own subgroup"),
        pytest.param("0::/user.slice/user-0.slice/session-3.scope\n", None, id="a session is no service"),
        pytest.param("0::/user.slice/user-1.slice/user@1.service/app.slice/x.service\n", "user@1.service", id="user's"),
        pytest.param("0::/system.slice/docker-1f.scope\n", None, id="a container's scope"),
        pytest.param("0::/system.slice/_weird.service\n", "weird.service", id="an escaped name"),
        pytest.param("0::/init.scope\n", None, id="systemd itself"),
        pytest.param("0::/\n", None, id="no systemd"),
        pytest.param("", None, id="nothing"),
        pytest.param("nonsense\n", None, id="no control group file"),
    ],
)
def test_the_service_is_found_in_the_control_group(cgroup, unit):
    assert service_unit(cgroup) == unit


def test_this_very_process_and_its_socket_are_seen_live():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        inode = os.fstat(server.fileno()).st_ino
        host = Host()
        (process,) = host.socket_holders.by_inode[inode]
    assert process.pid == os.getpid()
    assert process.uid == os.geteuid()
    assert process.exe == os.path.realpath(sys.executable)
    assert process in host.processes


def test_without_rights_processes_of_others_are_unknown_and_not_absent(as_nobody):
    """Having no executable and not being allowed to look must never be the same answer."""
    if os.geteuid() != 0:
        pytest.skip("there is no process of another account to look at")
    with subprocess.Popen(["sleep", "60"]) as other:
        try:
            told = as_nobody(lambda: _look_at(other.pid))
        finally:
            other.kill()
    assert told == ("sleep", 0, Unknown(unknown="no permission"), Unknown(unknown="no permission"), False)


def _look_at(pid: int) -> tuple[object, ...]:
    host = Host()
    process = next(process for process in host.processes if process.pid == pid)
    return process.name, process.uid, process.exe, process.deleted, host.socket_holders.complete


def test_a_proc_that_hides_the_processes_of_others_is_a_refusal(make_host):
    """With hidepid=2 the directory simply lacks them: a short list would read as an idle host."""
    host = make_host(_process(4242))
    host.live = True  # what a live /proc without pid 1 looks like
    with pytest.raises(Refused):
        host.pids()
