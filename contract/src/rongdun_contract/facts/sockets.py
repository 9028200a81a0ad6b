"""Listening sockets and who holds them."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Listener(FactModel):
    """A TCP socket in LISTEN or a bound, unconnected UDP socket; holders that could not be seen are unknown."""

    protocol: Literal["tcp", "udp"]
    family: Literal["ipv4", "ipv6"]
    address: str
    port: int
    scope: Literal["loopback", "any", "address"]
    """`any` is 0.0.0.0 or ::, reachable from wherever the firewall allows."""
    process: Maybe[str | None] = None
    exe: Maybe[str | None] = None
    deleted: Maybe[bool] = False
    """The executable was removed or replaced since it started."""
    container: bool = False
    """The holder runs in a container: `exe` is a path there, and no package of this host brought it."""
    user: Maybe[str | None] = None
    service_unit: Maybe[str | None] = None
    package: Maybe[str | None] = None


class Sockets(FactModel):
    """Listeners sorted by protocol, family, address, port; ephemeral UDP client ports are left out."""

    listening: Maybe[tuple[Listener, ...]] = ()
