"""Reading through the door: what is absent, what is refused, what is never opened."""

import os
import socket
import stat as st
import time
from pathlib import Path

import pytest

from rongdun_agent.host import Host, HostError, NotAFile, Refused, TookTooLong, TooLarge


def test_a_file_is_read_as_text_bytes_and_lines(make_host):
    host = make_host({"/etc/issue": "Debian\r\n\nwelcome"})
    assert host.read_text("/etc/issue") == "Debian\r\n\nwelcome"
    assert host.read_bytes("/etc/issue") == b"Debian\r\n\nwelcome"
    assert host.lines("/etc/issue") == ("Debian\r", "", "welcome")


def test_an_empty_file_has_no_lines_and_a_blank_line_is_a_line(make_host):
    host = make_host({"/empty": "", "/blank": "\n", "/two": "\n\n"})
    assert [host.lines(path) for path in ("/empty", "/blank", "/two")] == [(), ("",), ("", "")]


def test_bytes_that_are_no_utf8_are_escaped_and_the_rest_survives(make_host):
    """One odd byte in a GECOS field must not blank the accounts of a host."""
    host = make_host({"/etc/passwd": b"root:x:0:0:caf\xe9 \xe6\xa6\x95:/root:/bin/sh\n"})
    assert host.read_text("/etc/passwd") == "root:x:0:0:caf\\xe9 榕:/root:/bin/sh\n"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/etc/none", id="nothing there"),
        pytest.param("/none/none", id="no such directory"),
        pytest.param("/etc/file/below", id="a file where a directory was meant"),
        pytest.param("/etc/loop", id="a symlink to itself"),
        pytest.param("/etc/dangling", id="a symlink to nothing"),
        pytest.param("/etc/" + "n" * 300, id="a name longer than any file has"),
    ],
)
def test_what_is_not_there_is_none_and_never_an_error(make_host, path):
    host = make_host(
        {"/etc/file": "", "/etc/loop": {"symlink": "loop"}, "/etc/dangling": {"symlink": "/nowhere"}},
    )
    for door in (host, Host()) if path.startswith("/none") else (host,):
        assert door.read_text(path) is None
        assert door.read_bytes(path) is None
        assert door.lines(path) == ()
        assert door.stat(path) is None
        assert not door.exists(path)
        assert not door.is_file(path)
        assert not door.is_dir(path)
        assert door.list_dir(path) == ()
        assert door.xattr(path, "user.none") is None
        assert list(door.walk(path)) == []


def test_a_fifo_in_place_of_a_configuration_file_is_told_at_once(make_host):
    """Opening a fifo for reading waits for a writer: an agent that does it hangs for ever."""
    host = make_host({"/etc/ssh": {"dir": True}})
    os.mkfifo(host.on_disk("/etc/ssh/sshd_config"))
    begun = time.monotonic()
    with pytest.raises(NotAFile, match="/etc/ssh/sshd_config: is a fifo"):
        host.read_text("/etc/ssh/sshd_config")
    assert time.monotonic() - begun < 1
    assert host.exists("/etc/ssh/sshd_config")
    assert not host.is_file("/etc/ssh/sshd_config")


def test_a_directory_and_a_socket_are_no_files(make_host):
    host = make_host({"/etc/dir": {"dir": True}, "/run": {"dir": True}})
    with pytest.raises(NotAFile, match="directory"):
        host.read_text("/etc/dir")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(host.on_disk("/run/s")))
        with pytest.raises(NotAFile, match="socket"):
            host.read_text("/run/s")


@pytest.mark.skipif(os.geteuid() != 0, reason="making a device node needs root")
def test_a_device_is_never_opened(make_host):
    """Opening some devices does something: a watchdog starts, a tape winds back."""
    host = make_host({"/etc": {"dir": True}})
    place = host.on_disk("/etc/watched")
    try:
        os.mknod(place, st.S_IFCHR | 0o600, os.makedev(10, 130))
    except PermissionError:
        pytest.skip("device nodes are not allowed here")
    with pytest.raises(NotAFile, match="char"):
        host.read_text("/etc/watched")


def test_a_file_masked_by_dev_null_is_empty():
    assert Host().read_text("/dev/null") == ""


def test_more_than_the_limit_is_refused_and_not_read(make_host):
    """A sparse file of a terabyte costs nothing to make, and must cost nothing to meet."""
    host = make_host({"/etc/huge": "x"})
    os.truncate(host.on_disk("/etc/huge"), 1 << 40)
    begun = time.monotonic()
    with pytest.raises(TooLarge, match=f"/etc/huge: larger than {4 << 20} bytes"):
        host.read_text("/etc/huge")
    assert time.monotonic() - begun < 1


def test_the_limit_is_exact(make_host):
    host = make_host({"/file": "12345"})
    assert host.read_text("/file", limit=5) == "12345"
    with pytest.raises(TooLarge):
        host.read_text("/file", limit=4)


def test_files_of_the_kernel_say_size_zero_and_are_read_whole():
    assert Host().read_text("/proc/self/status").count("\n") > 20
    assert (Host().read_text("/proc/self/maps") or "").endswith("\n")
    with pytest.raises(TooLarge):
        Host().read_text("/proc/self/maps", limit=100)


def test_stat_tells_types_modes_and_symlinks_apart(make_host):
    host = make_host(
        {
            "/etc/shadow": {"content": "s", "mode": "0640"},
            "/tmp": {"dir": True, "mode": "1777"},
            "/etc/link": {"symlink": "shadow"},
            "/usr/bin/su": {"content": "", "mode": "4755"},
        }
    )
    assert (host.stat("/etc/shadow").type, host.stat("/etc/shadow").mode) == ("file", 0o640)
    assert (host.stat("/tmp").type, host.stat("/tmp").mode) == ("directory", 0o1777)
    assert host.stat("/usr/bin/su").mode == 0o4755
    assert host.stat("/etc/link") == host.stat("/etc/shadow")
    assert host.stat("/etc/link", follow=False).type == "symlink"
    assert host.stat("/").type == "directory"


def test_names_are_sorted_by_their_bytes(make_host):
    host = make_host({f"/d/{name}": "" for name in ("b", "a", "B", "é", ".hidden", "a-", "a_")})
    assert host.list_dir("/d") == (".hidden", "B", "a", "a-", "a_", "b", "é")


def test_an_extended_attribute_is_read_and_its_absence_is_none(make_host):
    host = make_host({"/f": "", "/link": {"symlink": "/f"}})
    try:
        os.setxattr(host.on_disk("/f"), "user.rongdun", b"1")
    except OSError:
        pytest.skip("no user attributes on this file system")
    assert host.xattr("/f", "user.rongdun") == b"1"
    assert host.xattr("/link", "user.rongdun", follow=True) == b"1"
    assert host.xattr("/f", "user.other") is None


def test_the_budget_ends_every_question(make_host):
    host = make_host({"/f": "x"})
    with host.budget(0):
        for ask in (host.read_text, host.stat, host.list_dir, host.glob, host.readlink, host.is_dir):
            with pytest.raises(TookTooLong, match="took longer than 0 s"):
                ask("/f")
    assert host.read_text("/f") == "x"


def test_an_inner_budget_gives_the_outer_one_back(make_host):
    host = make_host({"/f": "x"})
    with host.budget(60):
        with host.budget(5):
            assert host.time_left() <= 5
        assert 5 < host.time_left() <= 60
    assert host.time_left() == float("inf")


QUESTIONS = {
    "read_text": ("/etc/closed/file", "/etc/secret"),
    "stat": ("/etc/closed/file",),
    "exists": ("/etc/closed/file",),
    "is_file": ("/etc/closed/file",),
    "is_dir": ("/etc/closed/dir",),
    "list_dir": ("/etc/closed", "/etc/closed/dir"),
    "glob": ("/etc/closed/*", "/etc/*/file"),
    "readlink": ("/etc/closed/link",),
    "xattr": ("/etc/closed/file",),
}


def _closed_tree(root: Path) -> Path:
    (root / "etc/closed/dir").mkdir(parents=True)
    (root / "etc/closed/file").write_text("x")
    (root / "etc/closed/link").symlink_to("file")
    (root / "etc/secret").write_text("x")
    (root / "etc/secret").chmod(0)
    (root / "etc/closed").chmod(0o000)
    return root


def _answer(host: Host, question: str, path: str) -> str:
    arguments = ("user.x",) if question == "xattr" else ()
    try:
        return repr(getattr(host, question)(path, *arguments))
    except Refused as refused:
        return f"refused {refused.path}"
    except HostError as error:
        return repr(error)


@pytest.mark.parametrize("as_tree", [pytest.param(True, id="in a tree"), pytest.param(False, id="on the live host")])
def test_a_refusal_is_never_absence(shared_path, as_nobody, as_tree):
    """The heart of the matter: without root, nothing that cannot be read may be called absent."""
    root = _closed_tree(shared_path)

    def ask_all() -> dict[str, str]:
        host, prefix = (Host(root), "") if as_tree else (Host(), str(root))
        return {
            f"{question} {path}": _answer(host, question, prefix + path)
            for question, paths in QUESTIONS.items()
            for path in paths
        }

    try:
        answers = as_nobody(ask_all)
    finally:
        (root / "etc/closed").chmod(0o755)
    assert {what: answer.split()[0] for what, answer in answers.items()} == dict.fromkeys(answers, "refused")
