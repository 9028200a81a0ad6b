"""Last logins and failures, from records that real programs write, and from those of other architectures."""

import base64
import sqlite3
import struct
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import logins
from rongdun_contract.facts.logins import Login, Logins
from rongdun_contract.facts.model import Unknown
from tests.agent.conftest import MakeHost
from tests.lab.covered import lay_out, run_covered
from tests.lab.rights import without_overrides
from tests.lab.roots import Root, Suite

TOOLS = ("sudo", "libpam-pwquality", "cracklib-runtime", "pamtester")
PASSWD = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n"
AT, TEXT = 1_750_000_000, "2025-06-15T15:06:40Z"
REFUSED, UNDECIDED = Unknown(unknown="no permission"), Unknown(unknown="undecided")


def _narrow(kind: int, user: str, host: str = "", at: int = AT) -> bytes:
    """A record as x86 has it."""
    fields = (kind, 4711, b"pts/0", b"ts/0", user.encode(), host.encode(), 0, 0, 1, at, 0, b"", b"")
    return struct.pack("<hxxi32s4s32s256shhiii16s20s", *fields)


def _wide(kind: int, user: str, host: str = "", at: int = AT) -> bytes:
    """A record as arm64 has it."""
    fields = (kind, 4711, b"pts/0", b"ts/0", user.encode(), host.encode(), 0, 0, 1, at, 0, b"", b"")
    return struct.pack("<hxxi32s4s32s256shhqqq16s20sxxxx", *fields)


def _lastlog(uid: int, at: int, host: str, *, wide: bool = False) -> bytes:
    record = struct.Struct("<q32s256s" if wide else "<i32s256s")
    return bytes(record.size * uid) + record.pack(at, b"pts/0", host.encode())


def _logins(host: Host) -> Mapping[str, Login]:
    facts = logins.probe(host).facts
    assert isinstance(facts, Logins)
    assert isinstance(facts.accounts, tuple)
    return {login.account: login for login in facts.accounts}


def _host(make_host: MakeHost, files: Mapping[str, Any]) -> Mapping[str, Login]:
    return _logins(make_host({"/etc/passwd": PASSWD, **files}))


def test_without_records_nobody_can_tell(make_host: MakeHost) -> None:
    """No record of logins is not the same as no login: an idle account could not be found."""
    assert _host(make_host, {})["alice"] == Login(account="alice", last_at=UNDECIDED)


def test_lastlog_knows_numbers(make_host: MakeHost) -> None:
    """The file is sparse; who has no record in it never came in."""
    found = _host(make_host, {"/var/log/lastlog": _lastlog(1000, AT, "10.1.2.3"), "/var/log/btmp": ""})
    assert found["alice"] == Login(account="alice", last_at=TEXT, last_from="10.1.2.3", source="lastlog", failures=0)
    assert found["root"] == Login(account="root", failures=0)
    assert found["bob"] == Login(account="bob", failures=0)


@pytest.mark.parametrize("record", [_narrow, _wide], ids=["x86", "arm64"])
def test_wtmp_and_btmp_of_either_shape(make_host: MakeHost, record: Callable[..., bytes]) -> None:
    """A disk image may come from another architecture than the one that reads it."""
    wtmp = record(2, "reboot") + record(7, "alice", "h1", AT - 9) + record(7, "alice", "h2") + record(8, "", at=AT + 9)
    btmp = record(6, "alice") * 3 + record(6, "nobody-we-know") + record(6, "bob")
    found = _host(make_host, {"/var/log/wtmp": wtmp, "/var/log/btmp": btmp})
    assert found["alice"] == Login(account="alice", last_at=TEXT, last_from="h2", source="wtmp", failures=3)
    assert found["bob"] == Login(account="bob", failures=1)


def test_the_last_of_all_records_counts(make_host: MakeHost) -> None:
    """Programs write one record or the other; the newest says when somebody was here."""
    files = {"/var/log/lastlog": _lastlog(1000, AT - 100, "old"), "/var/log/wtmp": _narrow(7, "alice", "new")}
    assert _host(make_host, files)["alice"].last_from == "new"
    files = {"/var/log/lastlog": _lastlog(1000, AT, "new"), "/var/log/wtmp": _narrow(7, "alice", "old", AT - 100)}
    assert _host(make_host, files)["alice"].source == "lastlog"


def test_wide_lastlog(make_host: MakeHost) -> None:
    """Where times have 64 bits, records are longer."""
    assert _host(make_host, {"/var/log/lastlog": _lastlog(1001, AT, "h", wide=True)})["bob"].last_at == TEXT


def test_a_closed_record_may_know_better(make_host: MakeHost) -> None:
    """Without the right to read, neither a login nor its absence is certain."""
    closed = {"content": _narrow(7, "alice"), "mode": "0000"}
    host = make_host(
        {
            "/etc/passwd": PASSWD,
            "/var/log/lastlog": _lastlog(1000, AT, ""),
            "/var/log/wtmp": closed,
            "/var/log/btmp": closed,
        }
    )
    with without_overrides():
        assert _logins(host)["alice"] == Login(account="alice", last_at=REFUSED, failures=REFUSED)


def test_only_the_end_of_a_large_file_is_read(make_host: MakeHost) -> None:
    """A server under attack has a btmp of gigabytes; the newest records are at its end."""
    wtmp = _narrow(7, "bob", "early") + _narrow(8, "") * 30_000 + _narrow(7, "alice", "late")
    found = _host(make_host, {"/var/log/wtmp": wtmp})
    assert (found["alice"].last_at, found["bob"].last_at) == (TEXT, None)


def test_a_file_cut_short_is_read_as_far_as_it_goes(make_host: MakeHost) -> None:
    """A full disk leaves half a record at the end."""
    assert _host(make_host, {"/var/log/wtmp": _narrow(7, "alice") * 3 + b"\x07"})["alice"].last_at == TEXT


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_lastlog2(make_host: MakeHost, tmp_path: Path, journal: str) -> None:
    """Debian 13 keeps logins in a database; its write-ahead log may hold the newest."""
    host = make_host({"/etc/passwd": PASSWD, "/var/lib/lastlog": {"dir": True}})
    path = tmp_path / "host/var/lib/lastlog/lastlog2.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("CREATE TABLE Lastlog2(Name TEXT, Time INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT)")
        connection.execute("INSERT INTO Lastlog2 VALUES('alice', ?, 'pts/0', '10.0.0.7', 'sshd')", (AT,))
        connection.commit()
        assert _logins(host)["alice"] == Login(account="alice", last_at=TEXT, last_from="10.0.0.7", source="lastlog2")
        assert _logins(host)["bob"] == Login(account="bob")


def test_wtmpdb(make_host: MakeHost, tmp_path: Path) -> None:
    """Its times are in microseconds, and each login is a row."""
    host = make_host({"/etc/passwd": PASSWD, "/var/lib/wtmpdb": {"dir": True}})
    with closing(sqlite3.connect(tmp_path / "host/var/lib/wtmpdb/wtmp.db")) as connection:
        connection.execute("CREATE TABLE wtmp(ID INTEGER, Type INTEGER, User TEXT, Login INTEGER, RemoteHost TEXT)")
        moments = ((1, 3, "alice", AT - 50, "a"), (2, 3, "alice", AT, "b"), (3, 1, "bob", AT, "c"))
        rows = [(number, kind, user, at * 1_000_000, origin) for number, kind, user, at, origin in moments]
        connection.executemany("INSERT INTO wtmp(ID, Type, User, Login, RemoteHost) VALUES(?, ?, ?, ?, ?)", rows)
        connection.commit()
    found = _logins(host)
    assert found["alice"] == Login(account="alice", last_at=TEXT, last_from="b", source="wtmpdb")
    assert found["bob"] == Login(account="bob")


def test_a_broken_database_is_an_error_not_an_absence(make_host: MakeHost) -> None:
    """What cannot be read may hold a login."""
    found = _host(make_host, {"/var/lib/lastlog/lastlog2.db": "this is no database at all, but long enough" * 99})
    assert found["alice"].last_at == Unknown(unknown="error")


LOG_IN = """
touch /var/log/wtmp /var/log/lastlog
for user in root alice; do
  pamtester -I tty=pts/7 -I rhost=192.0.2.7 visit $user open_session >/dev/null 2>&1
done
cat $FILE | base64 -w0
"""


WRITERS: tuple[tuple[Suite, str, str, str], ...] = (
    ("bookworm", "pam_lastlog.so", "/var/log/lastlog", "lastlog"),
    ("bookworm", "pam_lastlog.so", "/var/log/wtmp", "wtmp"),
    ("trixie", "pam_lastlog2.so", "/var/lib/lastlog/lastlog2.db", "lastlog2"),
)


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize("writer", WRITERS, ids=[f"{suite} {source}" for suite, _, _, source in WRITERS])
def test_records_of_real_logins(
    debian_root: Callable[..., Root], tmp_path: Path, writer: tuple[Suite, str, str, str]
) -> None:
    """What PAM writes at a login is found again, by the name or number of the one who came in."""
    suite, module, path, source = writer
    root = debian_root(suite, *TOOLS, *(("libpam-lastlog2", "lastlog2") if suite == "trixie" else ()))
    tree = lay_out(tmp_path / "tree", {"/etc/passwd": PASSWD, "/etc/pam.d/visit": f"session required {module}\n"})
    printed = run_covered(root, tree, LOG_IN.replace("$FILE", path))
    place = Path(f"{tree}{path}")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(base64.b64decode(printed))
    found = _logins(Host(root=tree))
    for name in ("root", "alice"):
        assert (found[name].source, found[name].last_from) == (source, "192.0.2.7")
        assert isinstance(found[name].last_at, str)
    assert found["bob"].last_at is None


@pytest.mark.root
def test_our_records_are_those_that_last_reads(debian_root: Callable[..., Root], tmp_path: Path) -> None:
    """The records of these tests are made by hand; lastb of the root agrees about what they say."""
    root = debian_root("bookworm", *TOOLS)
    tree = lay_out(tmp_path / "tree", {"/etc/passwd": PASSWD, "/var/log/btmp": _narrow(6, "alice", "192.0.2.9") * 2})
    wanted = "alice *pts/0 *192.0.2.9 *Sun Jun 15 15:06:40 2025"
    printed = run_covered(root, tree, f"TZ=UTC lastb -F -f /var/log/btmp | grep -c '{wanted}'\n")
    assert printed.strip() == "2"
    assert _logins(Host(root=tree))["alice"].failures == 2


SHADOW = "root:$6$s$h:19000::::::\nalice:$6$s$h:20000::::::\nbob:*:20000::::::\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE6FfgM3VhyDXNyz0TJ8lT3UyM4HpVfD5KmtkUgUtQGb x\n"


@pytest.mark.parametrize(
    ("files", "since"),
    [
        pytest.param({"/etc/shadow": SHADOW}, TEXT, id="the login is the later one"),
        pytest.param({"/etc/shadow": SHADOW.replace("20000", "20400")}, "2025-11-08", id="the password is"),
        pytest.param({"/etc/shadow": SHADOW.replace("alice:$6$s$h", "alice:!")}, None, id="nobody can come in"),
        pytest.param({"/etc/shadow": SHADOW.replace("alice:$6$s$h:20000", "alice:$6$s$h:")}, TEXT, id="no date"),
        pytest.param(
            {"/etc/shadow": SHADOW.replace("alice:$6$s$h", "alice:!"), "/.ssh/authorized_keys": KEY},
            TEXT,
            id="a key lets in",
        ),
        pytest.param(
            {"/etc/shadow": SHADOW, "/etc/passwd": PASSWD.replace("1000::/:/bin/sh", "1000::/:/usr/sbin/nologin")},
            None,
            id="no shell",
        ),
    ],
)
def test_an_account_lies_idle_since_it_was_last_used_or_made(
    make_host: MakeHost, files: Mapping[str, Any], since: str | None
) -> None:
    """A new account that nobody used yet is as old as its password."""
    host = make_host({"/etc/passwd": PASSWD, "/var/log/lastlog": _lastlog(1000, AT, "desk")} | dict(files))
    assert _logins(host)["alice"].idle_since == since


def test_root_is_never_idle_and_records_that_are_not_kept_tell_nothing(make_host: MakeHost) -> None:
    """Root should not log in at all; and without records nobody knows who did."""
    found = _logins(make_host({"/etc/passwd": PASSWD, "/etc/shadow": SHADOW}))
    assert (found["root"].idle_since, found["alice"].idle_since) == (None, UNDECIDED)


def test_a_closed_shadow_file_hides_who_can_come_in(make_host: MakeHost) -> None:
    closed = {"/etc/shadow": {"content": SHADOW, "mode": "0000"}, "/var/log/lastlog": _lastlog(1000, AT, "desk")}
    with without_overrides():
        assert _logins(make_host({"/etc/passwd": PASSWD} | closed))["alice"].idle_since == REFUSED
