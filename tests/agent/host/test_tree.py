"""A tree stands for a whole machine: no path in it leads out of it."""

from pathlib import Path

import pytest

from rongdun_agent.host import Host
from tests.lab.rights import without_overrides


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file outside the tree, which no way may reach."""
    (tmp_path / "secret").write_text("outside")
    return tmp_path / "secret"


@pytest.mark.parametrize(
    ("link", "path"),
    [
        pytest.param("{secret}", "/etc/link", id="an absolute link to the file"),
        pytest.param("../../secret", "/etc/link", id="dots enough to leave"),
        pytest.param("/" + "../" * 50 + "{secret}", "/etc/link", id="dots beyond the root"),
        pytest.param("{parent}", "/etc/link/secret", id="a link to the directory around the tree"),
        pytest.param("..", "/etc/link/../../secret", id="a link up, then dots"),
        pytest.param("/etc/../..", "/etc/link/secret", id="an absolute link with dots"),
        pytest.param(".", "/etc/link/../../../secret", id="dots in the path itself"),
        pytest.param("/proc/self/root{secret}", "/etc/link", id="through the kernel's root link"),
        pytest.param("//{secret}", "/etc/link", id="two slashes"),
    ],
)
def test_no_link_and_no_dots_lead_out_of_the_tree(make_host, secret, link, path):
    target = link.format(secret=secret, parent=secret.parent)
    host = make_host({"/etc/link": {"symlink": target}})
    assert secret.read_text() == "outside"
    assert host.read_text(path) is None
    assert host.stat(path) is None
    assert host.glob(path.replace("secret", "sec*")) in ((), ("/etc/link",))
    assert not str(host.on_disk(path)).startswith(str(secret))


def test_links_and_dots_inside_the_tree_lead_where_the_kernel_would_go(make_host):
    host = make_host(
        {
            "/usr/lib/os-release": "ID=debian\n",
            "/etc/os-release": {"symlink": "../usr/lib/os-release"},
            "/etc/absolute": {"symlink": "/usr/lib/os-release"},
            "/bin": {"symlink": "usr/bin"},
            "/usr/bin/sh": "elf",
            "/var/run": {"symlink": "/run"},
            "/run/pid": "1",
            "/a/b/c/file": "deep",
            "/link-to-c": {"symlink": "/a/b/c"},
            "/a/b/other": "beside",
            "/locked/door": "",
            "/locked": {"dir": True, "mode": "0000"},
        }
    )
    assert host.read_text("/etc/os-release") == "ID=debian\n"
    assert host.read_text("/etc/absolute") == "ID=debian\n"
    assert host.read_text("/bin/sh") == "elf"
    assert host.read_text("/var/run/pid") == "1"
    assert host.read_text("/link-to-c/../other") == "beside"
    assert host.read_text("/../../a/./b//c/file") == "deep"
    assert host.realpath("/var/run/pid") == "/run/pid"
    assert host.realpath("/link-to-c/..") == "/a/b"
    assert host.realpath("/bin/none/more") == "/usr/bin/none/more"
    with without_overrides():
        assert host.realpath("/locked/door") == "/locked/door", "what may not be looked at keeps its name too"
    assert host.readlink("/etc/absolute") == "/usr/lib/os-release"
    assert host.readlink("/a") is None


def test_a_chain_of_forty_links_is_followed_and_one_more_is_a_loop(make_host):
    links = {f"/l{n}": {"symlink": f"/l{n + 1}"} for n in range(41)}
    host = make_host({"/l41": "end", **links})
    assert host.read_text("/l1") == "end"
    assert host.read_text("/l0") is None


def test_links_that_multiply_end_soon(make_host):
    """Each link names the next twice: 2^30 steps if nobody counts."""
    links = {f"/d{n}": {"symlink": f"/d{n + 1}/../d{n + 1}"} for n in range(30)}
    host = make_host({"/d30": {"dir": True}, **links})
    assert host.stat("/d0") is None


def test_a_tree_reached_through_a_symlink_is_read(make_host, tmp_path):
    make_host({"/etc/hostname": "a\n"})
    (tmp_path / "alias").symlink_to(tmp_path / "host")
    assert Host(tmp_path / "alias").read_text("/etc/hostname") == "a\n"


def test_a_directory_swapped_for_a_link_meanwhile_does_not_lead_out(make_host, secret):
    """The descriptor that we hold, not the name, decides where the next step goes."""
    host = make_host({"/etc/dir/secret": "inside"})
    place = host.on_disk("/etc/dir")
    assert host.read_text("/etc/dir/secret") == "inside"
    place.rename(f"{place}.old")
    place.symlink_to(secret.parent)
    assert host.read_text("/etc/dir/secret") is None


def test_a_deep_path_is_read(make_host):
    path = "/" + "/".join(["d"] * 300)
    host = make_host({f"{path}/file": "bottom"})
    assert host.read_text(f"{path}/file") == "bottom"
    assert host.read_text(f"{path}/../file") is None


def test_no_descriptor_is_left_open(make_host):
    host = make_host({"/a/b/c": "x", "/loop": {"symlink": "loop"}, "/f": {"symlink": "/a/b/../b/c"}})
    before = _open_descriptors()
    for path in ("/a/b/c", "/loop/x", "/none/none", "/f", "/a/../../.."):
        host.read_bytes(path) if host.is_file(path) else host.stat(path)
        host.list_dir(path)
        host.realpath(path)
    list(host.walk("/"))
    assert _open_descriptors() == before


def _open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
