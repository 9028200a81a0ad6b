"""Configuration in directories, as systemd and procps read it: a file's name decides over which it counts and when."""

from collections.abc import Iterable

from rongdun_agent.host import Host


def drop_in_files(host: Host, directories: Iterable[str], suffix: str = ".conf") -> tuple[str, ...]:
    """Files in the order in which they apply: sorted by name, and of one name only the first directory's.

    A symlink to /dev/null is among them: it is empty, and keeps those of its name in later directories from counting.
    """
    by_name: dict[str, str] = {}
    for directory in dict.fromkeys(directories):
        for name in host.list_dir(directory):
            if name.endswith(suffix) and not name.startswith("."):
                by_name.setdefault(name, f"{directory}/{name}")
    return tuple(path for _, path in sorted(by_name.items()))


def configuration_directories(name: str) -> tuple[str, ...]:
    """Where files of a kind (`sysctl.d`, `systemd/journald.conf.d`) may stand, the administrator's first."""
    return tuple(f"{top}/{name}" for top in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"))
