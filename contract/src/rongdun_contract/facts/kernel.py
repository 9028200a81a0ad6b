"""The kernel that runs, and how it was started."""

from rongdun_contract.facts.model import FactModel, Maybe


class Kernel(FactModel):
    """Release, command line and self-protection; parameters are in `sysctl`, modules in `modules`."""

    release: Maybe[str | None] = None
    version: Maybe[str | None] = None
    newest_installed: Maybe[str | None] = None
    """The newest release under /lib/modules or /boot; differs from `release` when a reboot is due."""
    reboot_due: Maybe[bool | None] = None
    """Another kernel is installed, newer than the one that runs; absent in a container, whose kernel is the host's."""
    command_line: Maybe[tuple[str, ...]] = ()
    command_line_at_boot: Maybe[tuple[str, ...]] = ()
    """What the boot loader's configuration hands over at the next boot, first menu entry."""
    lockdown: Maybe[str | None] = None
    vulnerabilities: Maybe[dict[str, str]] = {}
    """/sys/devices/system/cpu/vulnerabilities: name to what the kernel says."""
    vulnerable_to: Maybe[tuple[str, ...]] = ()
    """Names of those whose text begins with `Vulnerable`."""
    ima_measuring: Maybe[bool] = False
