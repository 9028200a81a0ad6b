"""The kernel's audit system: rules on disk, rules loaded, and auditd's own settings."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe

Activity = Literal[
    "permissions",
    "ownership",
    "attributes",
    "deletion",
    "mounts",
    "host names",
    "refused access",
    "commands",
    "root commands",
]
"""`commands`: every program that somebody starts; `root commands`: at least those started as root; `refused access`:
opening, creating and truncating that failed for want of rights; `attributes` are extended ones."""


class Watch(FactModel):
    """A file or directory watch: `-w PATH -p rwxa`, or its `-F path=/dir= -F perm=` spelling."""

    path: str
    permissions: str
    """A subset of `rwxa`, in this order."""
    recursive: bool = False
    key: str | None = None


class SyscallRule(FactModel):
    """An `-a` rule: `action` always or never; `fields` normalised (`auid>=1000`, `auid!=unset`)."""

    action: Literal["always", "never"]
    list: str
    arch: str | None = None
    syscalls: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    key: str | None = None


class Ruleset(FactModel):
    """Rules in the order in which the kernel takes them."""

    watches: tuple[Watch, ...] = ()
    syscall_rules: tuple[SyscallRule, ...] = ()
    enabled: int | None = None
    """The last `-e`: 0 off, 1 on, 2 locked until reboot."""
    suppressed: bool = False
    """A `-a never,task` (or `never,exit` without fields) comes first and silences the rest."""
    audited_paths: tuple[str, ...] = ()
    """Paths watched for at least writing and attribute changes."""
    audited_executables: tuple[str, ...] = ()
    audited_syscalls: tuple[str, ...] = ()
    """System calls audited on the native 64-bit ABI whatever the user."""
    activities: tuple[Activity, ...] = ()
    """Sorted; those of which every system call is audited for people: whoever logged in, though not for services."""
    unpaired_syscalls: tuple[str, ...] = ()
    """Audited for 64-bit programs, and not for 32-bit ones, which x86 can run as well."""


class Auditd(FactModel):
    """auditd.conf(5), effective with its compiled-in defaults."""

    log_file: str | None = None
    max_log_file_mb: int | None = None
    num_logs: int | None = None
    max_log_file_action: str | None = None
    space_left_action: str | None = None
    admin_space_left_action: str | None = None
    disk_full_action: str | None = None
    disk_error_action: str | None = None
    write_logs: bool = True
    log_group: str | None = None


class Audit(FactModel):
    """What is installed, what will be loaded at boot, and what the kernel has now."""

    installed: bool = False
    at_boot: Maybe[Ruleset | None] = None
    """What augenrules(8) would compile and load, or /etc/audit/audit.rules where the service loads that."""
    loaded: Maybe[Ruleset | None] = None
    loaded_as_written: Maybe[bool | None] = None
    """The kernel has the same rules as the next boot will load; absent where either is."""
    kernel_enabled: Maybe[int | None] = None
    settings: Maybe[Auditd | None] = None
