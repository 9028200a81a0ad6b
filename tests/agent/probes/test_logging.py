"""Records count as kept when they reach a file or another host, and stay as long as the first file that goes."""

from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import logging
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.logging import FOREVER_DAYS, Logging

DEBIAN = (
    'module(load="imuxsock")\n$FileCreateMode 0640\n$IncludeConfig /etc/rsyslog.d/*.conf\n'
    "auth,authpriv.*\t\t/var/log/auth.log\n*.*;auth,authpriv.none\t-/var/log/syslog\nkern.* -/var/log/kern.log\n"
    "*.emerg :omusrmsg:*\n"
)
RED_HAT = (
    'module(load="imuxsock" SysSock.Use="off")\n#include(file="/etc/x.conf")\n'
    "*.info;mail.none;authpriv.none;cron.none   /var/log/messages\nauthpriv.*  /var/log/secure\n"
    "cron.*  /var/log/cron\nmail.* -/var/log/maillog\n*.emerg :omusrmsg:*\n"
)


def host_of(make_host, rsyslog: str, more: dict[str, Any] | None = None) -> Host:
    host: Host = make_host({"/usr/sbin/rsyslogd": "", "/etc/rsyslog.conf": rsyslog} | (more or {}))
    return host


def facts_of(host: Host) -> Logging:
    facts = logging.probe(host).facts
    assert isinstance(facts, Logging)
    return facts


@pytest.mark.parametrize("text", [pytest.param(DEBIAN, id="Debian"), pytest.param(RED_HAT, id="Red Hat")])
def test_distributions_as_shipped_keep_what_matters(make_host, text: str) -> None:
    facts = facts_of(host_of(make_host, text))
    assert isinstance(facts.covered_facilities, tuple)
    assert {"auth", "authpriv", "cron", "daemon", "kern"} <= set(facts.covered_facilities)
    assert (facts.remote, facts.accepts_remote) == (False, False)


@pytest.mark.parametrize(
    ("line", "covered"),
    [
        pytest.param("cron.* /x", True, id="all priorities"),
        pytest.param("CRON.* /x", True, id="capitals"),
        pytest.param("*.info /x", True, id="every facility"),
        pytest.param("*.notice /x", False, id="too high"),
        pytest.param("cron.=info /x", True, id="exactly info"),
        pytest.param("cron.=err /x", False, id="exactly another"),
        pytest.param("*.*;cron.none /x", False, id="taken out"),
        pytest.param("cron.none;*.* /x", True, id="taken out too early"),
        pytest.param("*.*;cron.!notice /x", True, id="only the higher ones are taken out"),
        pytest.param("*.*;cron.!info /x", False, id="info and higher are taken out"),
        pytest.param("mail,cron.info /x", True, id="a list of facilities"),
        pytest.param("cron.* -/x", True, id="unsynchronised"),
        pytest.param("cron.* @loghost", True, id="another host"),
        pytest.param("cron.* root", False, id="a terminal keeps nothing"),
        pytest.param("cron.* |/run/pipe", False, id="a pipe keeps nothing"),
        pytest.param("# cron.* /x", False, id="a comment"),
        pytest.param("cron.* stop\ncron.* /x", False, id="discarded before"),
        pytest.param("cron.* ~\n*.* /x", False, id="discarded by the old word"),
        pytest.param("cron.err stop\ncron.* /x", True, id="only errors are discarded"),
        pytest.param("cron.* /x\n& stop", True, id="kept, then discarded"),
        pytest.param('cron.* action(type="omfile" file="/x")', True, id="an action"),
        pytest.param('cron.* {\n action(type="omfile"\n  file="/x")\n stop\n}', True, id="a block"),
        pytest.param('action(type="omfile" file="/x")', True, id="an action for everything"),
        pytest.param("/* cron.* /x\n*/ mail.* /x # cron.* /x", False, id="comments of both kinds"),
        pytest.param('ruleset(name="r") {\n cron.* /x\n}', False, id="a rule set that nothing uses"),
        pytest.param('template(name="t" type="string" string="#cron.* /x")', False, id="text in quotes"),
        pytest.param("$IncludeConfig /etc/more.conf", True, id="included"),
        pytest.param('include(file="/etc/more.d/" mode="optional")', True, id="a directory included"),
    ],
)
def test_a_facility_is_covered_when_its_records_are_kept(make_host, line: str, *, covered: bool) -> None:
    more = {"/etc/more.conf": "cron.* /x\n", "/etc/more.d/a.conf": "cron.* /x\n"}
    found = facts_of(host_of(make_host, line + "\n", more)).covered_facilities
    assert isinstance(found, tuple), found
    assert ("cron" in found) is covered


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("if $programname == 'cron' then stop\n*.* /x", id="a condition discards"),
        pytest.param("if $programname == 'x' then {\n *.* /y\n} else {\n stop\n}\n*.* /x", id="with an alternative"),
        pytest.param(':msg, contains, "x" stop\n*.* /x', id="a property filter"),
    ],
)
def test_conditions_leave_coverage_open(make_host, line: str) -> None:
    """They may take away exactly the record that will be asked for."""
    assert facts_of(host_of(make_host, line + "\n")).covered_facilities == Unknown(unknown="undecided")


@pytest.mark.parametrize(
    ("text", "remote", "encrypted"),
    [
        pytest.param("*.* @loghost", True, False, id="UDP"),
        pytest.param("*.* @@(o)[2001:db8::1]:6514", True, False, id="TCP to an address"),
        pytest.param("*.* :omrelp:loghost:20514", True, False, id="RELP"),
        pytest.param("mail.* @loghost", False, False, id="only mail"),
        pytest.param(
            "$DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n*.* @@loghost:6514",
            True,
            True,
            id="TLS, old words",
        ),
        pytest.param(
            '*.* action(type="omfwd" target="h" protocol="tcp" streamDriver="ossl" streamDriverMode="1")',
            True,
            True,
            id="TLS, new words",
        ),
        pytest.param(
            '*.* action(type="omfwd" target="h" protocol="tcp" StreamDriverMode="1")', True, False, id="no driver"
        ),
    ],
)
def test_records_that_leave_the_host(make_host, text: str, *, remote: bool, encrypted: bool) -> None:
    facts = facts_of(host_of(make_host, text + "\n"))
    assert (facts.remote, facts.remote_encrypted) == (remote, encrypted)


@pytest.mark.parametrize(
    ("text", "accepts"),
    [
        pytest.param('module(load="imtcp")', False, id="loaded, nothing opened"),
        pytest.param('module(load="imtcp")\ninput(type="imtcp" port="514")', True, id="opened"),
        pytest.param("$ModLoad imudp\n$UDPServerRun 514", True, id="opened in old words"),
        pytest.param("#$UDPServerRun 514", False, id="a comment"),
    ],
)
def test_a_port_is_open_when_an_input_opens_it(make_host, text: str, *, accepts: bool) -> None:
    assert facts_of(host_of(make_host, text + "\n")).accepts_remote is accepts


MONTHLY = {"/etc/logrotate.conf": "weekly\nrotate 4\ninclude /etc/logrotate.d\n"}


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        pytest.param("/var/log/syslog {\n}\n", 28, id="the defaults of the main file"),
        pytest.param("/var/log/syslog {\n rotate 26\n}\n", 182, id="26 weeks"),
        pytest.param("/var/log/syslog\n/var/log/mail\n{\n daily\n rotate 200\n}\n", 200, id="names on several lines"),
        pytest.param("/var/log/sys* {\n monthly\n rotate 6\n}\n", 180, id="a pattern"),
        pytest.param('"/var/log/syslog" {\nrotate 52\nmaxage 30\n}\n', 30, id="removed by age"),
        pytest.param("/var/log/syslog {\n rotate -1\n}\n", FOREVER_DAYS, id="never removed"),
        pytest.param("/var/log/syslog {\n size 10M\n rotate 99\n}\n", Unknown(unknown="undecided"), id="by size"),
        pytest.param(
            "/var/log/syslog {\n maxsize 10M\n rotate 99\n}\n", Unknown(unknown="undecided"), id="earlier by size"
        ),
        pytest.param("/var/log/syslog {\n minsize 1M\n rotate 26\n}\n", 182, id="later by size"),
        pytest.param("/var/log/syslog {\n postrotate\n rotate 1\n }\n endscript\n rotate 26\n}\n", 182, id="a script"),
        pytest.param("/var/log/other {\n rotate 1\n}\n", FOREVER_DAYS, id="nothing rotates it"),
        pytest.param("/var/log/syslog {\n rotate 0\n}\n", 0, id="removed at once"),
    ],
)
def test_a_log_stays_as_long_as_its_entry_says(make_host, entry: str, days: object) -> None:
    host = host_of(make_host, "*.* /var/log/syslog\n", MONTHLY | {"/etc/logrotate.d/rsyslog": entry})
    assert facts_of(host).system_log_keeps_days == days


def test_the_first_file_that_goes_decides(make_host) -> None:
    entries = (
        "/var/log/auth.log {\n rotate 52\n}\n/var/log/syslog {\n rotate 4\n}\n/var/log/kern.log {\n rotate 52\n}\n"
    )
    host = host_of(make_host, DEBIAN, MONTHLY | {"/etc/logrotate.d/rsyslog": entries})
    assert facts_of(host).system_log_keeps_days == 28
    assert logging.probe(host).sources["system_log_keeps_days"] == Source(where="/etc/logrotate.d/rsyslog:4")


def test_files_with_taboo_endings_are_left_out(make_host) -> None:
    entries = {"/etc/logrotate.d/rsyslog.dpkg-old": "/var/log/syslog {\n rotate 1\n}\n"}
    host = host_of(make_host, "*.* /var/log/syslog\n", MONTHLY | entries)
    assert facts_of(host).system_log_keeps_days == FOREVER_DAYS


def test_login_records_count_where_they_are_kept(make_host) -> None:
    assert facts_of(make_host({})).login_records_keep_days is None
    entry = MONTHLY | {"/etc/logrotate.d/wtmp": "/var/log/wtmp {\n monthly\n rotate 1\n}\n", "/var/log/wtmp": ""}
    assert facts_of(make_host(entry)).login_records_keep_days == 30


@pytest.mark.parametrize(
    ("files", "persistent"),
    [
        pytest.param({}, False, id="automatic, without a directory"),
        pytest.param({"/var/log/journal": {"dir": True}}, True, id="automatic, with its directory"),
        pytest.param({"/etc/systemd/journald.conf": "[Journal]\nStorage=persistent\n"}, True, id="asked for"),
        pytest.param(
            {
                "/etc/systemd/journald.conf": "[Journal]\nStorage=persistent\n",
                "/etc/systemd/journald.conf.d/x.conf": "[Journal]\nStorage=volatile\n",
            },
            False,
            id="a drop-in takes it back",
        ),
        pytest.param({"/etc/systemd/journald.conf": "[Journal]\n#Storage=persistent\n"}, False, id="a comment"),
    ],
)
def test_the_journal_is_persistent_when_it_is_on_disk(make_host, files: dict[str, Any], *, persistent: bool) -> None:
    assert facts_of(make_host({"/lib/systemd/systemd-journald": ""} | files)).journal.persistent is persistent


def test_a_configuration_that_may_not_be_read_is_unknown(make_host, without_overrides) -> None:
    host = host_of(make_host, "", {"/etc/rsyslog.conf": {"content": DEBIAN, "mode": "0000"}})
    with without_overrides():
        facts = facts_of(host)
    assert facts.covered_facilities == facts.targets == Unknown(unknown="no permission")


def test_a_comment_changes_no_facts(make_host) -> None:
    before = facts_of(host_of(make_host, DEBIAN))
    after = facts_of(host_of(make_host, "# words\n" + DEBIAN.replace("kern.*", "# more\nkern.*")))
    assert before == after


def test_a_closed_log_directory_leaves_what_is_in_it_unknown(make_host, without_overrides) -> None:
    """The configuration can be read all the same; only what lies in /var/log cannot be told."""
    closed = {"/usr/lib/systemd/systemd-journald": "", "/var/log": {"dir": True, "mode": "0000"}}
    host = host_of(make_host, DEBIAN, closed)
    with without_overrides():
        facts = facts_of(host)
    assert isinstance(facts.covered_facilities, tuple)
    refused = Unknown(unknown="no permission")
    assert (facts.journal.persistent, facts.login_records_keep_days) == (refused, refused)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        pytest.param("*.* /x", 0o644, id="the built-in mode"),
        pytest.param("$FileCreateMode 0640\n*.* /x", 0o640, id="set before"),
        pytest.param("*.* /x\n$FileCreateMode 0640", 0o644, id="set too late"),
        pytest.param("$FileCreateMode 0600\nmail.* /x\n$FileCreateMode 0640\n*.* /y", 0o640, id="the widest counts"),
        pytest.param('$FileCreateMode 0640\n*.* action(type="omfile" file="/x")', 0o644, id="new style heeds it not"),
        pytest.param(
            'module(load="builtin:omfile" fileCreateMode="0600")\n*.* action(type="omfile" file="/x")',
            0o600,
            id="the module's mode",
        ),
        pytest.param(
            'module(load="builtin:omfile" fileCreateMode="0600")\n*.* /x', 0o644, id="old style heeds no module"
        ),
        pytest.param('*.* action(type="omfile" file="/x" fileCreateMode="0640")', 0o640, id="the action's mode"),
        pytest.param("*.* @loghost", None, id="no file at all"),
    ],
)
def test_the_mode_of_new_files_is_the_widest_that_some_file_gets(make_host, text: str, mode: int | None) -> None:
    """A directive that stands after the actions looks right and changes nothing."""
    assert facts_of(host_of(make_host, text)).file_create_mode == mode


def test_the_mode_of_new_files_is_undecided_where_conditions_hide_actions(make_host) -> None:
    text = '$FileCreateMode 0640\nif $msg contains "x" then /x\n*.* /y'
    assert facts_of(host_of(make_host, text)).file_create_mode == Unknown(unknown="undecided")
