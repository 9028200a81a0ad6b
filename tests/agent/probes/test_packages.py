import os
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from rongdun_agent.dpkg import MalformedStatus
from rongdun_agent.host import Host
from rongdun_agent.probes import packages
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides

OPENSSH = """\
Package: openssh-server
Status: install ok installed
Architecture: amd64
Source: openssh
Version: 1:9.2p1-2+deb12u3
Conffiles:
 /etc/default/ssh 500e3cf069fe9a7b9936108eb9d9c035
Description: secure shell (SSH) server
 Package: not a field, for it is indented
"""


def stanza(name: str, status: str = "install ok installed", version: str = "1-1", **more: str) -> str:
    fields = {"Package": name, "Status": status, "Architecture": "amd64", "Version": version, **more}
    return "".join(f"{key}: {value}\n" for key, value in fields.items())


def test_a_package_names_its_source_where_advisories_would_not_find_it_otherwise(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/var/lib/dpkg/status": OPENSSH
            + "\n"
            + stanza("zlib1g", "hold ok installed", "1:1.2-1+b1", Source="zlib (1:1.2-1)")
        }
    )
    facts = packages.probe(host).facts
    assert [p.model_dump(exclude_none=True) for p in facts.installed] == [
        {"name": "openssh-server", "version": "1:9.2p1-2+deb12u3", "architecture": "amd64", "source": "openssh"},
        {
            "name": "zlib1g",
            "version": "1:1.2-1+b1",
            "architecture": "amd64",
            "source": "zlib",
            "source_version": "1:1.2-1",
        },
    ]
    assert (facts.manager, facts.database, facts.names) == ("dpkg", "status", ("openssh-server", "zlib1g"))


@pytest.mark.parametrize(
    ("status", "there", "configured"),
    [
        pytest.param("install ok installed", True, True, id="installed"),
        pytest.param("hold ok installed", True, True, id="held"),
        pytest.param("install ok triggers-pending", True, True, id="waiting for a trigger"),
        pytest.param("install ok unpacked", True, False, id="unpacked: its files can be run"),
        pytest.param("install ok half-configured", True, False, id="its configuration script failed"),
        pytest.param("install reinstreq half-installed", True, False, id="unpacking was interrupted"),
        pytest.param("install reinstreq installed", True, False, id="broken, to be installed again"),
        pytest.param("deinstall ok config-files", False, True, id="removed, its configuration left"),
        pytest.param("purge ok not-installed", False, True, id="purged"),
    ],
)
def test_what_counts_is_whether_files_are_there(
    make_host: MakeHost, *, status: str, there: bool, configured: bool
) -> None:
    """A half-configured telnetd can still be started; a removed one cannot."""
    host = make_host({"/var/lib/dpkg/status": stanza("telnetd", status) + "\n" + stanza("base-files")})
    facts = packages.probe(host).facts
    assert ("telnetd" in facts.names) is there
    assert facts.not_configured == (() if configured else ("telnetd",))


def test_the_journal_of_an_unfinished_run_is_newer_than_the_status_file(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/var/lib/dpkg/status": stanza("nginx", version="1.22-9") + "\n" + stanza("telnetd"),
            "/var/lib/dpkg/updates/0000": stanza("nginx", "install ok unpacked", "1.24-1"),
            "/var/lib/dpkg/updates/0001": stanza("nginx", "install ok half-configured", "1.24-1"),
            "/var/lib/dpkg/updates/0002": stanza("telnetd", "deinstall ok config-files"),
            "/var/lib/dpkg/updates/tmp.i": stanza("never-finished"),
        }
    )
    facts = packages.probe(host).facts
    assert [(p.name, p.version) for p in facts.installed] == [("nginx", "1.24-1")]
    assert facts.not_configured == ("nginx",)


def test_images_without_dpkg_keep_a_control_file_per_package(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/var/lib/dpkg/status.d/tzdata": "Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n",
            "/var/lib/dpkg/status.d/tzdata.md5sums": "d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/UTC\n",
            "/var/lib/dpkg/status.d/libc6": "Package: libc6\nSource: glibc\nVersion: 2.36-9\nArchitecture: amd64\n",
        }
    )
    assert packages.probe(host).facts.names == ("libc6", "tzdata")


@pytest.mark.parametrize(
    "status",
    [
        pytest.param("Status: install ok installed\nVersion: 1\n", id="a paragraph without a name"),
        pytest.param("Package: a\nStatus: install ok installed\n", id="installed, without a version"),
        pytest.param("Package: a\nStatus: installed\nVersion: 1\n", id="one word for a status"),
        pytest.param(OPENSSH + "\0" * 512 + stanza("b"), id="a page that was never written"),
    ],
)
def test_a_broken_database_is_an_error_and_not_a_host_without_packages(make_host: MakeHost, status: str) -> None:
    with pytest.raises(MalformedStatus, match="/var/lib/dpkg/status"):
        packages.probe(make_host({"/var/lib/dpkg/status": status}))


def test_a_host_without_a_package_database_says_so(make_host: MakeHost) -> None:
    facts = packages.probe(make_host({"/etc/os-release": "ID=alpine\n"})).facts
    assert (facts.manager, facts.installed, facts.names) == (None, (), ())


def test_the_last_change_is_the_newest_file_list_of_a_package_that_is_there(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/var/lib/dpkg/status": stanza("a") + "\n" + stanza("b") + "\n" + stanza("c", "deinstall ok config-files"),
            "/var/lib/dpkg/info/a.list": "/.\n",
            "/var/lib/dpkg/info/b:amd64.list": "/.\n",
            "/var/lib/dpkg/info/c.list": "/.\n",
        }
    )
    info = host.on_disk("/var/lib/dpkg/info")
    for name, day in (("a.list", 3), ("b:amd64.list", 14), ("c.list", 20)):
        seconds = datetime(2024, 5, day, 23, 30, tzinfo=UTC).timestamp()
        os.utime(info / name, (seconds, seconds))
    assert packages.probe(host).facts.last_changed_on == "2024-05-14"


def test_unsigned_sources_are_named_by_what_they_are_and_traced_to_their_line(make_host: MakeHost) -> None:
    """A comment above a line moves it: the facts must not change, only where they came from."""
    entry = "deb [trusted=yes] http://10.0.0.5/debian ./\n"
    before = packages.probe(make_host({"/var/lib/dpkg/status": stanza("a"), "/etc/apt/sources.list": entry}))
    after = packages.probe(make_host({"/etc/apt/sources.list": f"# internal\n{entry}"}))
    assert before.facts == after.facts
    assert before.facts.unsigned_sources == ("http://10.0.0.5/debian ./",)
    assert before.sources["unsigned_sources[0]"].where == "/etc/apt/sources.list:1"
    assert after.sources["unsigned_sources[0]"].where == "/etc/apt/sources.list:2"


def test_a_source_list_that_cannot_be_read_is_unknown(make_host: MakeHost) -> None:
    host = make_host({"/var/lib/dpkg/status": stanza("a"), "/etc/apt/sources.list": {"content": "", "mode": "0000"}})
    with without_overrides():
        facts = packages.probe(host).facts
    assert facts.unsigned_sources == Unknown(unknown="no permission")
    assert facts.names == ("a",)


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="needs dpkg-query: apt-get install dpkg")
def test_this_host_has_the_packages_that_dpkg_query_lists() -> None:
    fields = "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n"
    printed = subprocess.run(["dpkg-query", "-W", "-f", fields], capture_output=True, text=True, check=True).stdout
    there = [line.split() for line in printed.splitlines() if line.split()[0] not in ("config-files", "not-installed")]
    found = [
        [p.name, p.version, p.architecture, p.source or p.name, p.source_version or p.version]
        for p in packages.probe(Host()).facts.installed
    ]
    assert sorted(found) == sorted(words[1:] for words in there)


def test_two_runs_on_an_unchanged_host_agree() -> None:
    first, second = (packages.probe(Host()) for _ in range(2))
    assert seal("packages", first.facts, first.sources) == seal("packages", second.facts, second.sources)
