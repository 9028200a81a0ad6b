"""File capabilities, as the kernel stores them in an extended attribute (capabilities(7))."""

import struct
from collections.abc import Iterator

# fmt: off
_NAMES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
)
# fmt: on


def permitted(data: bytes) -> str:
    """The permitted set of a `security.capability` attribute as getcap(8) names it (capability.h, revisions 1 to 3)."""
    words = struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
    bits = words[1] | (words[3] << 32 if len(words) > 3 else 0)  # noqa: PLR2004 - revision 1 has one pair of words
    return ",".join(_named(bits))


def _named(bits: int) -> Iterator[str]:
    for number in range(bits.bit_length()):
        if bits >> number & 1:
            yield "cap_" + _NAMES[number] if number < len(_NAMES) else f"cap_{number}"
