"""Whose files are seen: the host's, also from inside a service whose view of them is its own."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from rongdun_agent.host import Host, NotLive, Table

_LOOK = """
import json, os, sys
from rongdun_agent.host import Host
host, folder = Host(), sys.argv[1]
print(json.dumps({
    "own": open(folder + "/file").read(), "host": host.read_text(folder + "/file"),
    "names": host.list_dir(folder), "glob": host.glob(folder + "/*"), "real": host.realpath(folder + "/link"),
    "walked": sorted(place.path_of(name) for place in host.walk(folder) for name, _ in place.entries),
    "self": host.realpath("/proc/self") == f"/proc/{os.getpid()}", "pids": os.getpid() in host.pids(),
    "link": host.read_text(folder + "/link"), "size": host.usage(folder).size_bytes,
}))
"""


@pytest.mark.root
def test_a_private_mount_does_not_hide_the_hosts_files(shared_path):
    """With PrivateTmp a service sees a /tmp of its own; the facts are about the host's."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("making namespaces needs root and unshare(1)")
    (shared_path / "file").write_text("host")
    (shared_path / "link").symlink_to(shared_path / "file")
    inner = 'mount -t tmpfs -o size=64k none "$1" && echo -n private > "$1/file" && exec "$2" -c "$3" "$1"'
    # a process namespace of its own, so that pid 1 is one that we may look at; then a view apart from it
    outer = 'unshare --mount --propagation private sh -c "$0" "$@"; exit $?'
    command = ["unshare", "--pid", "--fork", "--mount-proc", "--propagation", "private", "sh", "-c", outer, inner]
    command += ["sh", str(shared_path), sys.executable, _LOOK]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "Operation not permitted" in done.stderr:
        pytest.skip(f"namespaces are not allowed here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    path = str(shared_path)
    assert seen.pop("size") == Host().usage(path).size_bytes
    assert seen == {
        "own": "private",
        "host": "host",
        "names": ["file", "link"],
        "glob": [f"{path}/file", f"{path}/link"],
        "real": f"{path}/file",
        "walked": [f"{path}/file"],
        "self": True,
        "pids": True,
        "link": "host",
    }


def test_a_tree_has_no_kernel_of_its_own(make_host):
    """What runs here says nothing about the image that is looked at."""
    host = make_host({"/etc/hostname": "image\n"})
    assert host.pids() == ()
    for ask in (lambda: host.kernel_table(Table.LINKS), lambda: host.usage("/")):
        with pytest.raises(NotLive):
            ask()


def test_usage_tells_what_is_left_for_ordinary_users():
    usage = Host().usage("/")
    told = os.statvfs("/")
    assert usage.size_bytes == told.f_blocks * told.f_frsize
    assert 0 <= usage.used_ratio <= 1
    assert Host().usage("/nonexistent") is None
    assert Host().usage("/proc") is None


def test_owners_are_the_trees_own(make_host):
    host = make_host(
        {
            "/etc/passwd": "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\nbad\nx:x:-1:0::/:/\nnine:x:9:9::/:/\n",
            "/etc/group": "wheel:x:10:\nodd:x:1x:\n",
        }
    )
    assert (host.owner_name(0), host.owner_name(9), host.owner_name(1)) == ("root", "nine", None)
    assert (host.group_name(10), host.group_name(1)) == ("wheel", None)
