"""Accounts as libc, PAM and sshd see them; the judgement of each password field is what rules stand on."""

import os
import subprocess
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.local_accounts.authorized_keys import parse_authorized_keys
from rongdun_agent.probes import accounts
from rongdun_contract.documents import seal
from rongdun_contract.facts.accounts import Account, Accounts, Home, Login, Password
from rongdun_contract.facts.model import Unknown
from tests.agent.conftest import MakeHost
from tests.lab.missing import need_program
from tests.lab.rights import without_overrides

SHA512 = "$6$saltsalt$" + "a" * 86
YESCRYPT = "$y$j9T$" + "b" * 22 + "$" + "c" * 43
DES = "abJnggxhB/yWI"

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash
"""
GROUP = "root:x:0:\ndaemon:x:1:\nsudo:x:27:alice\nnogroup:x:65534:\nalice:x:1000:\n"


def _facts(host: Host) -> Accounts:
    facts = accounts.probe(host).facts
    assert isinstance(facts, Accounts)
    return facts


def _only(host: Host) -> Account:
    return _facts(host).users[0]


def _password(user: Account) -> Password:
    assert isinstance(user.password, Password)
    return user.password


def _home(user: Account) -> Home:
    assert isinstance(user.home_directory, Home)
    return user.home_directory


def test_accounts_carry_what_rules_ask_for(make_host: MakeHost) -> None:
    """Kinds, shells and groups decide which rules apply to whom."""
    facts = _facts(
        make_host({"/etc/passwd": PASSWD, "/etc/group": GROUP, "/etc/shadow": f"alice:{SHA512}:19000:1:90:7:30::\n"})
    )
    assert [(user.name, user.kind, user.login_shell) for user in facts.users] == [
        ("root", "root", True),
        ("daemon", "system", False),
        ("sync", "system", False),
        ("nobody", "system", False),
        ("alice", "regular", True),
    ]
    alice = facts.users[4]
    assert alice.groups == ("alice", "sudo")
    assert _password(alice).model_dump(exclude_none=True) == {
        "state": "usable",
        "algorithm": "sha512",
        "changed_on": "2022-01-08",
        "must_change": False,
        "minimum_days": 1,
        "maximum_days": 90,
        "warning_days": 7,
        "inactive_days": 30,
    }
    assert [(group.name, group.members) for group in facts.groups if group.members] == [
        ("root", ("root",)),
        ("daemon", ("daemon",)),
        ("sudo", ("alice",)),
        ("nogroup", ("nobody", "sync")),
        ("alice", ("alice",)),
    ]


@pytest.mark.parametrize(
    ("field", "state", "algorithm"),
    [
        pytest.param("", "empty", None, id="empty"),
        pytest.param("*", "disabled", None, id="star"),
        pytest.param("!", "disabled", None, id="bang without a hash"),
        pytest.param("!!", "disabled", None, id="never had a password, RHEL"),
        pytest.param("!*", "disabled", None, id="locked star"),
        pytest.param("*LK*", "disabled", None, id="word of Solaris"),
        pytest.param("x", "disabled", None, id="no hash at all"),
        pytest.param("!" + SHA512, "locked", "sha512", id="locked with a hash"),
        pytest.param("!!" + YESCRYPT, "locked", "yescrypt", id="locked twice"),
        pytest.param(SHA512, "usable", "sha512", id="sha512"),
        pytest.param("$6$rounds=500000$saltsalt$" + "a" * 86, "usable", "sha512", id="sha512 with rounds"),
        pytest.param("$5$saltsalt$" + "a" * 43, "usable", "sha256", id="sha256"),
        pytest.param(YESCRYPT, "usable", "yescrypt", id="yescrypt"),
        pytest.param("$gy$j9T$abc$def", "usable", "gost-yescrypt", id="gost yescrypt"),
        pytest.param("$7$CU..../....abc$def", "usable", "scrypt", id="scrypt"),
        pytest.param("$sm3$saltsalt$" + "a" * 43, "usable", "sm3", id="sm3"),
        pytest.param("$1$saltsalt$" + "a" * 22, "usable", "md5", id="md5"),
        pytest.param("$2y$10$" + "a" * 53, "usable", "bcrypt", id="bcrypt"),
        pytest.param("$2a$10$" + "a" * 53, "usable", "bcrypt", id="old bcrypt"),
        pytest.param(DES, "usable", "des", id="traditional DES"),
        pytest.param("_J9..rasmBYk8r9AiWNc", "usable", "des", id="extended DES of BSD"),
        pytest.param("abJnggxhB/yWIzz9WBnSBZKI", "usable", "des", id="bigcrypt"),
        pytest.param("{SSHA}c2FsdHNhbHQ=", "usable", "other", id="scheme of a directory"),
        pytest.param("$argon2id$v=19$m=65536", "usable", "other", id="algorithm that we do not know"),
        pytest.param("$6$", "disabled", None, id="prefix without a hash"),
    ],
)
def test_a_password_field_says_who_gets_in(make_host: MakeHost, field: str, state: str, algorithm: str | None) -> None:
    """`!` before a hash can be undone by passwd -u, `*` cannot, and empty opens the door: they must not be confused."""
    user = _only(
        make_host({"/etc/passwd": "u:x:1000:1000::/home/u:/bin/sh\n", "/etc/shadow": f"u:{field}:19000::::::\n"})
    )
    password = _password(user)
    assert (password.state, password.algorithm) == (state, algorithm)


@pytest.mark.parametrize(
    ("field", "state"),
    [("", "empty"), ("*", "disabled"), (SHA512, "unshadowed"), ("!" + SHA512, "locked")],
    ids=["empty", "star", "hash for all to read", "locked hash"],
)
def test_a_password_in_passwd_itself_is_seen(make_host: MakeHost, field: str, state: str) -> None:
    """Then shadow is not asked at all, whatever it says."""
    host = make_host(
        {"/etc/passwd": f"u:{field}:1000:1000::/home/u:/bin/sh\n", "/etc/shadow": f"u:{YESCRYPT}:19000::::::\n"}
    )
    assert _password(_only(host)).state == state


def test_an_account_without_a_shadow_line_has_no_password(make_host: MakeHost) -> None:
    """Nothing fits then; that is neither an empty password nor an unknown one."""
    assert (
        _only(make_host({"/etc/passwd": "u:x:1000:1000::/home/u:/bin/sh\n", "/etc/shadow": "v:*:1::::::\n"})).password
        is None
    )


def test_days_are_dates_and_zero_means_change_at_next_login(make_host: MakeHost) -> None:
    """An administrator who sets day 0 forces a change: that is no change in 1970."""
    user = _only(make_host({"/etc/passwd": "u:x:1:1::/:/bin/sh\n", "/etc/shadow": "u:*:0:-1:99999:::99999999999:\n"}))
    assert _password(user).model_dump(exclude_none=True) == {
        "state": "disabled",
        "must_change": True,
        "maximum_days": 99999,
        "expires_on": "9999-12-31",
    }


def test_doubles_and_strays_are_told(make_host: MakeHost) -> None:
    """A second UID 0 or a reused name is how a back door looks; both lines stay visible."""
    host = make_host(
        {
            "/etc/passwd": "root:x:0:0::/root:/bin/sh\ntoor:x:00:0::/root:/bin/sh\nroot:x:7:99::/:/bin/sh\n"
            "ghost:x:+0:0::/:/bin/sh\nfar:x:-1:0::/:\n",
            "/etc/group": "root:x:0:\nwheel:x:0:\nwheel:x:10:\n",
            "/etc/shadow": f"root:{SHA512}:1::::::\nroot::1::::::\n",
        }
    )
    facts = _facts(host)
    assert [user.uid for user in facts.users] == [0, 0, 7, 0, 4294967295]
    assert [user.kind for user in facts.users] == ["root", "root", "system", "root", "regular"]
    assert facts.duplicate_names == ("root",)
    assert facts.duplicate_uids == (0,)
    assert facts.duplicate_group_names == ("wheel",)
    assert facts.duplicate_gids == (0,)
    assert facts.missing_primary_gids == (99,)
    assert _password(facts.users[0]).state == "usable", "the first shadow line of a name is the one that counts"


def test_lines_that_are_no_entries_are_reported_not_swallowed(make_host: MakeHost) -> None:
    """Libc skips or half-reads them; an auditor has to see them, without their secrets."""
    probed = accounts.probe(
        make_host(
            {
                "/etc/passwd": "# comment\n\nbob:x:1001:1001\nnonsense\nmax:x:abc:1::/:/bin/sh\n+@admins::::::\n",
                "/etc/group": "+\n",
                "/etc/shadow": f"{SHA512}\nbob:{SHA512}:yesterday::::::\n",
            }
        )
    )
    facts = probed.facts
    assert isinstance(facts, Accounts)
    assert [user.name for user in facts.users] == ["bob"]
    assert facts.users[0].login_shell, "an empty shell field means /bin/sh"
    assert facts.malformed_lines == (
        "/etc/passwd: bob",
        "/etc/passwd: ?",
        "/etc/passwd: max",
        "/etc/shadow: ?",
        "/etc/shadow: bob",
    )
    assert probed.sources["malformed_lines[1]"].where == "/etc/passwd:4"
    assert facts.nis_lines == ("/etc/passwd", "/etc/group")
    assert "aaaa" not in facts.model_dump_json()


def test_uid_min_of_the_host_divides_people_from_services(make_host: MakeHost) -> None:
    """Older systems begin at 500; the host's own setting decides."""
    host = make_host({"/etc/passwd": "u:x:700:700::/:/bin/sh\n", "/etc/login.defs": "UID_MIN\t\t\t  500\n"})
    assert _only(host).kind == "regular"


def test_directory_services_are_named(make_host: MakeHost) -> None:
    """Accounts of a directory are not in these files, and the facts must say so."""
    probed = accounts.probe(
        make_host(
            {"/etc/nsswitch.conf": "group: files ldap\npasswd:  files [!NOTFOUND=return] sss systemd winbind # x\n"}
        )
    )
    facts = probed.facts
    assert isinstance(facts, Accounts)
    assert facts.directory_services == ("sss", "winbind")
    assert probed.sources["directory_services"].where == "/etc/nsswitch.conf:2"


def test_homes_tell_modes_owners_and_trust(make_host: MakeHost) -> None:
    """What others may write in a home is a way into the account."""
    owner = os.getuid()
    host = make_host(
        {
            "/etc/passwd": f"u:x:{owner}:0::/home/u:/bin/sh\nv:x:4711:0::/home/u:/bin/sh\n"
            "w:x:5:5::/none:/bin/sh\nx:x:6:6:::/bin/sh\n",
            "/home/u": {"dir": True, "mode": "0751"},
            "/home/u/.ssh": {"dir": True, "mode": "0770"},
            "/home/u/.ssh/authorized_keys": {"content": "", "mode": "0640"},
            "/home/u/.ssh/authorized_keys2": {"content": "", "mode": "0604"},
            "/home/u/.rhosts": "+ +\n",
        }
    )
    u, v, w, x = _facts(host).users
    assert _home(u).model_dump() == {
        "exists": True,
        "owner_matches": True,
        "mode": 0o751,
        "ssh_directory_mode": 0o770,
        "authorized_keys_mode": 0o644,
        "ssh_owner_matches": True,
        "trust_files": (".rhosts",),
    }
    assert _home(v).owner_matches is False
    assert _home(w).exists is False
    assert x.home_directory is None


def test_without_root_what_is_closed_is_unknown(make_host: MakeHost) -> None:
    """An unreadable shadow file must not make every account look as if it had no password."""
    host = make_host(
        {
            "/etc/passwd": "root:x:0:0::/root:/bin/sh\nu:*:1000:1000::/home/u:/bin/sh\n",
            "/etc/shadow": {"content": f"root:{SHA512}:1::::::\n", "mode": "0000"},
            "/root": {"dir": True},
            "/root/.ssh": {"dir": True, "mode": "0000"},
            "/root/.ssh/authorized_keys": "",
            "/home/u": {"dir": True, "mode": "0755"},
        }
    )
    with without_overrides():
        facts = _facts(host)
    root, u = facts.users
    refused = Unknown(unknown="no permission")
    assert root.password == refused
    assert root.authorized_keys == refused
    assert _home(root).authorized_keys_mode == refused
    assert _password(u).state == "disabled", "passwd itself says `*`, no need for shadow"
    assert u.authorized_keys == ()


def test_comments_change_no_facts(make_host: MakeHost) -> None:
    """A comment added to a file must not look like a change of the host."""
    before = accounts.probe(
        make_host({"/etc/passwd": PASSWD + "bad\n", "/etc/group": GROUP, "/etc/login.defs": "UID_MIN 1000\n"})
    )
    after = accounts.probe(
        make_host(
            {
                "/etc/passwd": "# note\n\n" + PASSWD + "bad\n",
                "/etc/group": "#\n" + GROUP,
                "/etc/login.defs": "# x\nUID_MIN 1000\n",
            }
        )
    )
    one, two = seal("accounts", before.facts, before.sources), seal("accounts", after.facts, after.sources)
    assert one.facts_digest == two.facts_digest
    assert one.sources_digest != two.sources_digest


@pytest.mark.parametrize(
    ("kind", "bits"),
    [("ed25519", None), ("rsa", "2048"), ("rsa", "3072"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521")],
)
def test_fingerprints_agree_with_ssh_keygen(tmp_path: Path, kind: str, bits: str | None) -> None:
    """An officer compares what we print with what ssh-keygen -l prints."""
    need_program("ssh-keygen", "openssh-client")
    key = tmp_path / "key"
    size = ["-b", bits] if bits else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", "who @ where", "-f", key], check=True)
    printed = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], check=True, capture_output=True, text=True).stdout
    line = parse_authorized_keys("/k", tuple(Path(f"{key}.pub").read_text().splitlines()))[0].key
    assert f"{line.bits} {line.fingerprint} {line.comment}" == printed.rpartition(" (")[0]


SSHD = {"/usr/sbin/sshd": b"\x7fELF OpenSSH_9.2p1 Debian-2+deb12u3\0"}


@pytest.mark.parametrize(
    ("config", "files"),
    [
        pytest.param("", ["/home/u/.ssh/authorized_keys"], id="the usual places"),
        pytest.param(
            "Include /etc/ssh/sshd_config.d/*.conf\n#AuthorizedKeysFile /x\n",
            ["/home/u/.ssh/authorized_keys"],
            id="as delivered",
        ),
        pytest.param("AuthorizedKeysFile /etc/ssh/keys/%u\n", ["/etc/ssh/keys/u"], id="a place of the administrator's"),
        pytest.param("AuthorizedKeysFile none\n", [], id="nowhere"),
        pytest.param(
            "AuthorizedKeysFile .ssh/authorized_keys\nMatch Group ops\nAuthorizedKeysFile /etc/ssh/keys/%u\n",
            ["/home/u/.ssh/authorized_keys", "/etc/ssh/keys/u"],
            id="another place for some",
        ),
    ],
)
def test_keys_are_sought_where_sshd_seeks_them(make_host: MakeHost, config: str, files: list[str]) -> None:
    """A key in a central directory lets people in as well as one at home; one that nobody reads does not."""
    host = make_host(
        {
            **SSHD,
            "/etc/ssh/sshd_config": config,
            "/etc/passwd": "u:x:1000:1000::/home/u:/bin/sh\n",
            "/home/u/.ssh/authorized_keys": KEY + "\n",
            "/etc/ssh/keys/u": KEY + " central\n",
        }
    )
    keys = _only(host).authorized_keys
    assert isinstance(keys, tuple)
    assert sorted(key.file for key in keys) == sorted(files)


def test_a_closed_daemon_configuration_hides_where_keys_are(make_host: MakeHost) -> None:
    """Where sshd_config is root's alone, nobody else can say which keys count."""
    host = make_host(
        {
            **SSHD,
            "/etc/ssh/sshd_config": {"content": "AuthorizedKeysFile /k\n", "mode": "0000"},
            "/etc/passwd": "u:x:1000:1000::/home/u:/bin/sh\n",
        }
    )
    with without_overrides():
        assert _only(host).authorized_keys == Unknown(unknown="no permission")


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2nHt5SGpDYwMDAw8P+rY6R3mUvCjK3mN2UXlMMB1nN"


@pytest.mark.parametrize(
    ("line", "options", "comment"),
    [
        pytest.param(KEY, (), None, id="bare"),
        pytest.param(f"  \t{KEY}   bob@site  ", (), "bob@site", id="blanks around"),
        pytest.param(
            f'no-pty,From="10.0.0.0/8,!10.1.1.1" {KEY} c d', ("no-pty", "from"), "c d", id="comma inside quotes"
        ),
        pytest.param(
            f'command="echo \\"hi, there\\" # x",restrict {KEY}',
            ("command", "restrict"),
            None,
            id="quotes inside quotes",
        ),
        pytest.param(f'environment="A=b c" {KEY}', ("environment",), None, id="blank inside quotes"),
        pytest.param(f'cert-authority,principals="a,b" {KEY}\r', ("cert-authority", "principals"), None, id="CRLF"),
    ],
)
def test_options_are_told_by_name(line: str, options: tuple[str, ...], comment: str | None) -> None:
    """`from=` and `command=` bind a key; their values may hold secrets and stay here."""
    (found,) = parse_authorized_keys("/k", (line,))
    assert (found.key.options, found.key.comment) == (options, comment)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# " + KEY,
        "ssh-rsa " + KEY.split()[1],
        "ssh-ed25519 not*base64",
        "1024 35 123456789",
        'command="x ' + KEY,
        "ssh-ed25519 AAAA",
    ],
    ids=["blank", "comment", "type unlike the blob", "no base64", "protocol 1", "quote never closed", "blob cut short"],
)
def test_lines_that_sshd_would_not_accept_grant_nothing(line: str) -> None:
    """A broken line is no key."""
    assert parse_authorized_keys("/k", (line,)) == ()


def test_each_key_of_each_account_is_a_row_that_surveys_can_be_compared_by(make_host: MakeHost) -> None:
    """The order of the lines is no news; losing the options that bound a key is."""
    passwd = "b:x:1001:1001::/home/b:/bin/sh\na:x:1000:1000::/home/a:/bin/sh\n"
    host = make_host(
        {
            "/etc/passwd": passwd,
            "/etc/group": "",
            "/home/a/.ssh/authorized_keys": f'restrict,command="x" {KEY}\n',
            "/home/b/.ssh/authorized_keys": f'no-pty {KEY}\nfrom="10.0.0.1" {KEY}\n',
        }
    )
    rows = [(row.user, row.file, row.restricted) for row in _facts(host).logins if isinstance(row, Login)]
    assert rows == [("a", "/home/a/.ssh/authorized_keys", True), ("b", "/home/b/.ssh/authorized_keys", False)]


def test_memberships_are_rows_primary_groups_included(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/etc/passwd": "a:x:1000:0::/home/a:/bin/sh\nb:x:1001:4242::/home/b:/bin/sh\n",
            "/etc/group": "root:x:0:\nsudo:x:27:b,a\n",
        }
    )
    rows = [(row.user, row.group, row.gid) for row in _facts(host).memberships]
    assert rows == [("a", "root", 0), ("a", "sudo", 27), ("b", "4242", 4242), ("b", "sudo", 27)]
