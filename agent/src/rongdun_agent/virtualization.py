"""In what kind of virtual machine or container the system runs, told without privilege and without CPUID."""

import re

from rongdun_agent.container import container_kind, in_container
from rongdun_agent.firmware import DEVICE_TREE, dmi
from rongdun_agent.host import Host
from rongdun_contract.facts import Maybe, Unknown

_FIELDS = ("product_name", "sys_vendor", "board_vendor", "bios_vendor")
_BY_DMI = (
    ("KVM", "kvm"),
    ("OpenStack", "kvm"),
    ("KubeVirt", "kvm"),
    ("Amazon EC2", "amazon"),
    ("Google Compute Engine", "google"),
    ("QEMU", "qemu"),
    ("VMware", "vmware"),
    ("VMW", "vmware"),
    ("innotek GmbH", "oracle"),
    ("VirtualBox", "oracle"),
    ("Oracle Corporation", "oracle"),
    ("Xen", "xen"),
    ("Bochs", "bochs"),
    ("Parallels", "parallels"),
    ("BHYVE", "bhyve"),
    ("Hyper-V", "microsoft"),
    ("Virtual Machine", "microsoft"),
    ("Apple Virtualization", "apple"),
)
"""How fields begin, as systemd knows them."""

_FIRM = frozenset({"amazon", "google", "oracle", "parallels", "vmware", "xen", "microsoft"})
"""Hypervisors whose own name says more than the interface that they offer to their guests."""
_BY_CLOCK = (("kvm-clock", "kvm"), ("hyperv_clocksource", "microsoft"), ("xen", "xen"))
_CLOCKS = "/sys/devices/system/clocksource/clocksource0/available_clocksource"
_ANY_HYPERVISOR = re.compile(r"^flags\s*:.*\bhypervisor\b", re.MULTILINE)


def virtualization(host: Host) -> Maybe[str | None]:
    """The innermost layer: a container's name before its machine's; None on bare metal."""
    contained = in_container(host)
    if contained is True:
        return container_kind(host) or "container-other"
    machine = _machine(host)
    if machine is None and not host.live and not host.exists("/proc/cpuinfo"):
        return Unknown(unknown="not a live host")
    return contained if machine is None and isinstance(contained, Unknown) else machine


def _machine(host: Host) -> str | None:
    if "control_d" in (host.read_text("/proc/xen/capabilities") or ""):
        return None  # Xen's own first domain has the machine itself
    named = _by_dmi(host)
    if named in _FIRM:
        return named
    clocks = host.read_text(_CLOCKS) or ""
    by_clock = next((name for sign, name in _BY_CLOCK if sign in clocks), None)
    return by_clock or named or _by_device_tree(host) or _by_flag(host)


def _by_dmi(host: Host) -> str | None:
    for field in _FIELDS:
        value = dmi(host, field)
        for start, name in _BY_DMI:
            if isinstance(value, str) and value.startswith(start):
                return name
    return None


def _by_device_tree(host: Host) -> str | None:
    for top in DEVICE_TREE:
        if compatible := host.read_text(f"{top}/hypervisor/compatible"):
            return "kvm" if "linux,kvm" in compatible else "xen" if "xen" in compatible else "vm-other"
    return None


def _by_flag(host: Host) -> str | None:
    return "vm-other" if _ANY_HYPERVISOR.search(host.read_text("/proc/cpuinfo") or "") else None
