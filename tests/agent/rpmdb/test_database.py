"""Databases that real rpms wrote, read without rpm, against what those rpms print."""

import shutil
import sqlite3
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from rongdun_agent.file_owners import owners, unaltered
from rongdun_agent.host import Host
from rongdun_agent.probes import packages
from rongdun_agent.rpmdb import Form, MalformedDatabase, RpmDatabase, find_database
from rongdun_contract.facts import Unknown
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides
from tests.lab.rpm_databases import RpmDatabase as Written
from tests.lab.rpm_databases import rpm_database

FILES = {"sqlite": "rpmdb.sqlite", "ndb": "Packages.db", "bdb": "Packages"}


@pytest.fixture(params=get_args(Form))
def written(request: pytest.FixtureRequest) -> Written:
    return rpm_database(request.param)


@pytest.fixture
def host(written: Written, tmp_path: Path) -> Host:
    """A tree whose database is a copy that a test may break."""
    shutil.copytree(written.folder, tmp_path / "host/var/lib/rpm")
    return Host(root=tmp_path / "host")


def database(host: Host) -> RpmDatabase:
    found = find_database(host)
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.root
def test_packages_are_those_that_rpm_prints(host: Host, written: Written) -> None:
    found = [
        (p.name, p.version, p.architecture, p.source or p.name, p.source_version, str(p.installed_at))
        for p in database(host).packages(host)
    ]
    printed = []
    for name, epoch, version, architecture, source_rpm, installed in written.packages:
        if name != "gpg-pubkey":
            source, source_version, source_release = source_rpm.removesuffix(".src.rpm").rsplit("-", 2)
            plain = f"{source_version}-{source_release}"
            with_epoch = version if epoch == "0" else f"{epoch}:{version}"
            printed.append((name, with_epoch, architecture, source, None if plain == version else plain, installed))
    assert sorted(found) == sorted(printed)
    assert [p[:2] for p in found if p[0] in ("kernel", "zonghe-anquan")] == [
        ("kernel", "5.10.0-153.12.0.92.oe2203"),
        ("kernel", "5.10.0-60.18.0.50.oe2203"),
        ("zonghe-anquan", "7:1.0-3"),
    ]


@pytest.mark.slow
@pytest.mark.root
def test_the_section_says_which_form_it_read(host: Host, written: Written) -> None:
    facts = packages.probe(host).facts
    assert (facts.manager, facts.database) == ("rpm", written.form)
    assert "gpg-pubkey" not in facts.names
    assert len(facts.installed) == sum(row[0] != "gpg-pubkey" for row in written.packages)
    newest = max(int(row[-1]) for row in written.packages if row[0] != "gpg-pubkey")
    assert facts.last_changed_on == datetime.fromtimestamp(newest, UTC).date().isoformat()


@pytest.mark.slow
@pytest.mark.root
def test_files_belong_to_the_packages_that_rpm_says(host: Host, written: Written) -> None:
    """The same name in two directories, one name that begins like another, a package of 4,000 files."""
    wanted = {path: package for path, package in written.files if not path.startswith("/opt/wide/")}
    wanted |= dict(written.files[-3:])
    assert owners(host, [*wanted, "/usr/sbin/absent", "/opt/lab-sshd"]) == wanted | {
        "/usr/sbin/absent": None,
        "/opt/lab-sshd": None,
    }
    assert len(wanted) > 3


@pytest.mark.slow
@pytest.mark.root
def test_a_file_that_was_altered_has_no_package_that_brought_it_as_it_is(host: Host) -> None:
    """By the digests that rpmbuild put into the headers."""
    contents = {
        "/usr/sbin/lab-sshd": "a\n",
        "/usr/sbin/lab-sshd-keygen": "altered\n",
        "/usr/lib/zonghe/lab-sshd": "c\n",
    }
    for path, content in contents.items():
        host.on_disk(path).parent.mkdir(parents=True, exist_ok=True)
        host.on_disk(path).write_text(content)
    assert unaltered(host, [*contents, "/usr/sbin/local"]) == {
        "/usr/sbin/lab-sshd": "openssh-server",
        "/usr/sbin/lab-sshd-keygen": None,
        "/usr/lib/zonghe/lab-sshd": "zonghe-anquan",
        "/usr/sbin/local": None,
    }


@pytest.mark.slow
@pytest.mark.root
def test_reading_leaves_nothing_beside_the_database(host: Host) -> None:
    folder = host.on_disk("/var/lib/rpm")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    database(host).packages(host)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.7, 0.999])
def test_a_database_that_was_cut_short_is_an_error(host: Host, written: Written, part: float) -> None:
    """Half of a database reads as a host with half of its packages, unless somebody notices."""
    file = host.on_disk(f"/var/lib/rpm/{FILES[written.form]}")
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(MalformedDatabase):
        database(host).packages(host)


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize("filling", [b"\0", b"\x19", b"\xff"], ids=["zeros", "text", "ones"])
def test_a_lost_page_never_passes_for_packages(host: Host, written: Written, filling: bytes) -> None:
    """A crash leaves zeros where a page was to be written."""
    file = host.on_disk(f"/var/lib/rpm/{FILES[written.form]}")
    whole = file.read_bytes()
    complete = database(host).packages(host)
    for at in range(4096, len(whole) - 4096, len(whole) // 40):
        file.write_bytes(whole[:at] + filling * 4096 + whole[at + 4096 :])
        try:
            found = database(host).packages(host)
        except MalformedDatabase:
            continue
        assert len(found) == len(complete), at


@pytest.mark.slow
@pytest.mark.root
def test_a_database_that_may_not_be_read_is_unknown(host: Host, written: Written) -> None:
    host.on_disk(f"/var/lib/rpm/{FILES[written.form]}").chmod(0)
    with without_overrides():
        facts = packages.probe(host).facts
    assert facts.installed == facts.names == Unknown(unknown="no permission")
    assert (facts.manager, facts.database) == ("rpm", written.form)


@pytest.mark.slow
@pytest.mark.root
def test_rows_that_are_still_in_the_write_ahead_log_are_read(tmp_path: Path) -> None:
    """Rpm on SQLite leaves its last transaction there for as long as some other program has the database open."""
    shutil.copytree(rpm_database("sqlite").folder, tmp_path / "host/var/lib/rpm")
    host = Host(root=tmp_path / "host")
    before = len(database(host).packages(host))
    writer = sqlite3.connect(tmp_path / "host/var/lib/rpm/rpmdb.sqlite")
    try:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        with writer:
            writer.execute("INSERT INTO Packages (blob) SELECT blob FROM Packages ORDER BY hnum LIMIT 1")
        assert (tmp_path / "host/var/lib/rpm/rpmdb.sqlite-wal").stat().st_size
        assert len(database(host).packages(host)) == before + 1
    finally:
        writer.close()


def test_a_file_of_another_kind_is_an_error(make_host: MakeHost) -> None:
    for name in FILES.values():
        host = make_host({f"/var/lib/rpm/{name}": b"not a database\n" * 1000})
        with pytest.raises(MalformedDatabase):
            database(host).packages(host)
        host.on_disk(f"/var/lib/rpm/{name}").unlink()


def test_a_big_endian_berkeley_database_is_read(make_host: MakeHost) -> None:
    """s390x hosts write the same pages in the other byte order; a header inline is legal, if rare."""
    name, version = b"a\0", b"1\0"
    data = name + version + b"2\0"
    index = b"".join(struct.pack(">IIII", tag, 6, at, 1) for tag, at in ((1000, 0), (1001, 2), (1002, 4)))
    header = struct.pack(">II", 3, len(data)) + index + data
    meta = bytearray(512)
    struct.pack_into(">IIIBB", meta, 12, 0x061561, 9, 512, 0, 8)
    struct.pack_into(">I", meta, 32, 1)  # the last page
    struct.pack_into(">I16xI", meta, 72, 0, 1)  # the last bucket, and how many pairs there are
    struct.pack_into(">I", meta, 96, 1)  # pages before the first bucket
    key_at, value_at = 512 - 5, 512 - 5 - 1 - len(header)
    page = bytearray(512)
    struct.pack_into(">H", page, 20, 2)
    page[25] = 13
    struct.pack_into(">HH", page, 26, key_at, value_at)
    page[key_at:] = b"\1\0\0\0\1"
    page[value_at:key_at] = b"\1" + header
    host = make_host({"/var/lib/rpm/Packages": bytes(meta + page)})
    assert [(p.name, p.version) for p in database(host).packages(host)] == [("a", "1-2")]


def test_newer_systems_keep_it_elsewhere(make_host: MakeHost) -> None:
    host = make_host(
        {"/var/lib/rpm": {"symlink": "../../usr/lib/sysimage/rpm"}, "/usr/lib/sysimage/rpm/Packages.db": ""}
    )
    assert find_database(host) == RpmDatabase("/usr/lib/sysimage/rpm/Packages.db", "ndb")
