"""What is installed, by dpkg's or rpm's own database, and from where packages may come unsigned."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rongdun_agent import dpkg, rpmdb
from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.repositories import unsigned
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.packages import Package, Packages

_SOURCES = "unsigned_sources"


def probe(host: Host) -> Probed:
    """Read the database that this host lives by; a file that is no such database is an error, never "no packages"."""
    facts, where = _database(host)
    sources = {"": Source(where=where)} if where else {}
    try:
        found = unsigned(host)
    except Refused as refusal:
        accepted: Maybe[tuple[str, ...]] = Unknown(unknown="no permission")
        sources[_SOURCES] = Source(where=refusal.path)
    else:
        accepted = tuple(found)
        sources |= {f"{_SOURCES}[{index}]": Source(where=place) for index, place in enumerate(found.values())}
    return Probed(facts.model_copy(update={_SOURCES: accepted}), sources)


def _database(host: Host) -> tuple[Packages, str]:
    """Facts and path of the database; an empty one of dpkg gives way, for it is also packaged for rpm's systems."""
    unpacked = host.once(dpkg.read_packages)
    if unpacked:
        return _by_dpkg(host, unpacked), dpkg.STATUS
    if database := rpmdb.find_database(host):
        return _by_rpm(host, database), database.path
    return Packages(manager="dpkg" if host.exists(dpkg.STATUS) else None), ""


def _by_dpkg(host: Host, packages: tuple[dpkg.DpkgPackage, ...]) -> Packages:
    try:
        changed: Maybe[str | None] = _date(dpkg.last_unpacked(host, packages))
    except Refused:
        changed = Unknown(unknown="no permission")
    return Packages(
        manager="dpkg",
        database="status",
        installed=_installed(packages),
        names=_names(packages),
        not_configured=tuple(sorted({package.name for package in packages if not package.configured})),
        last_changed_on=changed,
    )


def _by_rpm(host: Host, database: rpmdb.RpmDatabase) -> Packages:
    try:
        packages = host.once(rpmdb.read_packages)
    except Refused:
        refused = Unknown(unknown="no permission")
        return Packages(
            manager="rpm", database=database.form, installed=refused, names=refused, last_changed_on=refused
        )
    return Packages(
        manager="rpm",
        database=database.form,
        installed=_installed(packages),
        names=_names(packages),
        last_changed_on=_date(max((package.installed_at or 0 for package in packages), default=None)),
    )


def _installed(packages: Sequence[dpkg.DpkgPackage | rpmdb.RpmPackage]) -> tuple[Package, ...]:
    return tuple(
        Package(
            name=package.name,
            version=package.version,
            architecture=package.architecture,
            source=package.source,
            source_version=package.source_version,
        )
        for package in packages
    )


def _names(packages: Sequence[dpkg.DpkgPackage | rpmdb.RpmPackage]) -> tuple[str, ...]:
    return tuple(sorted({package.name for package in packages}))


def _date(seconds: float | None) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else None
