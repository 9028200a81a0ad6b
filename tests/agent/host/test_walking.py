"""The walk: everything on one file system, once, and nothing outside."""

import os
from pathlib import Path

import pytest

from rongdun_agent.host import Host, TookTooLong


def _paths(host, top="/"):
    return sorted(place.path_of(name) for place in host.walk(top) for name, _ in place.entries)


def test_every_file_and_directory_is_told_once_and_symlinks_are_not(make_host):
    host = make_host(
        {"/a/b/file": "", "/a/link": {"symlink": "/a/b"}, "/loop": {"symlink": "/"}, "/c": {"dir": True}, "/d/e": ""}
    )
    assert _paths(host) == ["/a", "/a/b", "/a/b/file", "/c", "/d", "/d/e"]
    assert _paths(host, "/a") == ["/a/b", "/a/b/file"]
    assert _paths(host, "/a/") == ["/a/b", "/a/b/file"]


def test_modes_and_owners_come_with_it(make_host):
    host = make_host({"/bin/su": {"content": "", "mode": "4755"}, "/tmp": {"dir": True, "mode": "1777"}})
    modes = {place.path_of(name): found.st_mode & 0o7777 for place in host.walk("/") for name, found in place.entries}
    assert (modes["/bin/su"], modes["/tmp"]) == (0o4755, 0o1777)


def test_a_tree_deeper_than_descriptors_reach_is_walked_to_its_end(make_host):
    """Depth is how one would hide a set-user-ID file from a walk."""
    host = make_host({"/top": {"dir": True}, "/top/beside": ""})
    here = os.open(host.on_disk("/top"), os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    try:
        assert len(_paths(host)) == 1500 + 3
        assert _paths(host)[-1].endswith("/d/bottom")
    finally:
        _remove_deep(host.on_disk("/top"))


def _remove_deep(top: Path) -> None:
    """shutil.rmtree recurses once per level, more than Python allows."""
    while (top / "d").is_dir():
        below = (top / "d").rename(f"{top}.next")
        for left in top.iterdir():
            left.unlink()
        top.rmdir()
        below.rename(top)


def test_what_may_not_be_entered_is_said(shared_path, as_nobody):
    if os.geteuid() != 0:
        pytest.skip("an own directory cannot be refused to its owner for good")
    (shared_path / "closed").mkdir(mode=0o700)
    (shared_path / "open").mkdir()
    refused, seen = as_nobody(lambda: _refused_and_seen(Host(shared_path)))
    assert refused == ["/closed"]
    assert seen == ["/closed", "/open"]


def _refused_and_seen(host):
    refused = [place.path_of(name) for place in host.walk("/") for name in place.refused]
    return refused, _paths(host)


def test_other_file_systems_are_named_and_not_entered():
    places = {place.path: place for place in Host().walk("/sys") if place.path == b"/sys"}
    other = Host().stat("/proc").dev
    root = next(iter(Host().walk("/")))
    assert "proc" in root.elsewhere
    assert "proc" not in [name for name, found in root.entries if found.st_dev == other]
    assert b"/sys" in places


def test_the_walk_keeps_to_its_budget():
    host = Host()
    with host.budget(0.05), pytest.raises(TookTooLong):
        for _ in host.walk("/usr"):
            pass


def test_capabilities_are_read_beside_the_walk(make_host):
    host = make_host({"/bin/ping": {"content": "", "mode": "0755"}})
    value = b"\x01\x00\x00\x02\x00\x20\x00\x00" + bytes(12)
    try:
        os.setxattr(host.on_disk("/bin/ping"), "security.capability", value)
    except OSError:
        pytest.skip("file capabilities cannot be set here")
    found = {name: place.xattr(name, "security.capability") for place in host.walk("/") for name, _ in place.entries}
    assert found == {"bin": None, "ping": value}
