"""What dpkg's status database says is on the host (dpkg(1), deb-control(5); no dpkg is executed)."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rongdun_agent.host import Host, Refused

STATUS = "/var/lib/dpkg/status"
STATUS_DIR = "/var/lib/dpkg/status.d"
"""Images without dpkg ("distroless") keep one control file for each package here."""
UPDATES = "/var/lib/dpkg/updates"
"""dpkg's journal: stanzas of an unfinished run, newer than the status file."""
INFO = "/var/lib/dpkg/info"

_LIMIT = 256 << 20
# led by a line end, which is searched for at once, where `^` is tried at each character
_FIELDS = re.compile(r"\n(Package|Status|Architecture|Version|Source):[ \t]*([^\n]*)")
_SOURCE = re.compile(r"(\S+)(?:\s+\((\S+)\))?")
_ON_DISK = frozenset(
    {"installed", "triggers-awaited", "triggers-pending", "unpacked", "half-configured", "half-installed"}
)
_UNCONFIGURED = frozenset({"unpacked", "half-configured", "half-installed"})


class MalformedStatus(ValueError):
    """The database does not read as dpkg writes it, so nothing it says can be trusted to be complete."""


class DpkgPackage(NamedTuple):
    """A package whose files are on the host; `source_version` only where it differs from `version`."""

    name: str
    version: str
    architecture: str | None
    source: str | None
    source_version: str | None
    configured: bool


def read_packages(host: Host) -> tuple[DpkgPackage, ...]:
    """Packages with files on the host, sorted by name, version, architecture; removed ones are not among them."""
    found: dict[tuple[str, str | None], DpkgPackage | None] = {}
    for where, text, assumed in _texts(host):
        for fields in _stanzas(where, text):
            found[fields["Package"], fields.get("Architecture")] = _package(where, fields, assumed)
    present = (package for package in found.values() if package)
    return tuple(sorted(present, key=lambda p: (p.name, p.version, p.architecture or "")))


def read_texts(host: Host) -> Iterator[str]:
    """The database as text, oldest first: the status file, then what dpkg's journal says since."""
    return (text for _, text, _ in _texts(host))


def last_unpacked(host: Host, packages: tuple[DpkgPackage, ...]) -> float | None:
    """When files of a package that is there were last unpacked: dpkg writes a package's file list anew each time."""
    names = {p.name for p in packages}
    times = [
        stat.mtime
        for entry in host.list_dir(INFO)
        if entry.endswith(".list") and entry[:-5].partition(":")[0] in names
        if (stat := host.stat(f"{INFO}/{entry}"))
    ]
    return max(times, default=None)


def _texts(host: Host) -> Iterator[tuple[str, str, str]]:
    """Path, text and the status to assume where a stanza has none, oldest first."""
    yield STATUS, host.read_text(STATUS, limit=_LIMIT) or "", "purge ok not-installed"
    for name in host.list_dir(STATUS_DIR):
        if not name.endswith(".md5sums"):
            yield (path := f"{STATUS_DIR}/{name}"), host.read_text(path, limit=_LIMIT) or "", "install ok installed"
    for name in _journal(host):
        yield (path := f"{UPDATES}/{name}"), host.read_text(path, limit=_LIMIT) or "", "purge ok not-installed"


def _journal(host: Host) -> tuple[str, ...]:
    try:
        return tuple(name for name in host.list_dir(UPDATES) if name.isdigit())
    except Refused:
        # 0755 as dpkg makes it; where an administrator closed it, the status file is still the last complete state
        return ()


def _stanzas(where: str, text: str) -> Iterator[Mapping[str, str]]:
    if "\0" in text:
        raise MalformedStatus(f"{where}: holds zeros, as a crash leaves them")
    for stanza in re.split(r"\n(?:[ \t]*\n)+", text):
        fields = {name: value.rstrip(" \t") for name, value in _FIELDS.findall("\n" + stanza)}
        if "Package" in fields:
            yield fields
        elif stanza.strip():
            raise MalformedStatus(f"{where}: a paragraph without a Package field")


def _package(where: str, fields: Mapping[str, str], assumed: str) -> DpkgPackage | None:
    wanted_flag_state = fields.get("Status", assumed).split()
    if len(wanted_flag_state) != 3:  # noqa: PLR2004 - dpkg-query(1): want, error flag, state
        raise MalformedStatus(f"{where}: package {fields['Package']}: status {fields.get('Status')!r}")
    _, flag, state = wanted_flag_state
    if state not in _ON_DISK:
        return None
    if "Version" not in fields:
        raise MalformedStatus(f"{where}: package {fields['Package']} is {state} but has no version")
    source, source_version = _source(fields)
    return DpkgPackage(
        name=fields["Package"],
        version=fields["Version"],
        architecture=fields.get("Architecture"),
        source=source,
        source_version=source_version,
        configured=state not in _UNCONFIGURED and flag == "ok",
    )


def _source(fields: Mapping[str, str]) -> tuple[str | None, str | None]:
    match = _SOURCE.match(fields.get("Source", ""))
    if match is None:
        return None, None
    name, version = match.groups()
    return (None if name == fields["Package"] else name), (None if version == fields["Version"] else version)
