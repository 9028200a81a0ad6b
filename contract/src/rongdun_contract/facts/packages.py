"""Installed packages, as the package database has them."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Package(FactModel):
    """A package whose files are on the host; `version` is `epoch:version-release` with a zero epoch left out.

    `source` and `source_version` name the source package where they differ from `name` and `version`: advisories do.
    """

    name: str
    version: str
    architecture: str | None = None
    source: str | None = None
    source_version: str | None = None


class Packages(FactModel):
    """dpkg's status file, or rpm's database in any of its three forms; sorted by name, version, architecture."""

    manager: Literal["dpkg", "rpm"] | None = None
    database: Literal["status", "sqlite", "ndb", "bdb"] | None = None
    installed: Maybe[tuple[Package, ...]] = ()
    names: Maybe[tuple[str, ...]] = ()
    """Distinct names, for rules that ask whether one is there."""
    not_configured: tuple[str, ...] = ()
    """dpkg: unpacked or half-configured packages: their files are there (so they are `installed`), but they do not work
    as configured ones do."""
    unsigned_sources: Maybe[tuple[str, ...]] = ()
    """Repositories (`http://mirror/debian bookworm`, `[repo]`) and options (`APT::Get::AllowUnauthenticated`) by which
    packages are accepted though nobody signed for them."""
    last_changed_on: Maybe[str | None] = None
    """Date (UTC) of the latest installation or upgrade that the database shows."""
