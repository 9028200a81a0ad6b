"""Effective grants and settings; that a policy is read as sudo reads it is tried in test_sudo_oracle.py."""

import os
from collections.abc import Mapping
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import sudo
from rongdun_contract.documents import Source, seal
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.sudo import Grant, Sudo
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides

REFUSED = Unknown(unknown="no permission")


def _facts(host: Host) -> Sudo:
    facts = sudo.probe(host).facts
    assert isinstance(facts, Sudo)
    return facts


def _grants(make_host: MakeHost, text: str, files: Mapping[str, Any] | None = None) -> tuple[Grant, ...]:
    grants = _facts(make_host({"/etc/sudoers": text, **(files or {})})).grants
    assert isinstance(grants, tuple)
    return grants


def test_a_host_without_sudo_grants_nothing(make_host: MakeHost) -> None:
    """Rules about sudo do not apply then."""
    assert _facts(make_host({"/etc/passwd": ""})) == Sudo()


def test_the_version_is_read_from_the_program(make_host: MakeHost) -> None:
    """What sudo does by default depends on it; nothing is executed to learn it."""
    program = b"\x7fELF\x00sudo version %s\x00GLIBC_2.38\x001.9.13p3\x00.9.9\x00"
    facts = _facts(make_host({"/etc/sudoers": "", "/usr/bin/sudo": {"content": program, "mode": "4755"}}))
    assert (facts.installed, facts.version, facts.valid) == (True, "1.9.13p3", True)


def test_without_root_the_policy_is_unknown(make_host: MakeHost) -> None:
    """A closed sudoers file must not look like one that grants nothing."""
    host = make_host({"/etc/sudoers": {"content": "ALL ALL=NOPASSWD: ALL\n", "mode": "0000"}})
    with without_overrides():
        facts = _facts(host)
    assert facts.installed is True
    assert {facts.valid, facts.defaults, facts.scoped_defaults, facts.grants, facts.timestamp_timeout_s} == {REFUSED}


def test_a_closed_directory_of_the_policy_makes_all_of_it_unknown(make_host: MakeHost) -> None:
    """What is included may grant everything, or take back what the rest grants."""
    host = make_host(
        {
            "/etc/sudoers": "@includedir /etc/sudoers.d\nroot ALL=ALL\n",
            "/etc/sudoers.d/x": "",
            "/etc/sudoers.d": {"dir": True, "mode": "0000"},
        }
    )
    with without_overrides():
        assert _facts(host).grants == REFUSED


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        pytest.param("alice ALL=ALL\n", True, id="by default"),
        pytest.param("Defaults !authenticate\nalice ALL=ALL\n", False, id="nobody is asked"),
        pytest.param("Defaults !authenticate\nalice ALL=PASSWD: ALL\n", True, id="nobody but this one"),
        pytest.param("Defaults:alice !authenticate\nalice ALL=ALL\n", False, id="this user is not asked"),
        pytest.param("User_Alias A=alice\nDefaults:A !authenticate\nA ALL=ALL\n", False, id="an alias is not asked"),
        pytest.param("Defaults:bob !authenticate\nalice ALL=ALL\n", True, id="another user is not asked"),
        pytest.param("Defaults exempt_group=ops\n%ops ALL=ALL\n", False, id="an exempt group"),
        pytest.param("alice ALL=NOPASSWD: /bin/a, PASSWD: ALL\n", True, id="a tag in the middle of a list"),
    ],
)
def test_who_is_asked_for_a_password(make_host: MakeHost, text: str, asked: bool) -> None:
    """NOPASSWD is one of several ways not to be asked."""
    assert _grants(make_host, text)[-1].password_required is asked


def test_who_runs_as_whom(make_host: MakeHost) -> None:
    """Without parentheses it is root, or whom the Defaults name; empty ones mean oneself."""
    text = "Defaults runas_default=operator\na ALL=/bin/a\nb ALL=() /bin/b\nc ALL=(x:y) /bin/c\n"
    grants = _grants(make_host, text)
    assert [(grant.run_as_users, grant.run_as_groups) for grant in grants] == [
        (("operator",), ()),
        ((), ()),
        (("x",), ("y",)),
    ]


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Defaults lecture", None),
        ("Defaults timestamp_timeout=15", 900),
        ("Defaults timestamp_timeout=2.5", 150),
        ("Defaults timestamp_timeout=0", 0),
        ("Defaults !timestamp_timeout", 0),
        ("Defaults timestamp_timeout=-1", -1),
        ("Defaults timestamp_timeout=-0.5", -1),
        ("Defaults timestamp_timeout=soon", None),
    ],
)
def test_how_long_a_password_is_remembered(make_host: MakeHost, line: str, seconds: int | None) -> None:
    """A negative timeout never ends: an unattended terminal stays root's."""
    assert _facts(make_host({"/etc/sudoers": line + "\n"})).timestamp_timeout_s == seconds


def test_secrets_among_the_arguments_of_a_command_are_hidden(make_host: MakeHost) -> None:
    """The policy is closed to most; facts of it are shown to everyone who may see the host."""
    (grant,) = _grants(make_host, "lin ALL=/usr/bin/mysql --password\\=s3cret app\n")
    assert grant.command == "/usr/bin/mysql --password=*** app"


def test_places_are_told(make_host: MakeHost) -> None:
    """An operator has to find the line, in whichever file it stands."""
    probed = sudo.probe(
        make_host(
            {
                "/etc/sudoers": "Defaults use_pty\n\n@includedir /etc/sudoers.d\nDefaults !use_pty\noops\n",
                "/etc/sudoers.d/ops": "# ops\nOPS ALL = \\\n  NOPASSWD: ALL\nUser_Alias OPS = alice\n",
            }
        )
    )
    assert isinstance(probed.facts, Sudo)
    assert probed.facts.files == ("/etc/sudoers", "/etc/sudoers.d/ops")
    assert probed.facts.valid is False
    assert probed.sources["valid"] == Source(where="/etc/sudoers:5")
    assert probed.sources['defaults["use_pty"]'] == Source(where="/etc/sudoers:4", overrides=("/etc/sudoers:1",))
    assert probed.sources["grants[0]"] == Source(where="/etc/sudoers.d/ops:2")


@pytest.mark.skipif(os.geteuid() != 0, reason="root's own files are needed")
def test_a_program_that_others_can_change_is_seen(make_host: MakeHost) -> None:
    """Whoever can rewrite the script may run anything as root."""
    files = {
        "/opt/safe.sh": {"content": "", "mode": "0755"},
        "/opt/open.sh": {"content": "", "mode": "0777"},
        "/srv/drop": {"dir": True, "mode": "0777"},
        "/srv/drop/x.sh": {"content": "", "mode": "0755"},
    }
    text = "a ALL=/opt/safe.sh -x, /opt/open.sh, /srv/drop/x.sh, /opt/*.sh, ALL, !/opt/open.sh, /opt/\n"
    found = [(grant.command, grant.writable_by_others) for grant in _grants(make_host, text, files)]
    assert found == [
        ("/opt/safe.sh -x", False),
        ("/opt/open.sh", True),
        ("/srv/drop/x.sh", True),
        ("/opt/*.sh", None),
        ("ALL", None),
        ("!/opt/open.sh", None),
        ("/opt/", None),
    ]


def test_files_that_include_each_other_end(make_host: MakeHost) -> None:
    """Sudo gives up at some depth and complains; so do we, soon."""
    assert _facts(make_host({"/etc/sudoers": "root ALL=ALL\n@include /etc/sudoers\n"})).valid is False


def test_comments_change_no_facts(make_host: MakeHost) -> None:
    """A comment added to a file must not look like a change of the host."""
    sealed = []
    for note in ("", "# a note\n\n"):
        probed = sudo.probe(make_host({"/etc/sudoers": note + "Defaults use_pty\nroot ALL=ALL\nbroken\n"}))
        sealed.append(seal("sudo", probed.facts, probed.sources))
    assert sealed[0].facts_digest == sealed[1].facts_digest
    assert sealed[0].sources_digest != sealed[1].sources_digest
