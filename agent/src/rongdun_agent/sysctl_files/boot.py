"""What the next boot sets: the kernel's command line first, then what a program reads from files, ufw's at the end."""

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from rongdun_agent.drop_in_files import configuration_directories, drop_in_files
from rongdun_agent.host import Host
from rongdun_agent.setting import Setting
from rongdun_agent.sysctl_files.keys import proc_path
from rongdun_agent.sysctl_files.lines import Line, read_lines
from rongdun_agent.sysctl_files.merge import merge
from rongdun_agent.systemd_units import starts_at_boot

CONFIGURATION = "/etc/sysctl.conf"
_SYSTEMD_PROGRAMS = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
_UFW, _UFW_DEFAULTS, _UFW_SYSCTL = "/etc/ufw/ufw.conf", "/etc/default/ufw", "/etc/ufw/sysctl.conf"
_ASSIGNMENT = re.compile(r"\s*([A-Z_]+)=[\"']?([^\"'#\s]*)")


def at_boot(host: Host, relevant: Iterable[str], command_line: Iterable[str] = ()) -> dict[str, Setting]:
    """Settings by path below /proc/sys; a pattern is expanded to `relevant` paths, and to those that files name.

    systemd-sysctl(8) sets them where it is installed, which knows sysctl.conf only through a symlink; otherwise
    `sysctl --system`, which reads it last.
    """
    by_systemd = any(host.exists(path) for path in _SYSTEMD_PROGRAMS)
    files = [*drop_in_files(host, configuration_directories("sysctl.d")), *(() if by_systemd else (CONFIGURATION,))]
    lines = [line for path in files for line in read_lines(host, path)]
    known = dict.fromkeys((*relevant, *(line.path for line in lines)))
    every_line = [*_from_command_line(command_line), *lines, *_ufw_lines(host)]
    return merge(every_line, _expansion(known), by_systemd=by_systemd)


def _expansion(known: Iterable[str]) -> Callable[[str], list[str]]:
    def expand(pattern: str) -> list[str]:
        parts = pattern.split("/")
        return [path for path in known if _matches(path.split("/"), parts)]

    return expand


def _matches(path: list[str], pattern: list[str]) -> bool:
    return len(path) == len(pattern) and all(map(fnmatchcase, path, pattern))


def _from_command_line(words: Iterable[str]) -> Iterator[Line]:
    """`sysctl.key=value`, which the kernel itself applies before any program runs."""
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key.startswith(("sysctl.", "sysctl/")):
            yield Line(proc_path(key[7:]), value, "/proc/cmdline")


def _ufw_lines(host: Host) -> list[Line]:
    """Ufw's own parameters, which it sets when it starts."""
    if _variable(host, _UFW, "ENABLED").lower() != "yes" or starts_at_boot(host, "ufw.service") is not True:
        return []
    return list(read_lines(host, _variable(host, _UFW_DEFAULTS, "IPT_SYSCTL") or _UFW_SYSCTL))


def _variable(host: Host, path: str, name: str) -> str:
    """A variable of a file that a shell reads; the last assignment counts."""
    found = (match for line in host.lines(path) if (match := _ASSIGNMENT.match(line)))
    return {match[1]: match[2] for match in found}.get(name, "")
