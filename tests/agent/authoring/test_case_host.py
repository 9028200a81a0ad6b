"""The host of a case: what the case says is what the probes see, whoever runs it."""

import pytest

from rongdun_agent.authoring.case_host import make_host
from rongdun_agent.errors import AgentError


def test_owners_and_modes_are_those_of_the_case(tmp_path):
    """Without root nobody can give a file away; a rule about owners is tried all the same."""
    host = make_host(
        tmp_path,
        {
            "/etc/shadow": {"content": "x", "mode": "0640", "group": 42},
            "/etc/passwd": {"content": "y"},
            "/home/ada": {"dir": True, "mode": "0700", "owner": 1000, "group": 1000},
            "/usr/bin/su": {"content": "", "mode": "4755"},
            "/etc/link": {"symlink": "shadow"},
            "/etc/secret": {"content": "read", "mode": "0000"},
        },
    )
    seen = {path: host.stat(path)[1:4] for path in ("/etc/shadow", "/etc/passwd", "/home/ada", "/usr/bin/su", "/etc")}
    assert seen == {
        "/etc/shadow": (0, 42, 0o640),
        "/etc/passwd": (0, 0, 0o644),
        "/home/ada": (1000, 1000, 0o700),
        "/usr/bin/su": (0, 0, 0o4755),
        "/etc": (0, 0, 0o755),
    }
    assert host.stat("/etc/link").mode == 0o640
    assert host.stat("/etc/link", follow=False).type == "symlink"
    assert host.read_text("/etc/secret") == "read"
    walked = {
        place.path_of(name): (found.st_uid, found.st_mode & 0o7777, found.st_dev == tmp_path.stat().st_dev)
        for place in host.walk("/")
        for name, found in place.entries
    }
    assert walked["/usr/bin/su"] == (0, 0o4755, True)
    assert walked["/home/ada"] == (1000, 0o700, True)
    assert walked["/etc"] == (0, 0o755, True)


def test_files_below_a_link_of_the_case_land_where_it_leads(tmp_path):
    host = make_host(tmp_path, {"/bin": {"symlink": "usr/bin"}, "/bin/su": {"content": "a"}, "/usr/bin/sh": {}})
    assert host.list_dir("/usr/bin") == ("sh", "su")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"/../../outside": {"content": "x"}}, id="dots"),
        pytest.param({"/l": {"symlink": "{outside}"}, "/l/outside": {"content": "x"}}, id="an absolute link"),
        pytest.param({"/l": {"symlink": "../.."}, "/l/outside": {"content": "x"}}, id="a link up"),
    ],
)
def test_a_case_cannot_write_outside_its_directory(tmp_path, files):
    """A pack may come from someone else, and `pack test` may be run by root."""
    root = tmp_path / "a/b/root"
    root.mkdir(parents=True)
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    files = {
        path: {key: value.replace("{outside}", str(outside)) for key, value in file.items()}
        for path, file in files.items()
    }
    make_host(root, files)
    assert list(outside.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "elsewhere"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"/etc": {"content": "x"}, "/etc/passwd": {"content": "x"}}, id="below a file"),
        pytest.param({"/": {"content": "x"}}, id="the root itself"),
        pytest.param({"/etc/..": {"content": "x"}}, id="no name"),
        pytest.param({"/l": {"symlink": "x"}, "/./l": {"content": "x"}}, id="twice"),
    ],
)
def test_files_that_stand_in_each_others_way_are_told(tmp_path, files):
    with pytest.raises(AgentError, match="the case's file cannot be made"):
        make_host(tmp_path, files)
