"""What only a walk over the local file systems finds: privileged programs, what all may write, what nobody owns."""

import stat as st
from typing import TypeVar

from rongdun_agent.audit_rules import read_boot_rules, to_ruleset
from rongdun_agent.audit_rules.boot import machine
from rongdun_agent.capabilities import permitted
from rongdun_agent.host import Directory, Host, RawStat, Refused
from rongdun_agent.mount_tables import read_live
from rongdun_agent.name_service import directory_services
from rongdun_agent.probed import Probed
from rongdun_agent.probes.audit import PROGRAMS as AUDITD
from rongdun_agent.systemd_units import Units
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.walk import Privileged, Walk

LOCAL_TYPES = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "overlay", "tmpfs", "ramfs"}
)
"""File systems that lie in this host; those of the network are walked where they live."""
CONTAINER_STORES = (
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers/storage",
    "/var/lib/kubelet/pods",
    "/var/lib/machines",
    "/run/containerd",
)
"""What lies there belongs to containers, whose owners are counted in another namespace."""
TRUST_FILES = frozenset({".rhosts", ".shosts", "hosts.equiv", "shosts.equiv"})
MOST_LISTED = 5000
"""A list that grows beyond this says that something is wrong on the whole, not where; it becomes unknown."""

_SPECIAL = st.S_ISUID | st.S_ISGID
_SYSTEM = tuple(
    f"/{top}/" for top in ("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "run", "sbin", "tmp", "usr", "var/tmp")
)
"""Where a program that hides its name is nobody's own business, as it may be in a home."""


T = TypeVar("T")


class _Found:
    """The lists as they grow."""

    def __init__(self) -> None:
        self.privileged: list[Privileged] = []
        self.hidden: list[str] = []
        self.files: list[str] = []
        self.directories: list[str] = []
        self.unowned: list[str] = []
        self.trust: list[str] = []
        self.refused: list[str] = []


def probe(host: Host) -> Probed:
    """Walk every local file system once; what could not be entered makes the lists unknown: it may hold anything."""
    found = _Found()
    for top in _tops(host):
        for directory in host.walk(top):
            _look(host, directory, found)
    partial = bool(found.refused)
    elsewhere, _ = directory_services(host, "passwd")
    facts = Walk(
        privileged=_listed(sorted(found.privileged, key=lambda each: each.path), partial=partial),
        privileged_unaudited=_unaudited(host, found.privileged, partial=partial),
        hidden_programs=_listed(sorted(found.hidden), partial=partial),
        world_writable_files=_listed(sorted(found.files), partial=partial),
        world_writable_directories=_listed(sorted(found.directories), partial=partial),
        unowned=Unknown(unknown="undecided")
        if elsewhere and found.unowned
        else _listed(sorted(found.unowned), partial=partial),
        trust_files=_listed(sorted(found.trust), partial=partial),
        refused=tuple(sorted(found.refused)[:MOST_LISTED]),
    )
    return Probed(facts, {"": Source(where="walk over " + " ".join(_tops(host)))})


def _tops(host: Host) -> list[str]:
    """Mount points of local file systems, each file system once; a tree is one."""
    if not host.live:
        return ["/"]
    seen: dict[str, str] = {}
    mounts, _ = read_live(host)
    for mount in sorted(mounts, key=lambda mount: len(mount.target)):
        inside = any(_is_below(mount.target, store) for store in (*CONTAINER_STORES, "/proc", "/sys"))
        if mount.type in LOCAL_TYPES and not inside:
            seen.setdefault(mount.device, mount.target)
    return sorted(set(seen.values())) or ["/"]


def _is_below(path: str, above: str) -> bool:
    return path == above or path.startswith(above + "/")


def _look(host: Host, directory: Directory, found: _Found) -> None:
    """Judge the entries of one directory; most need one comparison of the mode and two look-ups."""
    owners, groups = host.owners, host.groups
    for name in directory.refused:
        found.refused.append(directory.path_of(name))
    for name, entry in directory.entries:
        mode = entry.st_mode
        if mode & (_SPECIAL | st.S_IWOTH) or name in TRUST_FILES:
            _judge(host, directory, name, entry, found)
        elif mode & 0o111 and st.S_ISREG(mode):
            _judge_capabilities(host, directory, name, entry, found)
        if name[0] == "." and mode & 0o111 and st.S_ISREG(mode):
            _judge_hidden(directory.path_of(name), found)
        if entry.st_uid not in owners or entry.st_gid not in groups:
            found.unowned.append(directory.path_of(name))


def _judge(host: Host, directory: Directory, name: str, entry: RawStat, found: _Found) -> None:
    path, mode = directory.path_of(name), entry.st_mode
    if st.S_ISREG(mode):
        if mode & _SPECIAL:
            found.privileged.append(_privileged(host, path, entry, None))
        elif mode & 0o111:
            _judge_capabilities(host, directory, name, entry, found)
        if mode & st.S_IWOTH:
            found.files.append(path)
        if name in TRUST_FILES:
            found.trust.append(path)
    elif st.S_ISDIR(mode) and mode & st.S_IWOTH and not mode & st.S_ISVTX:
        found.directories.append(path)


def _judge_capabilities(host: Host, directory: Directory, name: str, entry: RawStat, found: _Found) -> None:
    data = directory.xattr(name, "security.capability")
    if data is not None:
        found.privileged.append(_privileged(host, directory.path_of(name), entry, permitted(data)))


def _judge_hidden(path: str, found: _Found) -> None:
    if path.startswith(_SYSTEM):
        found.hidden.append(path)


def _unaudited(host: Host, privileged: list[Privileged], *, partial: bool) -> Maybe[tuple[str, ...] | None]:
    """Those of which nobody would know that they were run; every command recorded is every one of them."""
    if not any(host.exists(program) for program in AUDITD):
        return None
    try:
        rules, _ = to_ruleset(read_boot_rules(host, host.once(Units)).rules, host.is_dir, "", machine(host).name)
    except Refused:
        return Unknown(unknown="no permission")
    if "commands" in rules.activities:
        return ()
    special = (each.path for each in privileged if each.mode & _SPECIAL and each.mode & 0o111)
    return _listed(sorted(set(special) - set(rules.audited_executables)), partial=partial)


def _privileged(host: Host, path: str, entry: RawStat, capabilities: str | None) -> Privileged:
    return Privileged(
        path=path,
        owner=host.owner_name(entry.st_uid) or str(entry.st_uid),
        group=host.group_name(entry.st_gid) or str(entry.st_gid),
        mode=entry.st_mode & 0o7777,
        capabilities=capabilities,
    )


def _listed(items: list[T], *, partial: bool) -> Maybe[tuple[T, ...]]:
    if len(items) > MOST_LISTED:
        return Unknown(unknown="undecided")
    return Unknown(unknown="no permission") if partial else tuple(items)
