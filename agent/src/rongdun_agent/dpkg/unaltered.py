"""Which configuration files lie as their package brought them, by the checksums in dpkg's status database."""

import hashlib
import re
from collections.abc import Collection, Mapping

from rongdun_agent.dpkg.status import STATUS, STATUS_DIR, UPDATES, read_texts
from rongdun_agent.host import Host

_LINE = re.compile(r"^(?:Package:[ \t]*(\S+)[ \t]*| (/.+?) ([0-9a-f]{32}|newconffile)(?: [a-z-]+)*)$", re.MULTILINE)
_ARRIVING = "newconffile"
"""Stands for the checksum while the package is unpacked and not yet configured: dpkg writes it a moment later."""


def unaltered(host: Host, files: Mapping[str, Collection[str]]) -> dict[str, str]:
    """File to package, for configuration files that are as a package brought them; with each its possible spellings."""
    known = _known(host)
    found: dict[str, str] = {}
    for file, spellings in files.items():
        for package, checksum in (known[path] for path in spellings if path in known):
            if checksum in (_ARRIVING, _checksum(host, file)):
                found[file] = package
    return found


def _known(host: Host) -> Mapping[str, tuple[str, str]]:
    """What dpkg noted, read again when its books have changed; the files themselves are looked at each time."""
    books = (STATUS, STATUS_DIR, UPDATES)
    stamp = tuple((path, at.mtime, at.size, at.ino) for path in books if (at := host.stat(path)) is not None)
    before: object
    known: Mapping[str, tuple[str, str]]
    before, known = host.remembered.get(__name__, (None, {}))
    if before != stamp:
        known = _conffiles(host)
        host.remembered[__name__] = (stamp, known)
    return known


def _conffiles(host: Host) -> dict[str, tuple[str, str]]:
    """Path to package and checksum, of all configuration files that dpkg knows; what its journal says comes later."""
    found: dict[str, tuple[str, str]] = {}
    package = ""
    for text in read_texts(host):
        for name, path, checksum in _LINE.findall(text):
            package = name or package
            if path:
                found[path] = (package, checksum)
    return found


def _checksum(host: Host, path: str) -> str:
    content = host.read_bytes(path)
    return "" if content is None else hashlib.md5(content, usedforsecurity=False).hexdigest()
