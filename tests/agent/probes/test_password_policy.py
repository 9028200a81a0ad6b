"""Defaults for new accounts and sessions: numbers as shadow reads them, limits as pam_limits applies them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import password_policy
from rongdun_contract.documents import Source, seal
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.password_policy import LoginDefs, PasswordPolicy, ShellSession
from tests.agent.conftest import MakeHost
from tests.lab.covered import lay_out, run_covered
from tests.lab.rights import without_overrides
from tests.lab.roots import Root

TOOLS = ("sudo", "libpam-pwquality", "cracklib-runtime", "pamtester")
REFUSED, UNDECIDED = Unknown(unknown="no permission"), Unknown(unknown="undecided")
CLOSED: Mapping[str, Any] = {"content": "", "mode": "0000"}


def _facts(host: Host) -> PasswordPolicy:
    facts = password_policy.probe(host).facts
    assert isinstance(facts, PasswordPolicy)
    return facts


def test_an_empty_host_limits_nothing(make_host: MakeHost) -> None:
    """Absent is absent: a rule that wants a limit has to fail here."""
    assert _facts(make_host({})) == PasswordPolicy(
        login_defs=LoginDefs(),
        session=ShellSession(umask="0022"),
        root_path=("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"),
    )


def test_numbers_and_words_of_login_defs(make_host: MakeHost) -> None:
    """The line that counts is named, with the one that it hides."""
    probed = password_policy.probe(
        make_host(
            {
                "/etc/login.defs": "PASS_MAX_DAYS 99999\nPASS_MAX_DAYS\t90\nPASS_MIN_DAYS -1\nUMASK 27\n"
                'ENCRYPT_METHOD SHA512\nALWAYS_SET_PATH Yes\nFAIL_DELAY "4"\nLOGIN_TIMEOUT 60 # seconds\n',
                "/etc/default/useradd": "# INACTIVE=7\nINACTIVE=-1\nINACTIVE=30\nEXPIRE=\n",
            }
        )
    )
    facts = probed.facts
    assert isinstance(facts, PasswordPolicy)
    assert facts.login_defs == LoginDefs(
        maximum_days=90, encrypt_method="SHA512", umask="0027", fail_delay_s=4, always_set_path=True
    )
    assert (facts.useradd_inactive_days, facts.useradd_expires) == (30, None)
    assert probed.sources["login_defs.maximum_days"] == Source(
        where="/etc/login.defs:2", overrides=("/etc/login.defs:1",)
    )


def test_of_two_sessions_the_weaker_counts(make_host: MakeHost) -> None:
    """A timeout that root alone gets leaves everybody else at an open terminal."""
    session = _facts(
        make_host(
            {
                "/etc/login.defs": "USERGROUPS_ENAB yes\n",
                "/etc/profile": "if [ $UID -eq 0 ]; then TMOUT=300; umask 077; else umask 027; fi\nreadonly X\n",
            }
        )
    ).session
    assert isinstance(session, ShellSession)
    assert (session.timeout_s, session.timeout_readonly, session.umask) == (None, False, "0027")


def test_a_timeout_that_is_no_number_times_nothing_out(make_host: MakeHost) -> None:
    """The shell reads the digits that a value begins with, and takes nought for never."""
    for text, seconds in (("TMOUT=600s", 600), ("TMOUT=never", 0), ("TMOUT=-1", 0), ("TMOUT=", 0)):
        session = _facts(make_host({"/etc/profile": text + "\n"})).session
        assert isinstance(session, ShellSession)
        assert session.timeout_s == seconds


def test_files_that_are_closed_to_us_are_unknown(make_host: MakeHost) -> None:
    """Without the right to read, nothing is said about what the files say."""
    host = make_host(
        {
            "/etc/profile": "for i in /etc/profile.d/*.sh; do . $i; done\n",
            "/etc/profile.d/a.sh": CLOSED,
            "/etc/security/limits.conf": CLOSED,
            "/etc/ld.so.preload": CLOSED,
        }
    )
    with without_overrides():
        facts = _facts(host)
    assert (facts.session, facts.core_dumps_limited, facts.ld_so_preload, facts.root_path) == (REFUSED,) * 4


def test_root_may_have_files_of_its_own(make_host: MakeHost) -> None:
    """What root's own start-up files put into the path counts for root, and for nobody else."""
    files = {
        "/etc/profile": "PATH=/usr/bin\n",
        "/root/.bashrc": "PATH=$PATH:.:\n",
        "/root/.profile": ". ~/.bashrc\nTMOUT=5\n",
    }
    facts = _facts(make_host(files))
    assert facts.root_path == ("/usr/bin", ".", "")
    assert isinstance(facts.session, ShellSession)
    assert facts.session.timeout_s is None


def test_start_up_files_that_never_end_are_undecided(make_host: MakeHost) -> None:
    """A file that reads itself must not keep the agent busy."""
    facts = _facts(make_host({"/etc/profile": ". /etc/profile\n. /etc/profile\n"}))
    assert facts.session == UNDECIDED


def test_libraries_for_every_program_are_listed(make_host: MakeHost) -> None:
    """An entry here is a sign of an intruder; each is told with its line."""
    probed = password_policy.probe(make_host({"/etc/ld.so.preload": "# none\n/lib/a.so:/lib/b.so  /lib/c.so # x\n"}))
    assert isinstance(probed.facts, PasswordPolicy)
    assert probed.facts.ld_so_preload == ("/lib/a.so", "/lib/b.so", "/lib/c.so")
    assert probed.sources["ld_so_preload[2]"] == Source(where="/etc/ld.so.preload:2")


def test_comments_change_no_facts(make_host: MakeHost) -> None:
    """A comment added to a file must not look like a change of the host."""
    sealed = []
    for note in ("", "# a note\n\n"):
        files = {
            "/etc/login.defs": note + "PASS_MAX_DAYS 90\n",
            "/etc/profile": note + "TMOUT=600\n",
            "/etc/security/limits.conf": note + "* hard core 0\n",
        }
        probed = password_policy.probe(make_host(files))
        sealed.append(seal("password_policy", probed.facts, probed.sources))
    assert sealed[0].facts_digest == sealed[1].facts_digest
    assert sealed[0].sources_digest != sealed[1].sources_digest


@pytest.fixture(scope="session")
def tools_root(debian_root: Callable[..., Root]) -> Root:
    return debian_root("bookworm", *TOOLS)


DEFS = [
    pytest.param("PASS_MAX_DAYS 90\nPASS_MIN_DAYS 1\nPASS_WARN_AGE 14\n", id="plain"),
    pytest.param("PASS_MAX_DAYS 90\nPASS_MAX_DAYS 60\n", id="the last line wins"),
    pytest.param("PASS_MAX_DAYS 60 # days\n", id="a comment behind a number"),
    pytest.param("PASS_MAX_DAYS\t\t0x1e\nPASS_MIN_DAYS 010\n", id="other bases"),
    pytest.param('  PASS_MAX_DAYS   "45"  \n#PASS_MAX_DAYS 1\n', id="quotes and blanks"),
    pytest.param("PASS_MAX_DAYS=90\nPASS_MIN_DAYS = 3\n", id="an equals sign"),
    pytest.param("pass_max_days 90\n", id="lower case"),
    pytest.param("PASS_MAX_DAYS -1\nPASS_WARN_AGE 09\n", id="negative, and no octal number"),
    pytest.param("PASS_MAX_DAYS 90\r\nPASS_MIN_DAYS\n", id="CRLF, and a name alone"),
]


@pytest.mark.root
@pytest.mark.parametrize("text", DEFS)
def test_ages_agree_with_useradd(tools_root: Root, tmp_path: Path, text: str) -> None:
    """What useradd writes for a new account is what login.defs means, whatever it looks like."""
    tree = lay_out(
        tmp_path / "tree", {"/etc/login.defs": text, "/etc/default/useradd": "INACTIVE=35\nEXPIRE=2030-01-01\n"}
    )
    script = "useradd -u 1234 fresh >&2; grep ^fresh: /etc/shadow\n"
    fields = run_covered(tools_root, tree, script).strip().split(":")
    facts = _facts(Host(root=tree))
    defs = facts.login_defs
    ours = [defs.minimum_days, defs.maximum_days, defs.warning_days, facts.useradd_inactive_days]
    assert ["" if days is None else str(days) for days in ours] == fields[3:7]
    assert facts.useradd_expires == "2030-01-01"


LIMITS: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    "hard": {"/etc/security/limits.conf": "* hard core 0\n"},
    "both by a dash": {"/etc/security/limits.conf": "*\t-\tcore\t0 # none\n"},
    "soft only": {"/etc/security/limits.conf": "* soft core 0\n"},
    "a directory file takes it back": {
        "/etc/security/limits.conf": "* hard core 0\n",
        "/etc/security/limits.d/99-x.conf": "* hard core unlimited\n",
    },
    "a directory file sets it": {
        "/etc/security/limits.conf": "* hard core unlimited\n",
        "/etc/security/limits.d/20-x.conf": "* hard core 0\n",
    },
    "a file of another name is not read": {"/etc/security/limits.d/20-x.conf.bak": "* hard core 0\n"},
    "an account is let off before": {"/etc/security/limits.conf": "alice hard core 4096\n* hard core 0\n"},
    "a group is let off": {"/etc/security/limits.conf": "* hard core 0\n@staff hard core 4096\n"},
    "a comment": {"/etc/security/limits.conf": "#* hard core 0\n"},
}


@pytest.mark.root
@pytest.mark.parametrize("case", LIMITS)
def test_core_limits_agree_with_pam_limits(tools_root: Root, tmp_path: Path, case: str) -> None:
    """A hard limit is the only one that the account itself cannot raise again."""
    tree = lay_out(
        tmp_path / "tree",
        {
            "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:50::/:/bin/sh\n",
            "/etc/group": "root:x:0:\nstaff:x:50:alice\n",
            "/etc/shadow": "root:*:19000::::::\nalice:*:19000::::::\n",
            "/etc/pam.d/su": "auth sufficient pam_rootok.so\naccount required pam_permit.so\n"
            "session required pam_limits.so\n",
            "/etc/security/limits.conf": "",
            **LIMITS[case],
        },
    )
    printed = run_covered(tools_root, tree, "ulimit -Hc 999999; su alice -s /bin/bash -c 'ulimit -Hc'\n").strip()
    assert _facts(Host(root=tree)).core_dumps_limited is (printed == "0")


def test_directories_of_roots_path_that_others_may_fill_are_named(make_host) -> None:
    """Who can put a `ls` before the real one is root as soon as root looks around."""
    host = make_host(
        {
            "/etc/passwd": "root:x:0:0::/root:/bin/sh\nli:x:1000:1000::/home/li:/bin/sh\n",
            "/etc/group": "root:x:0:\nstaff:x:50:\nops:x:60:li\nli:x:1000:\n",
            "/etc/login.defs": "ENV_SUPATH PATH=/usr/sbin:/opt/open:/opt/staff:/opt/ops:/opt/li/bin:/tmp:bin\n",
            "/usr/sbin": {"dir": True, "mode": "0755"},
            "/opt/open": {"dir": True, "mode": "0757"},
            "/opt/staff": {"dir": True, "mode": "0775", "owner": 0, "group": 50},
            "/opt/ops": {"dir": True, "mode": "0775", "owner": 0, "group": 60},
            "/opt/li": {"dir": True, "mode": "0755", "owner": 1000, "group": 1000},
            "/opt/li/bin": {"dir": True, "mode": "0755"},
            "/tmp": {"dir": True, "mode": "1777"},
        }
    )
    facts = password_policy.probe(host).facts
    assert isinstance(facts, PasswordPolicy)
    assert facts.root_path_open == ("/opt/open", "/opt/ops", "/opt/li/bin", "/tmp")
