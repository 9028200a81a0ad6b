"""Installed packages, as the package database has them."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Package(FactModel):
    """An installed package; `version` is `epoch:version-release` with a zero epoch left out."""

    name: str
    version: str
    architecture: str | None = None
    source: str | None = None


class Packages(FactModel):
    """dpkg's status file, or rpm's database in any of its three forms; sorted by name, version, architecture."""

    manager: Literal["dpkg", "rpm"] | None = None
    database: Literal["status", "sqlite", "ndb", "bdb"] | None = None
    installed: Maybe[tuple[Package, ...]] = ()
    names: Maybe[tuple[str, ...]] = ()
    """Distinct names, for rules that ask whether one is there."""
    not_configured: tuple[str, ...] = ()
    """dpkg: unpacked or half-configured packages, which do not work as installed ones."""
    unsigned_sources: Maybe[tuple[str, ...]] = ()
    """`path:line` or `path [section]` of repositories whose signature check is off."""
    last_changed_on: str | None = None
    """Date (UTC) of the latest installation or upgrade that the database or its log shows."""
