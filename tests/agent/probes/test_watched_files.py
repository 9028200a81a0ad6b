"""What lies in a few places is told within a second, changes when it says something else, and never leaves the host."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import walk, watched_files
from rongdun_contract.documents import canonical_json, seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.walk import Walk
from rongdun_contract.facts.watched_files import Hook, WatchedFiles
from tests.agent.conftest import MakeHost
from tests.lab.missing import need_program

ACCOUNTS = {
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nli:x:1000:1000::/home/li:/bin/sh\ndaemon:x:1:1::/usr/sbin:/bin/false\n",
    "/etc/group": "root:x:0:\nli:x:1000:\n",
}
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: ownership and capabilities are set by root alone"
)


def facts_of(host: Host) -> WatchedFiles:
    facts = watched_files.probe(host).facts
    assert isinstance(facts, WatchedFiles)
    return facts


def hooks_of(host: Host) -> dict[str, Hook]:
    hooks = facts_of(host).hooks
    assert not isinstance(hooks, Unknown)
    return {hook.path: hook for hook in hooks}


def privileged_of(host: Host) -> dict[str, tuple[int, str | None]]:
    found = facts_of(host).privileged
    assert not isinstance(found, Unknown)
    return {each.path: (each.mode, each.capabilities) for each in found}


@needs_root
def test_programs_with_privileges_are_found_in_the_watched_directories_and_not_below_them(make_host: MakeHost) -> None:
    host = make_host(
        ACCOUNTS
        | {
            "/usr/bin/su": {"content": "x", "mode": "4755"},
            "/bin": {"symlink": "usr/bin"},
            "/tmp/x": {"content": "x", "mode": "6711"},
            "/home/li/x": {"content": "x", "mode": "2755"},
            "/tmp/deep/x": {"content": "x", "mode": "4755"},
            "/tmp/directory": {"dir": True, "mode": "2777"},
            "/tmp/link": {"symlink": "x"},
            "/usr/bin/ls": {"content": "x", "mode": "0755"},
        }
    )
    assert privileged_of(host) == {
        "/usr/bin/su": (0o4755, None),
        "/tmp/x": (0o6711, None),
        "/home/li/x": (0o2755, None),
    }


@needs_root
def test_file_capabilities_are_named_as_getcap_names_them(make_host: MakeHost) -> None:
    host = make_host(ACCOUNTS | {"/usr/bin/ping": {"content": "x", "mode": "0755"}})
    program = need_program("setcap", "libcap2-bin")
    subprocess.run([program, "cap_net_raw,cap_setuid=ep", str(host.on_disk("/usr/bin/ping"))], check=True)
    assert privileged_of(host) == {"/usr/bin/ping": (0o755, "cap_setuid,cap_net_raw")}


@needs_root
def test_they_are_what_a_walk_tells_of_the_same_files(make_host: MakeHost) -> None:
    host = make_host(
        ACCOUNTS | {"/usr/bin/su": {"content": "x", "mode": "4755"}, "/opt/x": {"content": "", "mode": "2755"}}
    )
    walked = walk.probe(host).facts
    assert isinstance(walked, Walk)
    assert facts_of(host).privileged == walked.privileged


HOOKS = {
    "/etc/ld.so.preload": "/lib/evil.so\n",
    "/etc/profile.d/x.sh": "id\n",
    "/root/.bashrc": "id\n",
    "/home/li/.ssh/rc": "id\n",
    "/etc/pam.d/sshd": "auth required pam_unix.so\n",
    "/usr/local/lib/python3.11/dist-packages/x.pth": "import os\n",
    "/home/li/.local/lib/python3.9/site-packages/usercustomize.py": "import os\n",
    "/etc/rc.local": "#!/bin/sh\nid\n",
    "/etc/init.d/x": "#!/bin/sh\n",
    "/etc/cron.daily/x": "#!/bin/sh\nid\n",
    "/var/spool/cron/atjobs/a00001019b2c3d": "#!/bin/sh\nid\n",
    "/etc/systemd/system/ssh.service.d/x.conf": "[Service]\nExecStartPost=/tmp/x\n",
    "/home/li/.config/systemd/user/x.service": "[Service]\nExecStart=/tmp/x\n",
    "/etc/systemd/system-generators/x": "#!/bin/sh\n",
    "/usr/local/share/ca-certificates/x.crt": "-----BEGIN CERTIFICATE-----\n",
}


def test_each_kind_of_hook_is_found(make_host: MakeHost) -> None:
    found = {path: hook.kind for path, hook in hooks_of(make_host(ACCOUNTS | HOOKS)).items()}
    assert found == {
        "/etc/ld.so.preload": "preload",
        "/etc/profile.d/x.sh": "shell profile",
        "/root/.bashrc": "shell profile",
        "/home/li/.ssh/rc": "shell profile",
        "/etc/pam.d/sshd": "pam stack",
        "/usr/local/lib/python3.11/dist-packages/x.pth": "python hook",
        "/home/li/.local/lib/python3.9/site-packages/usercustomize.py": "python hook",
        "/etc/rc.local": "start script",
        "/etc/init.d/x": "start script",
        "/etc/cron.daily/x": "periodic script",
        "/var/spool/cron/atjobs/a00001019b2c3d": "at job",
        "/etc/systemd/system/ssh.service.d/x.conf": "unit drop-in",
        "/home/li/.config/systemd/user/x.service": "user unit",
        "/etc/systemd/system-generators/x": "unit generator",
        "/usr/local/share/ca-certificates/x.crt": "root certificate",
    }


@pytest.mark.parametrize("path", HOOKS)
def test_a_hook_has_another_name_when_it_says_something_else_and_only_then(make_host: MakeHost, path: str) -> None:
    """A rewritten file is no news, an altered one is: `new:` compares the names."""
    host = make_host(ACCOUNTS | HOOKS)
    before = hooks_of(host)[path].content
    file = host.on_disk(path)
    file.write_text(HOOKS[path])
    assert hooks_of(host)[path].content == before
    file.write_text(f"{HOOKS[path]}\n# reviewed\n")
    assert hooks_of(host)[path].content == before
    file.write_text(f"{HOOKS[path]}more\n")
    assert hooks_of(host)[path].content != before


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/etc/cron.daily/x.dpkg-new", id="a package manager's copy for the moment"),
        pytest.param("/etc/pam.d/common-auth.pam-new", id="pam-auth-update's"),
        pytest.param("/etc/profile.d/x.sh~", id="an editor's"),
        pytest.param("/etc/profile.d/deep/x.sh", id="below a directory that is not descended into"),
        pytest.param("/usr/sbin/.bashrc", id="in a home that is a directory of the system"),
    ],
)
def test_what_nothing_reads_is_no_hook(make_host: MakeHost, path: str) -> None:
    assert hooks_of(make_host(ACCOUNTS | {path: "id\n"})) == {}


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n\n  # more\n"])
def test_a_file_that_says_nothing_is_no_hook(make_host: MakeHost, text: str) -> None:
    """Cleaning up often leaves an empty line behind: the object has to be gone then."""
    assert hooks_of(make_host(ACCOUNTS | {"/etc/ld.so.preload": text})) == {}


def test_what_a_file_says_does_not_leave_the_host(make_host: MakeHost) -> None:
    host = make_host(ACCOUNTS | {"/root/.bashrc": "export DB_PASSWORD=hunter2\n"})
    probed = watched_files.probe(host)
    assert b"hunter2" not in canonical_json(seal("watched_files", probed.facts, probed.sources).facts)
    assert [hook.path for hook in hooks_of(host).values()] == ["/root/.bashrc"]


def test_a_file_too_large_to_be_read_for_it_is_known_by_its_size(make_host: MakeHost) -> None:
    """Otherwise whoever makes a profile long enough makes it invisible."""
    host = make_host(ACCOUNTS | {"/root/.bashrc": "id\n" + "#" * (5 << 20)})
    assert hooks_of(host)["/root/.bashrc"].content == f"{(5 << 20) + 3} bytes"


def test_a_new_home_has_the_skeletons_files(make_host: MakeHost) -> None:
    skeleton = {
        "/etc/skel/.bashrc": "alias l=ls\n",
        "/home/li/.bashrc": "alias l=ls\n",
        "/root/.bashrc": "alias l=id\n",
    }
    found = hooks_of(make_host(ACCOUNTS | skeleton))
    assert {path: hook.skeleton for path, hook in found.items()} == {"/home/li/.bashrc": True, "/root/.bashrc": False}


def status(path: str, checksum: str) -> str:
    return f"Package: cron\nStatus: install ok installed\nVersion: 3\nConffiles:\n {path} {checksum}\n\n"


@pytest.mark.parametrize(
    ("files", "package"),
    [
        pytest.param({}, None, id="no package knows it"),
        pytest.param({"/var/lib/dpkg/status": "as brought"}, "cron", id="as its package brought it"),
        pytest.param({"/var/lib/dpkg/status": "other"}, None, id="altered since"),
        pytest.param({"/var/lib/dpkg/updates/0001": "as brought"}, "cron", id="dpkg is about to note it"),
        pytest.param(
            {"/var/lib/dpkg/status": "other", "/var/lib/dpkg/updates/0001": "as brought"},
            "cron",
            id="an upgrade that dpkg has only noted in its journal",
        ),
        pytest.param({"/var/lib/dpkg/status": "arriving"}, "cron", id="unpacked, not yet configured"),
    ],
)
def test_a_hook_tells_the_package_that_brought_it_as_it_is(
    make_host: MakeHost, files: dict[str, str], package: str | None
) -> None:
    path, text = "/etc/cron.daily/x", "#!/bin/sh\nid\n"
    checksums = {
        "as brought": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
        "other": "0" * 32,
        "arriving": "newconffile",
    }
    database = {place: status(path, checksums[kind]) for place, kind in files.items()}
    assert hooks_of(make_host(ACCOUNTS | database | {path: text}))[path].package == package


def test_enabling_a_user_unit_of_the_systems_own_is_no_hook(make_host: MakeHost) -> None:
    files = {
        "/usr/lib/systemd/user/x.service": "[Service]\nExecStart=/usr/bin/x\n",
        "/etc/systemd/user/y.service": {"symlink": "/usr/lib/systemd/user/x.service"},
        "/etc/systemd/user/z.service": {"symlink": "/tmp/z.service"},
        "/tmp/z.service": "[Service]\nExecStart=/tmp/z\n",
    }
    assert list(hooks_of(make_host(ACCOUNTS | files))) == ["/etc/systemd/user/z.service"]


def test_a_closed_home_leaves_the_lists_unknown_and_not_short(shared_path: Path, as_nobody) -> None:
    (shared_path / "etc").mkdir()
    (shared_path / "etc/passwd").write_text("li:x:1000:1000::/home/li:/bin/sh\n")
    home = shared_path / "home/li"
    home.mkdir(parents=True)
    home.chmod(0o700)
    if os.geteuid() == 0:
        facts = as_nobody(lambda: facts_of(Host(root=shared_path)))
        assert facts == WatchedFiles(
            privileged=Unknown(unknown="no permission"), hooks=Unknown(unknown="no permission")
        )
