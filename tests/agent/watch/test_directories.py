"""Nothing that happens in a watched directory is lost: where the kernel cannot tell, we know that we were not told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.watch.directories import Directories
from rongdun_agent.watch.places import Interest, Place, Plan, plan
from tests.agent.conftest import MakeHost
from tests.lab.missing import need_root

FILES = {"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "/etc/cron.d/a": "", "/tmp": {"dir": True}}


def wanted(*paths: str, contents: bool = True) -> Plan:
    """Each directory as a section of its own name cares for all of it."""
    return {path: Place({path: Interest(every_name=True, every_content=contents)}) for path in paths}


@pytest.fixture
def host(make_host: MakeHost) -> Host:
    return make_host(FILES)


@pytest.fixture
def directories() -> Iterator[Directories]:
    with Directories(100) as found:
        yield found


def root_of(host: Host) -> Path:
    return host.on_disk("/etc").parent


def root_of_home(host: Host) -> Path:
    return host.on_disk("/home")


def test_only_what_matters_is_told(host: Host, directories: Directories) -> None:
    plan_ = {"/etc": Place({"accounts": Interest({"passwd"}, {"passwd"}), "files": Interest({"motd", "passwd"})})}
    assert directories.follow(host, plan_, 0) == {"accounts", "files"}
    (root_of(host) / "etc/hosts").write_text("x")
    assert directories.take(0).sections == {}
    (root_of(host) / "etc/passwd").write_text("x")
    assert directories.take(0).sections == {"accounts": "/etc/passwd"}, "what is written is no concern of `files`"
    (root_of(host) / "etc/passwd").chmod(0o600)
    assert set(directories.take(0).sections) == {"accounts", "files"}


def test_a_directory_that_comes_later_is_waited_for_step_by_step(host: Host, directories: Directories) -> None:
    deep = wanted("/home/ann/.ssh")
    directories.follow(host, deep, 0)
    for step in ("home", "home/ann", "home/ann/.ssh"):
        (root_of(host) / step).mkdir()
        moved = directories.take(0)
        assert moved.replan, step
        assert set(moved.sections) == {"/home/ann/.ssh"}
        directories.follow(host.afresh(), deep, 0)
    (root_of(host) / "home/ann/.ssh/authorized_keys").write_text("x")
    assert directories.take(0).sections["/home/ann/.ssh"] == "/home/ann/.ssh/authorized_keys"
    assert len(directories) == 1


def test_more_events_than_the_queue_holds_mean_everything_moved(host: Host, directories: Directories) -> None:
    directories.follow(host, wanted("/etc/cron.d", "/tmp"), 0)
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    folder = root_of(host) / "tmp"
    for number in range(most // 3 + 100):  # made, written, closed
        (folder / f"{number}").write_text("x")
    moved = directories.take(0)
    while "/etc/cron.d" not in moved.sections:
        moved = directories.take(0)
        assert moved.events, "the queue ended without a word of what it lost"
    assert moved.replan


def test_a_busy_directory_is_left_alone_for_a_while_and_said_to_be(host: Host, directories: Directories) -> None:
    both = wanted("/etc/cron.d", "/tmp")
    directories.follow(host, both, 0)
    for number in range(1500):
        (root_of(host) / f"tmp/{number}").write_text("x")
    moved = directories.take(1)
    moved.replan |= directories.take(1).replan
    assert moved.replan
    directories.follow(host, both, 1)
    assert "too much happens" in directories.unwatched["/tmp"]
    assert "/etc/cron.d" not in directories.unwatched
    again = directories.wakes_at()
    assert again is not None
    assert directories.follow(host, both, again + 1) == {"/tmp"}, "what happened meanwhile has to be looked for"
    assert directories.unwatched == {}


def test_beyond_the_hosts_bound_a_place_is_unwatched_and_said_to_be(host: Host) -> None:
    with Directories(1) as directories:
        directories.follow(host, wanted("/etc/cron.d", "/tmp"), 0)
        assert len(directories) == 1
        assert "drill.directories" in directories.unwatched["/tmp"]


def test_another_directory_in_the_place_of_one_is_noticed(host: Host, directories: Directories) -> None:
    """Something above was moved: the kernel tells nothing of it."""
    root = root_of(host)
    (root / "var/spool/cron").mkdir(parents=True)
    directories.follow(host, wanted("/var/spool/cron"), 0)
    assert not directories.is_replaced(host)
    (root / "var/spool").rename(root / "var/old")
    (root / "var/spool/cron").mkdir(parents=True)
    assert directories.is_replaced(host.afresh())
    assert directories.take(0).events == 0


def test_what_stands_in_the_place_of_a_directory_is_watched(host: Host, directories: Directories) -> None:
    """Noticing it is not enough: what happens there afterwards has to be told."""
    root = root_of(host)
    (root / "var/spool/cron").mkdir(parents=True)
    directories.follow(host, wanted("/var/spool/cron"), 0)
    (root / "var/spool").rename(root / "var/old")
    (root / "var/spool/cron").mkdir(parents=True)
    assert directories.follow(host.afresh(), wanted("/var/spool/cron"), 0) == {"/var/spool/cron"}
    assert not directories.is_replaced(host.afresh())
    (root / "var/spool/cron/x").write_text("x")
    assert directories.take(0).sections == {"/var/spool/cron": "/var/spool/cron/x"}


@pytest.mark.parametrize("link", ["home/ann/.ssh", "home"], ids=["the directory itself", "one above it"])
def test_a_link_to_a_directory_that_is_turned_is_told(host: Host, directories: Directories, link: str) -> None:
    """Keys that somebody prepared elsewhere count from the moment at which the link leads to them."""
    root, keys = root_of(host), wanted("/home/ann/.ssh")
    for place in ("old/ann/.ssh", "new/ann/.ssh", "home/ann"):
        (root / place).mkdir(parents=True)
    if link == "home":
        (root / "home/ann").rmdir()
        (root / "home").rmdir()
    below = "" if link == "home" else "/ann/.ssh"
    (root / link).symlink_to(f"/old{below}")
    directories.follow(host, keys, 0)
    assert directories.take(0).sections == {}
    (root / "turned").symlink_to(f"/new{below}")
    (root / "turned").rename(root / link)
    moved = directories.take(0)
    assert set(moved.sections) == {"/home/ann/.ssh"}
    assert moved.replan
    directories.follow(host.afresh(), keys, 0)
    (root / "new/ann/.ssh/authorized_keys").write_text("x")
    assert directories.take(0).sections == {"/home/ann/.ssh": "/new/ann/.ssh/authorized_keys"}


def test_a_directory_that_was_moved_away_is_no_longer_taken_for_itself(host: Host, directories: Directories) -> None:
    root = root_of(host)
    directories.follow(host, wanted("/etc/cron.d"), 0)
    (root / "etc/cron.d").rename(root / "etc/away")
    moved = directories.take(0)
    assert moved.replan
    assert "/etc/cron.d" in moved.sections
    directories.follow(host.afresh(), wanted("/etc/cron.d"), 0)
    (root / "etc/away/b").write_text("x")
    assert directories.take(0).sections == {}
    (root / "etc/away").rename(root / "etc/cron.d")
    assert directories.take(0).replan


def test_what_a_plan_no_longer_wants_is_let_go(host: Host, directories: Directories) -> None:
    directories.follow(host, wanted("/etc/cron.d", "/tmp"), 0)
    directories.follow(host, wanted("/tmp"), 0)
    assert len(directories) == 1
    (root_of(host) / "etc/cron.d/b").write_text("x")
    assert directories.take(0).sections == {}


def test_one_directory_by_two_names_serves_both(host: Host, directories: Directories) -> None:
    (root_of(host) / "bin").symlink_to("/tmp")
    for now in (0, 1):
        directories.follow(host, wanted("/tmp", "/bin"), now)
    (root_of(host) / "tmp/x").write_text("x")
    assert set(directories.take(0).sections) == {"/tmp", "/bin"}
    assert len(directories) == 2, "and the one that the link lies in"


@pytest.mark.parametrize(
    ("kind", "said"),
    [("nfs4", True), ("fuse.sshfs", True), ("fuse", True), ("ext4", False), ("fuseblk", False), ("tmpfs", False)],
)
def test_a_home_on_a_network_is_said_to_be_told_by_halves(make_host: MakeHost, kind: str, *, said: bool) -> None:
    """A key that was put into it on another host comes without an event: only looking finds it."""
    host = make_host({"/home/ann/.ssh/authorized_keys": ""})
    device = root_of_home(host).stat().st_dev
    mounts = f"36 35 {os.major(device)}:{os.minor(device)} / /home rw - {kind} server:/home rw\n"
    host = make_host({"/home/ann/.ssh/authorized_keys": "", "/proc/1/mountinfo": mounts})
    with Directories(100) as directories:
        for _ in range(2):  # each time, also of what is watched already
            directories.follow(host, wanted("/home/ann/.ssh"), 0)
            assert ("/home/ann/.ssh" in directories.unwatched) is said
        assert not said or kind in directories.unwatched["/home/ann/.ssh"]
        (root_of_home(host) / "ann/.ssh/authorized_keys").write_text("x")
        assert "/home/ann/.ssh" in directories.take(0).sections, "what happens here is told at once all the same"


def test_wildcards_stand_for_the_directories_that_exist(make_host: MakeHost) -> None:
    host = make_host({"/etc/systemd/system/web.service.d/a.conf": "", "/etc/passwd": ""})
    found = plan(host, {"services": ()})
    assert found["/etc/systemd/system/web.service.d"].interests["services"].every_content
    assert found["/etc/systemd/system"].every_branch, "a new drop-in directory has to be watched too"


def test_files_that_facts_came_from_are_watched_wherever_they_lie(make_host: MakeHost) -> None:
    host = make_host({"/srv/store/sudo": ""})
    found = plan(host, {"sudo": ("/srv/store/sudo",)})
    assert found["/srv/store"].interests["sudo"].contents == {"sudo"}


def test_where_a_link_among_them_leads_to_is_watched_too(make_host: MakeHost) -> None:
    """Somebody writes into the file, and the link in cron's folder stays as it is."""
    host = make_host({"/etc/cron.d/job": {"symlink": "/opt/app/job"}, "/opt/app/job": ""})
    found = plan(host, {"schedules": ("/etc/cron.d/job",)})
    assert found["/opt/app"].interests["schedules"].contents == {"job"}


LIMITED = """
import ctypes, os, sys
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
assert libc.unshare(0x10000000) == 0, os.strerror(ctypes.get_errno())
name, most = sys.argv[1].split("=")
Path("/proc/sys/user", name).write_text(most)
from rongdun_agent.host import Host
from rongdun_agent.watch.directories import Directories
from tests.agent.watch.test_directories import wanted
with Directories(100) as directories:
    directories.follow(Host(Path(sys.argv[2])), wanted("/etc", "/etc/cron.d", "/tmp"), 0)
    print(len(directories), sorted(directories.unwatched.items()))
"""


@pytest.mark.parametrize(
    ("limit", "watched", "why"),
    [
        pytest.param("max_inotify_watches=2", 2, "max_user_watches", id="watches"),
        pytest.param("max_inotify_instances=0", 0, "max_user_instances", id="instances"),
    ],
)
def test_the_kernels_limits_are_named(host: Host, limit: str, watched: int, why: str) -> None:
    """In a user namespace of its own, whose limits may be set without touching those of this machine."""
    need_root("the limits of a user namespace are set")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, limit, str(root_of(host))], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{watched} ")
    assert why in done.stdout
