"""rpm's database in its three forms, read from its files without librpm and without writing a byte beside them."""

from rongdun_agent.rpmdb.database import FILES, Form, RpmDatabase, find_database, read_packages
from rongdun_agent.rpmdb.header import MalformedDatabase
from rongdun_agent.rpmdb.package import FileDigest, RpmPackage

__all__ = [
    "FILES",
    "FileDigest",
    "Form",
    "MalformedDatabase",
    "RpmDatabase",
    "RpmPackage",
    "find_database",
    "read_packages",
]
