"""Jobs as cron takes them: Debian's crontab(1) says which lines it accepts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rongdun_agent.crontabs.fields import are_valid
from rongdun_agent.host import Host
from rongdun_agent.probes import schedules
from rongdun_agent.redaction import redact
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.schedules import Job, Schedules, Timer
from tests.agent.conftest import MakeHost
from tests.lab.roots import Root

DEBIAN, CRONIE = {"/usr/sbin/cron": ""}, {"/usr/sbin/crond": ""}
EXECUTABLE = {"content": "#!/bin/sh\n", "mode": "0755"}
PACKAGES = (
    *("anacron", "at", "auditd", "chrony", "cron", "iptables", "kmod", "logrotate"),
    *("nftables", "openssh-server", "rsyslog"),
)
ETC, LIB = "/etc/systemd/system", "/usr/lib/systemd/system"
OWNED_BY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: files are to belong to root")


def _facts(host: Host) -> Schedules:
    facts = schedules.probe(host).facts
    assert isinstance(facts, Schedules)
    return facts


def _jobs(host: Host) -> list[tuple[str, str, str]]:
    jobs = _facts(host).jobs
    assert not isinstance(jobs, Unknown)
    return [(job.user, job.schedule, job.command) for job in jobs]


FIELDS = (
    *("* * * * *", "0 0 1 1 0", "59 23 31 12 7", "60 0 1 1 0", "0 24 1 1 0", "0 0 0 1 0", "0 0 32 1 0"),
    *("0 0 1 0 0", "0 0 1 13 0", "0 0 1 1 8", "1-5 * * * *", "5-1 * * * *", "*/15 * * * *", "*/0 * * * *"),
    *("1-10/2 * * * *", "1,2,3 * * * *", "1,,2 * * * *", ",1 * * * *", "* * * jan *", "* * * JAN-mar *"),
    *("* * * * mon", "* * * * mon-fri", "* * * * sun,sat", "* * * january *", "* jan * * *", "a * * * *"),
    *("-1 * * * *", "1- * * * *", "1.5 * * * *", "*2 * * * *", "* * * * 5-7", "007 * * * *", "1-60 * * * *"),
    *(
        "70-1 * * * *",
        "5/2 * * * *",
        "5/0 * * * *",
        "1-2x,99 * * * *",
        "1-5/x * * * *",
        "* * * * mon-2",
        "* * * jan2 *",
    ),
    *(
        "1~5 * * * *",
        "*/5,61 * * * *",
        "*/5,7 * * * *",
        "1-5/2/3 * * * *",
        "1-5-9 * * * *",
        "** * * * *",
        "*,1 * * * *",
    ),
)


def test_time_fields_are_those_that_crontab_accepts(debian_root: Callable[..., Root]) -> None:
    """One line that cron refuses makes Debian's cron ignore the whole file: then none of its jobs runs."""
    root = debian_root("bookworm", *PACKAGES)
    shell = "".join(f'echo "{fields} x" | crontab -n - >/dev/null 2>&1; echo $?; ' for fields in FIELDS)
    accepted = [status == "0" for status in root.run("sh", "-c", f"set -f; {shell}").stdout.split()]
    assert len(accepted) == len(FIELDS)
    found = {fields: are_valid(fields.split()) for fields in FIELDS}
    assert found == dict(zip(FIELDS, accepted, strict=True))


def test_crontabs_of_the_system_name_their_user(make_host: MakeHost) -> None:
    """Spaces, variables, comments and nicknames are all part of real crontabs."""
    text = (
        "SHELL=/bin/sh\nMAILTO = \"\"\n'A B' = c\n\n  # 1 * * * * root no\n"
        "17 *\t* * *   root    cd / && run-parts x\n"
        "@reboot\twww /srv/start --fast\n"
        "*/5 0-6,22 * jan mon-fri root a=b cmd %first line%second\n"
        r"0 0 * * * root date +\%F" + "\n"
    )
    assert _jobs(make_host(DEBIAN | {"/etc/crontab": text})) == [
        ("root", "17 * * * *", "cd / && run-parts x"),
        ("www", "@reboot", "/srv/start --fast"),
        ("root", "*/5 0-6,22 * jan mon-fri", "a=b cmd"),
        ("root", "0 0 * * *", "date +%F"),
    ]


@pytest.mark.parametrize(
    "text", ["* * * * * root a\n61 * * * * root b\n", "* * * * * root a\n@often root b\n", "* * * * * root a"]
)
def test_debians_cron_ignores_a_file_with_an_error(make_host: MakeHost, text: str) -> None:
    """What is ignored does not run; cronie leaves out the bad line only."""
    assert _jobs(make_host(DEBIAN | {"/etc/crontab": text})) == []
    assert _jobs(make_host(CRONIE | {"/etc/crontab": text})) == [("root", "* * * * *", "a")]


@pytest.mark.parametrize(
    ("name", "by_debian", "by_cronie"),
    [
        ("backup", True, True),
        ("backup_2-x", True, True),
        ("backup.sh", False, True),
        (".hidden", False, False),
        ("backup~", False, False),
        ("backup.rpmsave", False, False),
        ("backup.dpkg-old", False, True),
        ("#backup#", False, False),
    ],
)
def test_names_decide_what_counts(make_host: MakeHost, name: str, *, by_debian: bool, by_cronie: bool) -> None:
    """A job in a file whose name has a dot never runs on Debian, and does on Red Hat's relatives."""
    files = {f"/etc/cron.d/{name}": "* * * * * root x\n", f"/etc/cron.daily/{name}": EXECUTABLE}
    for dialect, counts in ((DEBIAN, by_debian), (CRONIE, by_cronie)):
        (program,) = dialect
        host = make_host(dialect | files)
        facts = _facts(host)
        assert (facts.jobs, facts.scripts) == (
            (
                (Job(file=f"/etc/cron.d/{name}", user="root", schedule="* * * * *", command="x"),),
                (f"/etc/cron.daily/{name}",),
            )
            if counts
            else ((), ())
        )
        host.on_disk(program).unlink()


def test_scripts_run_when_they_can_be_executed(make_host: MakeHost) -> None:
    host = make_host(
        DEBIAN
        | {
            "/etc/cron.daily/runs": EXECUTABLE,
            "/etc/cron.weekly/linked": {"symlink": "../cron.daily/runs"},
            "/etc/cron.monthly/not": {"content": "", "mode": "0644"},
            "/etc/cron.hourly/directory": {"dir": True},
            "/etc/cron.hourly/dangling": {"symlink": "/gone"},
        }
    )
    assert _facts(host).scripts == ("/etc/cron.daily/runs", "/etc/cron.weekly/linked")


@pytest.mark.parametrize("spool", ["/var/spool/cron/crontabs", "/var/spool/cron", "/var/spool/cron/tabs"])
def test_users_own_crontabs_have_no_user_field(make_host: MakeHost, spool: str) -> None:
    host = make_host(DEBIAN | {f"{spool}/alice": "# own\n5 4 * * * root x\n", f"{spool}/.x": "* * * * * y\n"})
    assert _jobs(host) == [("alice", "5 4 * * *", "root x")]


def test_anacron_runs_what_a_sleeping_machine_missed(make_host: MakeHost) -> None:
    table = "SHELL=/bin/sh\n1\t5\tcron.daily\tnice run-parts /etc/cron.daily\n@monthly 45 cron.monthly run-parts y\n"
    host = make_host({"/usr/sbin/anacron": "", "/etc/anacrontab": table})
    assert _jobs(host) == [
        ("root", "every 1 days", "nice run-parts /etc/cron.daily"),
        ("root", "@monthly", "run-parts y"),
    ]
    assert _jobs(make_host({})) != []  # the tree is the same; without the program the table is only text
    host.on_disk("/usr/sbin/anacron").unlink()
    assert _jobs(make_host({})) == []


def test_without_rights_the_spool_leaves_jobs_unknown(
    make_host: MakeHost, without_overrides: Callable[[], AbstractContextManager[None]]
) -> None:
    """Users' crontabs are closed to others: that is no sign that there are none."""
    host = make_host(
        DEBIAN
        | {
            "/etc/crontab": "* * * * * root x\n",
            "/var/spool/cron/crontabs/alice": "* * * * * x\n",
            "/var/spool/cron/crontabs": {"dir": True, "mode": "0000"},
            "/etc/cron.daily": {"dir": True, "mode": "0000"},
        }
    )
    with without_overrides():
        facts = _facts(host)
    refused = Unknown(unknown="no permission")
    assert (facts.jobs, facts.scripts, facts.writable_by_others) == (refused, refused, refused)
    assert facts.cron_access == "everyone"


@pytest.mark.parametrize(
    ("files", "cron", "at"),
    [
        pytest.param(DEBIAN, "everyone", None, id="Debian without lists"),
        pytest.param(CRONIE, "root only", None, id="cronie without lists"),
        pytest.param(DEBIAN | {"/etc/cron.allow": ""}, "listed users", None, id="an allow list, empty"),
        pytest.param(DEBIAN | {"/etc/cron.deny": "eve\n"}, "all but denied", None, id="a deny list"),
        pytest.param(DEBIAN | {"/etc/cron.deny": "", "/etc/cron.allow": "a\n"}, "listed users", None, id="both lists"),
        pytest.param({"/usr/bin/at": ""}, None, "root only", id="at without lists"),
        pytest.param({"/usr/bin/at": "", "/etc/at.deny": "eve\n"}, None, "all but denied", id="at with a deny list"),
        pytest.param({"/usr/bin/at": "", "/etc/at.allow": "a\n"}, None, "listed users", id="at with an allow list"),
        pytest.param({"/etc/cron.allow": "", "/etc/at.allow": ""}, None, None, id="neither is installed"),
    ],
)
def test_access_is_what_the_programs_grant(
    make_host: MakeHost, files: Mapping[str, Any], cron: str | None, at: str | None
) -> None:
    """The same missing files mean everyone on Debian and nobody on Red Hat's relatives."""
    facts = _facts(make_host(files))
    assert (facts.cron_access, facts.at_access) == (cron, at)
    assert (facts.cron_installed, facts.at_installed) == (cron is not None, at is not None)


def test_timers_that_the_next_boot_starts(make_host: MakeHost) -> None:
    """A timer that is only installed runs nothing; one that its package pulls in does."""
    installable = "[Install]\nWantedBy=timers.target\n"
    host = make_host(
        {
            f"{LIB}/on.timer": f"[Timer]\nOnCalendar=daily\nOnBootSec=5min\nUnit=work.service\n{installable}",
            f"{ETC}/timers.target.wants/on.timer": {"symlink": f"{LIB}/on.timer"},
            f"{ETC}/on.timer.d/o.conf": "[Timer]\nOnCalendar=\nOnCalendar=Sun 03:10\n",
            f"{LIB}/off.timer": f"[Timer]\nOnCalendar=daily\n{installable}",
            f"{LIB}/shipped.timer": "[Timer]\nOnUnitActiveSec=1d\n",
            f"{LIB}/timers.target.wants/shipped.timer": {"symlink": "../shipped.timer"},
        }
    )
    assert _facts(host).timers == (
        Timer(name="on.timer", activates="work.service", calendar=("Sun 03:10",), enabled=True),
        Timer(name="shipped.timer", activates="shipped.service", calendar=("OnUnitActiveSec=1d",), enabled=False),
    )


@OWNED_BY_ROOT
def test_what_root_runs_and_others_could_change(make_host: MakeHost) -> None:
    """A script in root's crontab that somebody else may edit makes that somebody root."""
    open_to_all = {"content": "#!/bin/sh\n", "mode": "0777"}
    host = make_host(
        DEBIAN
        | {
            "/etc/crontab": "* * * * * root test -x /opt/a && nice /opt/a >> /opt/log 2>&1; sh -c '/opt/b'\n",
            "/etc/cron.d/other": "* * * * * eve /opt/c\n",
            "/etc/cron.d/own": {"content": "* * * * * root /opt/closed\n", "owner": 1000},
            "/etc/cron.daily/d": open_to_all,
            "/opt/a": open_to_all,
            "/opt/b": open_to_all,
            "/opt/c": open_to_all,
            "/opt/log": {"content": "", "mode": "0777"},
            "/opt/closed": EXECUTABLE,
        }
    )
    assert _facts(host).writable_by_others == ("/etc/cron.d/own", "/etc/cron.daily/d", "/opt/a", "/opt/b")


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("mysqldump -u root -pS3cret db", "mysqldump -u root -p*** db"),
        ("mysqldump --password=S3cret db | gzip", "mysqldump --password=*** db | gzip"),
        ("mysqldump -u root -p 'x y'", "mysqldump -u root -p 'x y'"),
        ("PGPASSWORD=S3cret pg_dump x", "PGPASSWORD=*** pg_dump x"),
        ("curl -u admin:S3cret https://h/x", "curl -u admin:*** https://h/x"),
        ("curl https://bob:S3cret@h/x", "curl https://bob:***@h/x"),
        ("curl 'https://h/x?token=abc&y=1'", "curl 'https://h/x?token=***&y=1'"),
        ("curl -H 'Authorization: Bearer abcdef123456' https://h", "curl -H 'Authorization: ***' https://h"),
        ("curl -H Authorization:Basic\\ YWJjZGVm https://h", "curl -H Authorization:*** https://h"),
        ('curl -H "X-Api-Key: abc" https://h', 'curl -H "X-Api-Key: ***" https://h'),
        ("sshpass -p S3cret ssh h", "sshpass -p *** ssh h"),
        ("redis-cli -a S3cret ping", "redis-cli -a *** ping"),
        ("tool --api-key abc --fast", "tool --api-key *** --fast"),
        ('tool --token="a b" x', "tool --token=*** x"),
        ("AWS_SECRET_ACCESS_KEY=abc aws s3 ls", "AWS_SECRET_ACCESS_KEY=*** aws s3 ls"),
        ("push 0123456789abcdef0123456789abcdef now", "push *** now"),
        ("cd / && run-parts --report /etc/cron.daily", "cd / && run-parts --report /etc/cron.daily"),
        ("tar -cpf /srv/x.tar /etc", "tar -cpf /srv/x.tar /etc"),
    ],
)
def test_secrets_on_command_lines_never_become_facts(make_host: MakeHost, command: str, shown: str) -> None:
    """Facts travel to the collector and to screens; a password in a crontab must not."""
    assert redact(command) == shown
    assert _jobs(make_host(DEBIAN | {"/etc/crontab": f"* * * * * root {command}\n"}))[0][2] == shown


def test_sources_name_the_line(make_host: MakeHost) -> None:
    probed = schedules.probe(
        make_host(DEBIAN | {"/etc/crontab": "# one\n\n* * * * * root x\n", "/etc/cron.allow": "a\n"})
    )
    assert probed.sources["jobs[0]"].where == "/etc/crontab:3"
    assert probed.sources["cron_access"].where == "/etc/cron.allow"


def test_a_comment_changes_no_fact(make_host: MakeHost) -> None:
    before = schedules.probe(make_host(DEBIAN | {"/etc/crontab": "* * * * * root x\n"}))
    after = schedules.probe(make_host(DEBIAN | {"/etc/crontab": "# why\n\n* *  * * * root  x\n"}))
    assert seal("schedules", before.facts, {}).facts_digest == seal("schedules", after.facts, {}).facts_digest


def test_a_crontab_tells_the_package_that_brought_it(make_host: MakeHost) -> None:
    """Packages drop files into cron.d; a file that was altered since is as good as a local one."""
    text = "1 1 * * * root id\n"
    checksum = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    conffiles = f" /etc/cron.d/brought {checksum}\n /etc/cron.d/altered {'0' * 32}\n"
    host = make_host(
        {
            "/var/lib/dpkg/status": f"Package: p\nStatus: install ok installed\nVersion: 1\nConffiles:\n{conffiles}",
            **dict.fromkeys((f"/etc/cron.d/{name}" for name in ("altered", "brought", "local")), text),
        }
    )
    facts = schedules.probe(host).facts
    assert isinstance(facts, Schedules)
    assert not isinstance(facts.jobs, Unknown)
    assert {job.file.rpartition("/")[2]: job.package for job in facts.jobs} == {
        "altered": None,
        "brought": "p",
        "local": None,
    }
