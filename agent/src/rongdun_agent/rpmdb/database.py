"""Which database rpm keeps on this host, and what is in it."""

from collections.abc import Collection, Iterator, Mapping
from typing import BinaryIO, Literal, NamedTuple

from rongdun_agent.host import Host, Refused, as_bytes, as_text
from rongdun_agent.rpmdb.bdb import read_bdb
from rongdun_agent.rpmdb.header import Header
from rongdun_agent.rpmdb.ndb import read_ndb
from rongdun_agent.rpmdb.package import FileDigest, RpmPackage, brought, package_of, recorded

Form = Literal["sqlite", "ndb", "bdb"]

DIRECTORIES = ("/usr/lib/sysimage/rpm", "/var/lib/rpm")
"""Newer distributions keep it in the first place, with or without a link from the second."""

_FILES: tuple[tuple[str, Form], ...] = (("rpmdb.sqlite", "sqlite"), ("Packages.db", "ndb"), ("Packages", "bdb"))
_LOG = "rpmdb.sqlite-wal"
"""Where SQLite keeps what is not yet in the database itself."""
FILES = tuple(f"{directory}/{name}" for directory in DIRECTORIES for name in (*(name for name, _ in _FILES), _LOG))
"""Every file that a change may be written to."""


class RpmDatabase(NamedTuple):
    """The file that is the database, as the host sees it, and which of the forms it has."""

    path: str
    form: Form

    def packages(self, host: Host) -> tuple[RpmPackage, ...]:
        """Every installed package, sorted; raises `MalformedDatabase` and `Refused`."""
        packages = filter(None, map(package_of, self._headers(host)))
        return tuple(sorted(packages, key=lambda p: (p.name, p.version, p.architecture or "")))

    def owners(self, host: Host, files: Mapping[str, Collection[str]]) -> dict[str, str]:
        """File to package, for those files of which a package has one of the spellings given."""
        wanted = {_split(path): file for file, spellings in files.items() for path in spellings}
        owners: dict[str, str] = {}
        for header in self._headers(host, {as_text(name) for _, name in wanted}):
            if len(owners) == len(files):
                break
            brought_here = [file for path, file in wanted.items() if brought(header, *path)]
            if brought_here and (package := package_of(header)):
                owners |= dict.fromkeys(brought_here, package.name)
        return owners

    def digests(self, host: Host, files: Mapping[str, Collection[str]]) -> dict[str, tuple[str, FileDigest]]:
        """File to package and what it noted of the content, for those files of which a package has a spelling."""
        wanted = {as_bytes(path): file for file, spellings in files.items() for path in spellings}
        names = {path.rpartition(b"/")[2] for path in wanted}
        found: dict[str, tuple[str, FileDigest]] = {}
        for header in self._headers(host, {as_text(name) for name in names}):
            here = [(wanted[path], digest) for path, digest in recorded(header, names) if path in wanted]
            if here and (package := package_of(header)):
                found |= {file: (package.name, digest) for file, digest in here}
        return found

    def _headers(self, host: Host, base_names: Collection[str] | None = None) -> Iterator[Header]:
        with _opened(host, self.path) as file:
            if self.form == "sqlite":
                # costs 10 ms to import, and most hosts have no such database
                from rongdun_agent.rpmdb.sqlite import read_sqlite  # noqa: PLC0415 - see above

                yield from map(Header, read_sqlite(host.on_disk(self.path), base_names))
            else:
                yield from map(Header, read_ndb(file) if self.form == "ndb" else read_bdb(file))


def find_database(host: Host) -> RpmDatabase | None:
    """The first database there is; rpm itself keeps one form only and removes the others when it converts."""
    for directory in DIRECTORIES:
        for name, form in _FILES:
            if host.is_file(path := f"{directory}/{name}"):
                return RpmDatabase(path, form)
    return None


def read_packages(host: Host) -> tuple[RpmPackage, ...]:
    """Every package of the database that this host has; none without one."""
    database = find_database(host)
    return database.packages(host) if database else ()


def _opened(host: Host, path: str) -> BinaryIO:
    """The file, read in pieces: databases of a hundred megabytes are common, and the agent has to stay small."""
    try:
        return host.on_disk(path).open("rb")
    except PermissionError:
        raise Refused(path) from None


def _split(path: str) -> tuple[bytes, bytes]:
    """Directory with its final slash, and name: rpm keeps them apart."""
    directory, slash, name = as_bytes(path).rpartition(b"/")
    return directory + slash, name
