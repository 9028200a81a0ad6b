"""The machine, as the kernel and its firmware describe it."""

import re
from collections.abc import Iterator
from types import MappingProxyType

from rongdun_agent.boot_trust import boot_trust
from rongdun_agent.firmware import device_tree, dmi, meant
from rongdun_agent.host import Host
from rongdun_agent.probed import Probed
from rongdun_agent.virtualization import virtualization
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.hardware import Disk, Hardware

CPU, MEMORY, BLOCK = "/proc/cpuinfo", "/proc/meminfo", "/sys/block"

_FLAGS = frozenset({"smep", "smap", "nx", "pan", "sm3", "sm4"})
_FLAG_LINE = re.compile(r"^(?:flags|Features)\s*:(.*)$", re.MULTILINE | re.IGNORECASE)
_MODEL_LINE = re.compile(r"^(?:model name|cpu model)\s*:(.*)$", re.MULTILINE | re.IGNORECASE)
_ARM_LINE = re.compile(r"^CPU (implementer|part)\s*:\s*(0x[0-9a-f]+)$", re.MULTILINE)
_ARM_MODELS = MappingProxyType(
    {
        ("0x48", "0xd01"): "HiSilicon TaiShan-v110",
        ("0x48", "0xd02"): "HiSilicon TaiShan-v120",
        ("0x70", "0x660"): "Phytium FTC660",
        ("0x70", "0x661"): "Phytium FTC661",
        ("0x70", "0x662"): "Phytium FTC662",
        ("0x70", "0x663"): "Phytium FTC663",
        ("0x70", "0x664"): "Phytium FTC664",
        ("0x70", "0x862"): "Phytium FTC862",
    }
)
"""arm64 kernels give numbers only; names as lscpu(1) prints them, with their makers."""
_PROCESSOR = re.compile(r"^processor\s*(?::|\d+:)", re.MULTILINE)
_MEMORY_LINE = re.compile(r"^(MemTotal|SwapTotal):\s*(\d+) kB$", re.MULTILINE)
_NO_DISK = re.compile(r"(sr|fd)\d+|mmcblk\d+(boot\d+|rpmb)")
_SECTOR = 512


def probe(host: Host) -> Probed:
    """Read sysfs and /proc; what only a running kernel tells is unknown in a tree."""
    cpu = host.read_text(CPU)
    memory = {name: int(kilobytes) * 1024 for name, kilobytes in _MEMORY_LINE.findall(host.read_text(MEMORY) or "")}
    trust = boot_trust(host)
    product = dmi(host, "product_name")
    facts = Hardware(
        vendor=dmi(host, "sys_vendor"),
        product=device_tree(host, "model") if product is None else product,
        firmware_version=dmi(host, "bios_version"),
        firmware=trust.firmware,
        cpu_model=_cpu_model(cpu or ""),
        cpu_cores=None if cpu is None else len(_PROCESSOR.findall(cpu)),
        cpu_flags_present=_cpu_flags(cpu),
        memory_bytes=memory.get("MemTotal"),
        swap_bytes=memory.get("SwapTotal"),
        disks=tuple(_disks(host)) if host.exists(BLOCK) else Unknown(unknown="not a live host"),
        virtualization=virtualization(host),
        tpm_present=trust.tpm_present,
        tpm_version=trust.tpm_version,
        secure_boot=trust.secure_boot,
        measured_boot=trust.measured_boot,
    )
    return Probed(facts, {"": Source(where="/sys and /proc"), "disks": Source(where=BLOCK)})


def _cpu_model(cpu: str) -> str | None:
    if match := _MODEL_LINE.search(cpu):
        return meant(match[1])
    numbers = dict(reversed(_ARM_LINE.findall(cpu)))
    return _ARM_MODELS.get((numbers.get("implementer", ""), numbers.get("part", "")))


def _cpu_flags(cpu: str | None) -> Maybe[tuple[str, ...]]:
    if cpu is None:
        return Unknown(unknown="not a live host")
    match = _FLAG_LINE.search(cpu)
    return tuple(sorted(_FLAGS & set(match[1].split()))) if match else ()


def _disks(host: Host) -> Iterator[Disk]:
    """Block devices with a driver behind them; a drive without a medium has no size."""
    for name in host.list_dir(BLOCK):
        place = f"{BLOCK}/{name}"
        sectors = int((host.read_text(f"{place}/size") or "0").strip() or 0)
        if (
            _NO_DISK.fullmatch(name)
            or not sectors
            or not host.exists(f"{place}/device")
            or _flag(host, f"{place}/hidden")
        ):
            continue
        yield Disk(
            name=name,
            size_bytes=sectors * _SECTOR,
            model=meant(host.read_text(f"{place}/device/model")),
            rotational=_flag(host, f"{place}/queue/rotational"),
            removable=bool(_flag(host, f"{place}/removable")),
        )


def _flag(host: Host, path: str) -> bool | None:
    text = (host.read_text(path) or "").strip()
    return text == "1" if text in ("0", "1") else None
