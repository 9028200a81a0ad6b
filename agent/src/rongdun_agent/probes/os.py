"""Which operating system this is, told by its files."""

import re
from collections.abc import Mapping
from typing import Literal

from rongdun_agent import dpkg, rpmdb
from rongdun_agent.container import in_container
from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.os import Os

OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
CRYPTO_POLICY = "/etc/crypto-policies/state/current"
OLD_RELEASE = "/etc/redhat-release"
LOADERS = (
    ("/lib64/ld-linux-x86-64.so.2", "x86_64"),
    ("/lib/ld-linux-aarch64.so.1", "aarch64"),
    ("/lib64/ld-linux-loongarch-lp64d.so.1", "loongarch64"),
    ("/lib/ld-linux-riscv64-lp64d.so.1", "riscv64"),
    ("/lib64/ld64.so.2", "ppc64le"),
    ("/lib/ld64.so.1", "s390x"),
    ("/lib/ld-linux-armhf.so.3", "armv7l"),
    ("/lib/ld-linux.so.2", "i686"),
    ("/lib/ld-musl-x86_64.so.1", "x86_64"),
    ("/lib/ld-musl-aarch64.so.1", "aarch64"),
)
"""Dynamic loaders, whose places every ABI fixes, with uname(1)'s word for the machine; 64 bits come before 32."""

_ASSIGNMENT = re.compile(r"(?P<key>[A-Z0-9_]+)=(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\"']*)\s*")
_ESCAPED = re.compile(r"\\(.)")
_OLD_RELEASE = re.compile(r"(?P<name>(?P<id>\w+).*?) release (?P<version>[0-9.]+)")


def probe(host: Host) -> Probed:
    """Read os-release(5) and look which layouts are there: names lie, derivatives keep their parents' files."""
    release, where = _release(host)
    zone, zone_where = time_zone(host)
    facts = Os(
        id=release.get("ID"),
        id_like=tuple(release.get("ID_LIKE", "").split()),
        version_id=release.get("VERSION_ID"),
        pretty_name=release.get("PRETTY_NAME"),
        architecture=next((machine for loader, machine in LOADERS if host.exists(loader)), None),
        package_manager=_package_manager(host),
        pam_layout=_pam_layout(host),
        init=_init(host),
        container=in_container(host),
        crypto_policy=_crypto_policy(host),
        time_zone=zone,
    )
    fields = ("id", "id_like", "version_id", "pretty_name")
    told = {"time_zone": Source(where=zone_where), "crypto_policy": Source(where=CRYPTO_POLICY)}
    return Probed(facts, dict.fromkeys(fields, Source(where=where)) | told)


def _crypto_policy(host: Host) -> Maybe[str | None]:
    """What update-crypto-policies(8) applied last; a new word in its config file does nothing until it runs again."""
    try:
        text = host.read_text(CRYPTO_POLICY)
    except Refused:
        return Unknown(unknown="no permission")
    lines = (line.partition("#")[0].strip() for line in (text or "").splitlines())
    return next(filter(None, lines), None)


def _release(host: Host) -> tuple[Mapping[str, str], str]:
    for path in OS_RELEASE:
        lines = host.lines(path)
        if lines:
            matches = (_ASSIGNMENT.fullmatch(line) for line in lines)
            return {match["key"]: _unquoted(match["value"]) for match in matches if match}, path
    # CentOS 6 and its like, which are still met
    text = (host.read_text(OLD_RELEASE) or "").strip()
    if match := _OLD_RELEASE.match(text):
        return {"ID": match["id"].lower(), "VERSION_ID": match["version"], "PRETTY_NAME": text}, OLD_RELEASE
    return {}, OS_RELEASE[0]


def _unquoted(value: str) -> str:
    if value[:1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value.strip("'")


def _package_manager(host: Host) -> Literal["dpkg", "rpm"] | None:
    """Dpkg's status file is empty where dpkg is only a tool on a system of rpm packages."""
    status = host.stat(dpkg.STATUS)
    if (status and status.size) or host.is_dir(dpkg.STATUS_DIR):
        return "dpkg"
    if rpmdb.find_database(host):
        return "rpm"
    return "dpkg" if status else None


def _pam_layout(host: Host) -> Literal["debian", "redhat"] | None:
    if host.exists("/etc/pam.d/common-auth"):
        return "debian"
    return "redhat" if host.exists("/etc/pam.d/system-auth") else None


def _init(host: Host) -> Maybe[str | None]:
    """What runs as process 1; in a tree that does not run, what /sbin/init leads to."""
    try:
        name = host.read_text("/proc/1/comm")
    except Refused:
        return Unknown(unknown="no permission")
    if name is not None:
        return name.strip()
    if host.live:
        return Unknown(unknown="no permission")  # hidepid=: process 1 always exists
    program = host.realpath("/sbin/init")
    try:
        return program.rpartition("/")[2] if host.exists(program) else None
    except Refused:
        return Unknown(unknown="no permission")


def time_zone(host: Host) -> tuple[str | None, str]:
    """The zone that the C library uses, which is UTC where nobody set one; a copied file has no name."""
    target = host.readlink("/etc/localtime")
    if target and "/zoneinfo/" in target:
        return target.partition("/zoneinfo/")[2], "/etc/localtime"
    if target is None and not host.exists("/etc/localtime"):
        return "UTC", "no /etc/localtime"
    said = (host.read_text("/etc/timezone") or "").strip()
    return said or None, "/etc/timezone" if said else "/etc/localtime"
