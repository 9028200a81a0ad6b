import hashlib
import os
import subprocess
from pathlib import Path

from rongdun_agent.file_owners import owners, unaltered
from rongdun_agent.host import Host
from tests.agent.conftest import MakeHost
from tests.lab.missing import need_program


def test_a_merged_usr_hides_no_owner(make_host: MakeHost) -> None:
    """The kernel says /usr/bin/bash, the package says /bin/bash, and both are right."""
    host = make_host(
        {
            "/bin": {"symlink": "usr/bin"},
            "/usr/bin/bash": "",
            "/usr/bin/own": "",
            "/var/lib/dpkg/info/bash.list": "/.\n/bin\n/bin/bash\n",
            "/var/lib/dpkg/info/libc6:amd64.list": "/.\n/usr/bin/other\n/usr/bin/own\n",
        }
    )
    assert owners(host, ["/usr/bin/bash", "/usr/bin/own", "/usr/bin/bas", "/usr/local/bin/x"]) == {
        "/usr/bin/bash": "bash",
        "/usr/bin/own": "libc6",
        "/usr/bin/bas": None,
        "/usr/local/bin/x": None,
    }


def test_without_a_merged_usr_the_two_places_are_two_files(make_host: MakeHost) -> None:
    host = make_host({"/bin/bash": "", "/usr/bin/bash": "", "/var/lib/dpkg/info/bash.list": "/.\n/bin/bash\n"})
    assert owners(host, ["/usr/bin/bash", "/bin/bash"]) == {"/usr/bin/bash": None, "/bin/bash": "bash"}


def test_this_host_has_the_owners_that_dpkg_finds() -> None:
    need_program("dpkg", "dpkg")
    paths = [f"/usr/bin/{name}" for name in ("bash", "dpkg", "find", "python3.11", "ss", "tar", "mount")]
    paths = [path for path in paths if Path(path).exists()] + ["/usr/lib/systemd/systemd", "/usr/bin/env"]
    found = owners(Host(), paths)
    assert {path: _dpkg_says(path) for path in paths} == found
    assert any(found.values())


def _dpkg_says(path: str) -> str | None:
    for spelling in (path, path.removeprefix("/usr")):
        done = subprocess.run(["dpkg", "-S", spelling], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.splitlines()[-1].partition(":")[0]
    return None


def test_configuration_files_of_this_host_are_altered_where_dpkg_says_so() -> None:
    need_program("dpkg", "dpkg")
    said = subprocess.run(["dpkg-query", "-Wf", "${Conffiles}\\n"], capture_output=True, text=True, check=True).stdout
    paths = sorted({line.split()[0] for line in said.splitlines() if line.strip() and "obsolete" not in line})
    paths = [path for path in paths if Path(path).is_file()]
    verified = subprocess.run(["dpkg", "--verify"], capture_output=True, text=True, check=False).stdout
    altered = {line.split()[-1] for line in verified.splitlines() if "5" in line[:9]}
    found = unaltered(Host(), paths)
    assert len(paths) > 10
    assert {path for path in paths if found[path] is None} == altered & set(paths)


def test_an_answer_is_remembered_until_a_package_comes(make_host: MakeHost) -> None:
    """A watcher asks about the same listener every minute; one of no package is looked for in every list."""
    info = "/var/lib/dpkg/info"
    host = make_host({f"{info}/web.list": "/.\n/usr/bin/web\n", "/usr/bin/web": "", "/opt/own": ""})
    assert owners(host, ["/usr/bin/web", "/opt/own"]) == {"/usr/bin/web": "web", "/opt/own": None}
    host.on_disk(f"{info}/web.list").write_text("/.\n")  # in place: dpkg renames, which the directory's time shows
    assert owners(host.afresh(), ["/usr/bin/web"]) == {"/usr/bin/web": "web"}
    later = host.on_disk(info).stat().st_mtime + 5
    host.on_disk(f"{info}/own.list").write_text("/.\n/opt/own\n")
    os.utime(host.on_disk(info), (later, later))
    assert owners(host.afresh(), ["/usr/bin/web", "/opt/own"]) == {"/usr/bin/web": None, "/opt/own": "own"}


def test_what_dpkg_noted_is_remembered_and_the_files_are_looked_at_each_time(make_host: MakeHost) -> None:
    """A watcher asks again and again; an altered file is found although the books are as before."""
    noted = hashlib.md5(b"old\n", usedforsecurity=False).hexdigest()
    status = f"Package: web\nStatus: install ok installed\nConffiles:\n /etc/web {noted}\n\n"
    host = make_host({"/var/lib/dpkg/status": status, "/etc/web": "old\n"})
    assert unaltered(host, ["/etc/web"]) == {"/etc/web": "web"}
    host.on_disk("/etc/web").write_text("new\n")
    assert unaltered(host.afresh(), ["/etc/web"]) == {"/etc/web": None}
    upgraded = hashlib.md5(b"new\n", usedforsecurity=False).hexdigest()
    fresh = host.on_disk("/var/lib/dpkg/status-new")
    fresh.write_text(status.replace(noted, upgraded))
    fresh.rename(host.on_disk("/var/lib/dpkg/status"))
    assert unaltered(host.afresh(), ["/etc/web"]) == {"/etc/web": "web"}
