"""What a header says of its package."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import NamedTuple

from rongdun_agent.rpmdb.header import Header, MalformedDatabase

_NAME, _VERSION, _RELEASE, _EPOCH, _INSTALL_TIME, _ARCH, _SOURCE_RPM = 1000, 1001, 1002, 1003, 1008, 1022, 1044
_DIR_INDEXES, _BASE_NAMES, _DIR_NAMES = 1116, 1117, 1118
_FILE_DIGESTS, _FILE_DIGEST_ALGORITHM = 1035, 5011
_MD5 = 1
_ALGORITHMS = MappingProxyType({_MD5: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512", 11: "sha224"})
"""By their numbers in OpenPGP, which rpm uses; where a header names none it is the first."""

_KEYS = "gpg-pubkey"
"""The name under which rpm files the public keys it trusts: they are no packages."""


class RpmPackage(NamedTuple):
    """A package of the database; `source_version` only where it differs from `version` without its epoch."""

    name: str
    version: str
    architecture: str | None
    source: str | None
    source_version: str | None
    installed_at: int | None


def package_of(header: Header) -> RpmPackage | None:
    """The package that a header describes; None for a public key."""
    name, version, release = header.string(_NAME), header.string(_VERSION), header.string(_RELEASE)
    if name is None or version is None or release is None:
        raise MalformedDatabase(f"package {name}: version {version}, release {release}")
    if name == _KEYS:
        return None
    epoch = header.number(_EPOCH)
    source, source_version = _source(header.string(_SOURCE_RPM) or "")
    return RpmPackage(
        name=name,
        version=f"{epoch}:{version}-{release}" if epoch else f"{version}-{release}",
        architecture=header.string(_ARCH),
        source=None if source == name else source,
        source_version=None if source_version == f"{version}-{release}" else source_version,
        installed_at=header.number(_INSTALL_TIME),
    )


def brought(header: Header, directory: bytes, base_name: bytes) -> bool:
    """Whether the package brought the file `directory` (with its final slash) + `base_name`."""
    # most packages do not have the name at all: look before splitting
    if not header.may_hold(_BASE_NAMES, base_name):
        return False
    directories = header.strings(_DIR_NAMES)
    return any(
        name == base_name and index < len(directories) and directories[index] == directory
        for name, index in zip(header.strings(_BASE_NAMES), header.numbers(_DIR_INDEXES), strict=False)
    )


class FileDigest(NamedTuple):
    """What rpm noted of a file's content; `hexadecimal` is empty for what has none (directories, links)."""

    algorithm: str
    hexadecimal: str


def recorded(header: Header, base_names: AbstractSet[bytes]) -> Iterator[tuple[bytes, FileDigest]]:
    """Path and digest of each of the package's files that has one of these names."""
    names = header.strings(_BASE_NAMES)
    if base_names.isdisjoint(names):
        return
    directories, indexes, digests = (
        header.strings(_DIR_NAMES),
        header.numbers(_DIR_INDEXES),
        header.strings(_FILE_DIGESTS),
    )
    algorithm = _ALGORITHMS.get(header.number(_FILE_DIGEST_ALGORITHM) or _MD5, "")
    for name, index, digest in zip(names, indexes, digests, strict=False):
        if name in base_names and index < len(directories):
            yield directories[index] + name, FileDigest(algorithm, digest.decode("ascii", "replace"))


def _source(source_rpm: str) -> tuple[str | None, str | None]:
    """Name and version-release from `bash-5.1.8-2.oe2203.src.rpm`."""
    stem = source_rpm.removesuffix(".rpm").removesuffix(".src").removesuffix(".nosrc")
    parts = stem.rsplit("-", 2)
    if len(parts) != 3:  # noqa: PLR2004 - name, version, release
        return None, None
    return parts[0], f"{parts[1]}-{parts[2]}"
