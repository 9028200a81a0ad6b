"""Who waits for connections, on which addresses, and with what right."""

import ipaddress
from collections.abc import Mapping
from typing import Literal

from rongdun_agent.file_owners import owners
from rongdun_agent.host import Holders, Host, Process, Refused, WaitingSocket
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.sockets import Listener, Sockets

_NO_PERMISSION = Unknown(unknown="no permission")


def probe(host: Host) -> Probed:
    """Join the kernel's tables to the processes that hold the sockets, and these to packages."""
    waiting = host.waiting_sockets()
    holders = _holders(host)
    held_by = {row: _holder(row, holders) for row in waiting}
    packages = owners(host, sorted({exe for process in held_by.values() if (exe := _exe_here(process))}))
    listeners: dict[Listener, str] = {}
    for row, process in held_by.items():
        listener = _listener(host, row, process, packages, seen=holders.complete)
        listeners.setdefault(listener, row.table)
    sources = {f"listening[{at}]": Source(where=table) for at, table in enumerate(listeners.values())}
    return Probed(Sockets(listening=tuple(listeners)), sources)


def _holders(host: Host) -> Holders:
    try:
        return host.socket_holders
    except Refused:
        return Holders({}, complete=False)


def _holder(row: WaitingSocket, holders: Holders) -> Process | None:
    """The process that answers for a socket: the oldest that has it, for workers inherit it from their master.

    systemd keeps every socket that it opened for a service, so it answers only for those that no service has taken.
    """
    return min(holders.by_inode.get(row.inode, ()), key=lambda p: (p.pid == 1, p.started, p.pid), default=None)


def _listener(
    host: Host, row: WaitingSocket, process: Process | None, packages: Mapping[str, Maybe[str | None]], *, seen: bool
) -> Listener:
    # a socket that no descriptor leads to is the kernel's own (NFS, WireGuard), if all descriptors could be seen
    nobody = None if seen else _NO_PERMISSION
    return Listener(
        protocol=row.protocol,
        family=row.family,
        address=row.written_address(),
        port=row.port,
        scope=_scope(row),
        process=process.name if process else nobody,
        exe=process.exe if process else nobody,
        deleted=process.deleted if process else nobody or False,
        container=process is not None and process.contained,
        user=host.user_of(process) if process else nobody,
        service_unit=process.service_unit if process else nobody,
        package=_package(process, packages) if process else nobody,
    )


def _package(process: Process, packages: Mapping[str, Maybe[str | None]]) -> Maybe[str | None]:
    if isinstance(process.exe, Unknown):
        return process.exe
    exe = _exe_here(process)
    return packages[exe] if exe else None


def _exe_here(process: Process | None) -> str | None:
    """The program as a file of this host, which the package manager may have brought; none in a container."""
    if process is None or process.contained or isinstance(process.exe, Unknown):
        return None
    return process.exe


def _scope(row: WaitingSocket) -> Literal["loopback", "any", "address"]:
    address = ipaddress.ip_address(row.address)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if (mapped or address).is_unspecified:
        return "any"
    return "loopback" if (mapped or address).is_loopback else "address"
