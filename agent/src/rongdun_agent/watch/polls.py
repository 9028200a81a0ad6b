"""Tables of the kernel that nobody tells us about: a cheap look that says whether a section has to be read again."""

from collections.abc import Callable, Hashable

from rongdun_agent.host import Host, HostError

_SLICES = tuple(f"/sys/fs/cgroup{mounted}/system.slice" for mounted in ("/systemd", "/unified", ""))
"""Where systemd keeps them, by the generations of control groups."""

Poll = Callable[[Host], Hashable]
"""What it returns is compared with what it returned last; a refusal is an answer like another."""


def listeners(host: Host) -> Hashable:
    """Sockets that wait for others, each by its inode too: another program on the same port is another one."""
    try:
        return host.waiting_sockets()
    except (HostError, OSError) as error:
        return type(error).__name__


def loaded_modules(host: Host) -> Hashable:
    """Names of what is loaded, their marks, and the kernel's taint; use counts change all the time."""
    try:
        lines = host.lines("/proc/modules")
        names = tuple((line.partition(" ")[0], line.partition("(")[2]) for line in lines)
        return names, host.read_text("/proc/sys/kernel/tainted")
    except (HostError, OSError) as error:
        return type(error).__name__


def running_services(host: Host) -> Hashable:
    """Control groups of services, by name: that of one that stops is gone at once."""
    try:
        names = next((found for place in _SLICES if (found := host.list_dir(place))), ())
        return tuple(name for name in names if name.endswith(".service"))
    except (HostError, OSError) as error:
        return type(error).__name__


def mount_table(host: Host) -> Hashable:
    """What is mounted where, and what is swapped to; how much of it is used changes all the time."""
    try:
        swaps = tuple(line.partition(" ")[0] for line in host.lines("/proc/swaps"))
        return host.read_bytes("/proc/1/mountinfo"), swaps
    except (HostError, OSError) as error:
        return type(error).__name__
