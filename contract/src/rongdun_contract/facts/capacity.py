"""How full and how busy the host is (volatile)."""

from rongdun_contract.facts.model import Count, FactModel, Maybe


class Usage(FactModel):
    """A mounted local file system: bytes and inodes in use, of those that ordinary users can have."""

    target: str
    size_bytes: Count
    used_ratio: float
    inodes_used_ratio: float | None = None


class Capacity(FactModel):
    """Up-time in seconds; load over 5 minutes; pressure as the 300 s average of PSI `some`, percent."""

    boot_id: str | None = None
    uptime_s: float | None = None
    load_5m: float | None = None
    memory_available_bytes: Count | None = None
    cpu_pressure: float | None = None
    memory_pressure: float | None = None
    file_systems: Maybe[tuple[Usage, ...]] = ()
