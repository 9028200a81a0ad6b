"""A clock is kept by the daemon that starts, with the servers that its own files name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import time_sync
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.time_sync import TimeSync
from tests.lab.roots import Root


def enabled(unit: str) -> dict[str, Any]:
    """A service that starts at boot."""
    return {
        f"/lib/systemd/system/{unit}": "[Service]\nExecStart=/usr/sbin/x\n[Install]\nWantedBy=multi-user.target\n",
        f"/etc/systemd/system/multi-user.target.wants/{unit}": {"symlink": f"/lib/systemd/system/{unit}"},
    }


def facts_of(host: Host) -> TimeSync:
    facts = time_sync.probe(host).facts
    assert isinstance(facts, TimeSync)
    return facts


@pytest.mark.parametrize(
    ("files", "servers"),
    [
        pytest.param(
            {"/etc/chrony/chrony.conf": "server a iburst\nPool b\npeer c # x\n"}, ("a", "b", "c"), id="three kinds"
        ),
        pytest.param({"/etc/chrony.conf": "server a\n"}, ("a",), id="Red Hat's place"),
        pytest.param({"/etc/chrony/chrony.conf": "#server a\n!server b\n%server c\n; server d\n"}, (), id="comments"),
        pytest.param(
            {
                "/etc/chrony/chrony.conf": "confdir /etc/chrony/conf.d\nsourcedir /etc/chrony/sources.d\n",
                "/etc/chrony/conf.d/x.conf": "server a\n",
                "/etc/chrony/conf.d/x.off": "server no\n",
                "/etc/chrony/sources.d/y.sources": "pool b\n",
                "/etc/chrony/sources.d/y.conf": "pool no\n",
            },
            ("a", "b"),
            id="directories",
        ),
        pytest.param(
            {
                "/etc/chrony/chrony.conf": "confdir /etc/chrony/a /etc/chrony/b\n",
                "/etc/chrony/a/x.conf": "server first\n",
                "/etc/chrony/b/x.conf": "server shadowed\n",
            },
            ("first",),
            id="one name in two directories",
        ),
        pytest.param(
            {"/etc/chrony/chrony.conf": "include /etc/chrony/*.inc\n", "/etc/chrony/z.inc": "server a\n"},
            ("a",),
            id="include with a pattern",
        ),
        pytest.param({"/etc/chrony/chrony.conf": "include /etc/chrony/chrony.conf\nserver a\n"}, ("a",), id="a loop"),
    ],
)
def test_chrony_asks_whom_its_files_name(make_host, files: dict[str, str], servers: tuple[str, ...]) -> None:
    facts = facts_of(make_host(files | enabled("chrony.service")))
    assert (facts.daemons, facts.servers) == (("chrony",), servers)


@pytest.mark.parametrize(
    ("files", "servers", "fallback"),
    [
        pytest.param({"/etc/systemd/timesyncd.conf": "[Time]\nNTP=a b\n"}, ("a", "b"), (), id="a list"),
        pytest.param(
            {"/etc/systemd/timesyncd.conf": "[Time]\n#NTP=a\nFallbackNTP=f\n"}, (), ("f",), id="fallback only"
        ),
        pytest.param({"/etc/systemd/timesyncd.conf": "NTP=a\n"}, (), (), id="outside the section"),
        pytest.param(
            {
                "/etc/systemd/timesyncd.conf": "[Time]\nNTP=a\n",
                "/etc/systemd/timesyncd.conf.d/x.conf": "[Time]\nNTP=b\n",
            },
            ("a", "b"),
            (),
            id="a drop-in adds",
        ),
        pytest.param(
            {
                "/etc/systemd/timesyncd.conf": "[Time]\nNTP=a\n",
                "/usr/lib/systemd/timesyncd.conf.d/x.conf": "[Time]\nNTP=\nNTP=b\n",
            },
            ("b",),
            (),
            id="a drop-in starts anew",
        ),
    ],
)
def test_timesyncd_is_read_with_its_drop_ins(
    make_host, files: dict[str, str], servers: tuple[str, ...], fallback: tuple[str, ...]
) -> None:
    facts = facts_of(make_host(files | enabled("systemd-timesyncd.service")))
    assert (facts.servers, facts.fallback_servers) == (servers, fallback)


def test_ntpd_leaves_out_the_machines_own_clock(make_host) -> None:
    host = make_host({"/etc/ntp.conf": "server -4 a iburst\nserver 127.127.1.0\n"} | enabled("ntpd.service"))
    assert facts_of(host).servers == ("a",)


def test_a_daemon_that_does_not_start_keeps_no_clock(make_host) -> None:
    """A well written chrony.conf proves nothing when nobody reads it."""
    units = {"/lib/systemd/system/chrony.service": "[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n"}
    facts = facts_of(make_host({"/etc/chrony/chrony.conf": "server a\n"} | units))
    assert (facts.daemons, facts.servers) == ((), ())


def test_the_place_of_each_server_is_told(make_host) -> None:
    host = make_host({"/etc/chrony/chrony.conf": "# x\nserver a\n"} | enabled("chrony.service"))
    assert time_sync.probe(host).sources["servers[0]"] == Source(where="/etc/chrony/chrony.conf:2")


def test_only_a_live_kernel_says_whether_its_clock_is_kept(make_host) -> None:
    assert facts_of(make_host({})).synchronized == Unknown(unknown="not a live host")
    assert facts_of(Host()).synchronized in (True, False, Unknown(unknown="undecided"))


CHRONY = "/etc/chrony/chrony.conf"
PACKAGES = (
    *("anacron", "at", "auditd", "chrony", "cron", "iptables", "kmod", "logrotate"),
    *("nftables", "openssh-server", "rsyslog"),
)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({CHRONY: "server a iburst\npool b maxsources 2\npeer c\n"}, id="all kinds"),
        pytest.param({CHRONY: "SERVER a\nPool b\n   server\tc\n"}, id="capitals and blanks"),
        pytest.param({CHRONY: "# server a\n! server b\n% server c\n; server d\n  server e\n"}, id="comments"),
        pytest.param(
            {
                CHRONY: "confdir /etc/chrony/conf.d\n",
                "/etc/chrony/conf.d/b.conf": "server b\n",
                "/etc/chrony/conf.d/a.conf": "server a\n",
                "/etc/chrony/conf.d/x.txt": "server x\n",
                "/etc/chrony/conf.d/.h.conf": "server h\n",
            },
            id="a directory",
        ),
        pytest.param(
            {
                CHRONY: "confdir /etc/c1 /etc/c2\n",
                "/etc/c1/a.conf": "server c1a\n",
                "/etc/c2/a.conf": "server c2a\n",
                "/etc/c2/b.conf": "server c2b\n",
            },
            id="two directories with one name",
        ),
        pytest.param(
            {CHRONY: "include /etc/chrony/*.inc\nserver z\n", "/etc/chrony/a.inc": "server a\n"}, id="included"
        ),
        pytest.param({CHRONY: "server a\r\nserver 2001:db8::1 prefer\n"}, id="Windows line ends and IPv6"),
    ],
)
def test_chronys_servers_are_those_that_chronyd_reads(
    make_host, tmp_path: Path, debian_root: Callable[..., Root], files: dict[str, str]
) -> None:
    """What chronyd prints after it read its own configuration is whom it will ask."""
    root = debian_root("bookworm", *PACKAGES)
    host = make_host(files | enabled("chrony.service"))
    inside = "mount -t tmpfs x /etc; cp -R /mnt/etc/. /etc; echo root:x:0:0::/:/bin/sh > /etc/passwd"
    inside += f"; chronyd -p -f {CHRONY}"
    shell = f"cd {root.path} && mount --bind {tmp_path}/host mnt && exec chroot . sh -c '{inside}'"
    said = Root(root.suite, Path("/")).run("sh", "-c", shell).stdout
    lines = [line.split() for line in said.splitlines() if line.strip()]
    asked = [words[1] for words in lines if words[0].lower() in ("server", "pool", "peer")]
    assert asked
    assert facts_of(host).servers == tuple(sorted(asked))
