"""What makes a watcher look at a section again: files and directories that the kernel watches, tables that are polled.

A section that is not here is looked at at its check-ins only. Beside what is named here, every file that a fact came
from (the section's sources) is watched too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.rule_files import GROUPS, NAMED
from rongdun_agent.systemd_units.directories import SEARCH_PATH
from rongdun_agent.watch.homes import key_places, watched_homes
from rongdun_agent.watch.pattern import Pattern
from rongdun_agent.watch.polls import Poll, listeners, loaded_modules, mount_table, running_services
from rongdun_agent.watch.privileges import is_privileged
from rongdun_agent.watched_places import HOOKS, PRIVILEGED_DIRECTORIES


def _nothing(_: Host) -> Iterable[Pattern]:
    return ()


class Trigger(NamedTuple):
    """Patterns as glob(3) has them, and tables that are polled.

    What is written into the files of `contents` counts, of `entries` only that they come, go, or get other rights.
    `more` gives patterns that depend on the host. `cares` tells an entry that matters from the many that do not, where
    a directory has many: by host, path, and the facts as they were read last.
    """

    contents: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    polls: tuple[Poll, ...] = ()
    more: Callable[[Host], Iterable[Pattern]] = _nothing
    cares: Callable[[Host, str, Mapping[str, Any]], bool] | None = None

    @property
    def depends_on_host(self) -> bool:
        """Whether other patterns may matter after the host has changed."""
        return self.more is not _nothing

    def patterns(self, host: Host) -> Iterator[Pattern]:
        """All of them."""
        yield from (Pattern(path) for path in self.contents)
        yield from (Pattern(path, contents=False) for path in self.entries)
        yield from self.more(host)


_CRON = tuple(f"/etc/cron.{period}/*" for period in ("hourly", "daily", "weekly", "monthly", "yearly"))
_UNITS = tuple(f"{place}/{below}" for place in SEARCH_PATH for below in ("*", "*/*"))
_ACCESS_LISTS = ("/etc/cron.allow", "/etc/cron.deny", "/etc/at.allow", "/etc/at.deny")
_INIT = ("/etc/init.d/*", *(f"/etc/rc{level}.d/*" for level in "S2345"))
_TOPS = ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")
_SSHD = (
    *("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*", "/usr/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config.d/*"),
    *("/etc/default/ssh", "/etc/sysconfig/sshd", "/etc/crypto-policies/back-ends/opensshserver.config"),
)

TRIGGERS: Mapping[str, Trigger] = MappingProxyType(
    {
        "accounts": Trigger(
            contents=("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/login.defs", "/etc/nsswitch.conf", *_SSHD),
            more=key_places,
        ),
        "files": Trigger(entries=(*NAMED, *(pattern for group in GROUPS.values() for pattern in group))),
        "modules": Trigger(
            contents=(
                *("/etc/modules", *(f"{top}/modprobe.d/*" for top in _TOPS)),
                *(f"{top}/modules-load.d/*" for top in _TOPS),
            ),
            polls=(loaded_modules,),
        ),
        "mounts": Trigger(contents=("/etc/fstab",), polls=(mount_table,)),
        "packages": Trigger(
            contents=(
                *("/var/lib/dpkg/status", "/etc/apt/sources.list", "/etc/apt/sources.list.d/*", "/etc/yum.repos.d/*"),
                *("/var/lib/rpm/*", "/usr/lib/sysimage/rpm/*"),
            ),
        ),
        "pam": Trigger(contents=("/etc/pam.conf", "/etc/pam.d/*", "/usr/etc/pam.d/*", "/usr/lib/pam.d/*")),
        "password_policy": Trigger(
            contents=("/etc/login.defs", "/etc/pam.d/*", "/etc/security/*", "/etc/security/*/*", "/etc/profile.d/*")
        ),
        "schedules": Trigger(
            contents=(
                *("/etc/crontab", "/etc/anacrontab", "/etc/cron.d/*", *_CRON, *_ACCESS_LISTS, *_UNITS),
                *("/var/spool/cron/*", "/var/spool/cron/crontabs/*", "/var/spool/cron/tabs/*"),
            )
        ),
        "services": Trigger(contents=(*_UNITS, *_INIT), polls=(running_services,)),
        "sockets": Trigger(polls=(listeners,)),
        "sshd": Trigger(contents=_SSHD),
        "sudo": Trigger(contents=("/etc/sudoers", "/etc/sudoers.d/*")),
        "sysctl": Trigger(contents=("/etc/sysctl.conf", *(f"{top}/sysctl.d/*" for top in _TOPS))),
        "watched_files": Trigger(
            contents=tuple(pattern for _, patterns in HOOKS for pattern in patterns),
            entries=tuple(f"{place.rstrip('/')}/*" for place in PRIVILEGED_DIRECTORIES),
            more=watched_homes,
            cares=is_privileged,
        ),
    }
)
"""By section; these answer within seconds."""

NOT_WATCHED: Mapping[str, str] = MappingProxyType(
    {
        "walk": "what only a walk over all file systems finds waits for it",
        "weak_passwords": "trying passwords takes its time, and has a cadence of its own",
    }
)
"""Sections that no watcher reads, and why."""
