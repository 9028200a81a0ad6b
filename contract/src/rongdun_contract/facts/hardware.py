"""The machine: firmware, processors, memory, disks, and what it can prove about its own boot."""

from typing import Literal

from rongdun_contract.facts.model import Count, FactModel, Maybe


class Disk(FactModel):
    """A whole block device."""

    name: str
    size_bytes: Count
    model: str | None = None
    rotational: bool | None = None
    removable: bool = False


class Hardware(FactModel):
    """DMI (sysfs), /proc/cpuinfo, /proc/meminfo, /sys/block; serial numbers live in `identity`."""

    vendor: str | None = None
    product: str | None = None
    firmware_version: str | None = None
    firmware: Maybe[Literal["uefi", "bios"] | None] = None
    cpu_model: str | None = None
    cpu_cores: Count = 0
    cpu_flags_present: tuple[str, ...] = ()
    """Those of smep, smap, nx, pan, sm3, sm4 that the processor has."""
    memory_bytes: Count | None = None
    swap_bytes: Count = 0
    disks: tuple[Disk, ...] = ()
    virtualization: str | None = None
    """Names as in systemd-detect-virt(1): `kvm`, `vmware`, `lxc`, ...; absent on bare metal."""
    tpm_present: Maybe[bool] = False
    tpm_version: str | None = None
    secure_boot: Maybe[bool | None] = None
    measured_boot: Maybe[bool] = False
