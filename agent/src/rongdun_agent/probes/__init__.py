"""Every probe, in one list: what runs, with which rights it is given, on a host."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from rongdun_agent.host import Host
from rongdun_agent.probed import Probed

Probe = Callable[[Host], Probed]


class _Probes(Mapping[str, Probe]):
    """Each is the function `probe` of the module of that name, imported only when it is asked for."""

    def __init__(self, *names: str) -> None:
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Probe:
        if name not in self._names:
            raise KeyError(name)
        probe: Probe = import_module(f"{__name__}.{name}").probe
        return probe

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


PROBES: Mapping[str, Probe] = _Probes(
    "accounts",
    "audit",
    "boot",
    "capacity",
    "devices",
    "files",
    "firewall",
    "guest_access",
    "hardware",
    "identity",
    "kernel",
    "logging",
    "logins",
    "mandatory_access",
    "modules",
    "mounts",
    "neighbours",
    "network",
    "os",
    "packages",
    "pam",
    "password_policy",
    "processes",
    "protection",
    "schedules",
    "services",
    "sockets",
    "sshd",
    "sudo",
    "sysctl",
    "time_sync",
    "walk",
    "watched_files",
    "weak_passwords",
)
