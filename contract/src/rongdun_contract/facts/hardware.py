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

    vendor: Maybe[str | None] = None
    product: Maybe[str | None] = None
    firmware_version: Maybe[str | None] = None
    firmware: Maybe[Literal["uefi", "bios"] | None] = None
    cpu_model: str | None = None
    cpu_cores: Count | None = None
    """Logical processors that are online."""
    cpu_flags_present: Maybe[tuple[str, ...]] = ()
    """Those of smep, smap, nx, pan, sm3, sm4 that the processor has."""
    memory_bytes: Count | None = None
    swap_bytes: Count | None = None
    disks: Maybe[tuple[Disk, ...]] = ()
    """What holds data and has a medium: optical and floppy drives, loop, RAM and mapped devices are left out."""
    virtualization: Maybe[str | None] = None
    """Names as in systemd-detect-virt(1): `kvm`, `vmware`, `lxc`, ...; absent on bare metal."""
    tpm_present: Maybe[bool] = False
    tpm_version: str | None = None
    """`1.2`, `2.0`, or `tcm` for a device of the Chinese trusted cryptography module's driver."""
    secure_boot: Maybe[bool | None] = None
    """Absent where the firmware is not UEFI."""
    measured_boot: Maybe[bool] = False
    """The firmware left a log of what it measured into the TPM."""
