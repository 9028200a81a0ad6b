"""Every probe, in one list: what runs, with which rights it is given, on a host."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rongdun_agent.host import Host
from rongdun_agent.probed import Probed
from rongdun_agent.probes import (
    accounts,
    audit,
    boot,
    capacity,
    devices,
    files,
    firewall,
    hardware,
    identity,
    kernel,
    logging,
    logins,
    mandatory_access,
    modules,
    mounts,
    neighbours,
    network,
    os,
    packages,
    pam,
    password_policy,
    processes,
    protection,
    schedules,
    services,
    sockets,
    sshd,
    sudo,
    sysctl,
    time_sync,
    walk,
)

Probe = Callable[[Host], Probed]

PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "accounts": accounts.probe,
        "audit": audit.probe,
        "boot": boot.probe,
        "capacity": capacity.probe,
        "devices": devices.probe,
        "files": files.probe,
        "firewall": firewall.probe,
        "hardware": hardware.probe,
        "identity": identity.probe,
        "kernel": kernel.probe,
        "logging": logging.probe,
        "logins": logins.probe,
        "mandatory_access": mandatory_access.probe,
        "modules": modules.probe,
        "mounts": mounts.probe,
        "neighbours": neighbours.probe,
        "network": network.probe,
        "os": os.probe,
        "packages": packages.probe,
        "pam": pam.probe,
        "password_policy": password_policy.probe,
        "processes": processes.probe,
        "protection": protection.probe,
        "schedules": schedules.probe,
        "services": services.probe,
        "sockets": sockets.probe,
        "sshd": sshd.probe,
        "sudo": sudo.probe,
        "sysctl": sysctl.probe,
        "time_sync": time_sync.probe,
        "walk": walk.probe,
    }
)
