"""How full and how busy the host is at this moment."""

import re
from collections.abc import Iterator

from rongdun_agent.host import Host, NotLive, Refused
from rongdun_agent.mount_tables import LiveMount, is_network, of_the_host, read_live
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.capacity import Capacity, Usage

BOOT_ID, UPTIME, LOAD, MEMORY = "/proc/sys/kernel/random/boot_id", "/proc/uptime", "/proc/loadavg", "/proc/meminfo"
CPU_PRESSURE, MEMORY_PRESSURE = "/proc/pressure/cpu", "/proc/pressure/memory"

_AVAILABLE = re.compile(r"^MemAvailable:\s*(\d+) kB$", re.MULTILINE)
_SOME = re.compile(r"^some .*\bavg300=([0-9.]+)", re.MULTILINE)
_FULL_BY_NATURE = frozenset({"squashfs", "iso9660", "erofs", "cramfs", "udf"})


def probe(host: Host) -> Probed:
    """Read what the kernel counts; pressure is absent where it does not."""
    available = _AVAILABLE.search(host.read_text(MEMORY) or "")
    facts = Capacity(
        boot_id=(host.read_text(BOOT_ID) or "").strip() or None,
        uptime_s=_number(host, UPTIME, 0),
        load_5m=_number(host, LOAD, 1),
        memory_available_bytes=int(available[1]) * 1024 if available else None,
        cpu_pressure=_pressure(host, CPU_PRESSURE),
        memory_pressure=_pressure(host, MEMORY_PRESSURE),
        file_systems=_file_systems(host),
    )
    return Probed(facts, {"": Source(where="/proc"), "file_systems": Source(where="statfs(2)")})


def _number(host: Host, path: str, place: int) -> float | None:
    words = (host.read_text(path) or "").split()
    return float(words[place]) if len(words) > place else None


def _pressure(host: Host, path: str) -> float | None:
    """Absent too where the kernel was started with psi=0: it has the file, but does not read it out (EOPNOTSUPP)."""
    found = _SOME.search(host.read_text(path) or "")
    return float(found[1]) if found else None


def _file_systems(host: Host) -> Maybe[tuple[Usage, ...]]:
    try:
        mounts, _ = read_live(host)
        return tuple(_usages(host, sorted(mounts, key=lambda mount: (len(mount.target), mount.target))))
    except Refused:
        return Unknown(unknown="no permission")
    except NotLive:
        return Unknown(unknown="not a live host")


def _usages(host: Host, mounts: list[LiveMount]) -> Iterator[Usage]:
    """Each file system once, by its shortest mount point; never one that may wait for a server that is gone."""
    seen = set[str]()
    for mount in mounts:
        if mount.device in seen or not _is_filled(mount):
            continue
        seen.add(mount.device)
        usage = host.usage(mount.target)
        if usage is not None:
            yield Usage(
                target=mount.target,
                size_bytes=usage.size_bytes,
                used_ratio=round(usage.used_ratio, 4),
                inodes_used_ratio=None if usage.inodes_used_ratio is None else round(usage.inodes_used_ratio, 4),
            )


def _is_filled(mount: LiveMount) -> bool:
    if not of_the_host(mount) or is_network(mount.type) or mount.type in _FULL_BY_NATURE:
        return False
    return mount.type == "fuseblk" or not mount.type.startswith("fuse")
