"""Interfaces, addresses, routes and resolvers as the host has them now."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Interface(FactModel):
    """A network interface; addresses as `192.0.2.1/24` and `2001:db8::1/64`, temporary ones left out.

    The host's ends of containers' pairs are left out: they come and go with the containers.
    """

    name: str
    kind: str | None = None
    """`ethernet`, `loopback`, `bridge`, `bond`, `vlan`, `tunnel`, `wireless`, `virtual`."""
    mac: str | None = None
    mtu: int | None = None
    up: bool = False
    """Switched on; whether a cable is in it is not said."""
    promiscuous: bool = False
    """Somebody listens to all frames; a bridge, which does so on its ports, does not count."""
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()


class Route(FactModel):
    """A route of the main tables; `default` is written `0.0.0.0/0` or `::/0`."""

    family: Literal["ipv4", "ipv6"]
    destination: str
    gateway: str | None = None
    interface: str


class Network(FactModel):
    """Addresses are identity: unique per host, so no setting lives here."""

    interfaces: Maybe[tuple[Interface, ...]] = ()
    routes: Maybe[tuple[Route, ...]] = ()
    resolvers: tuple[str, ...] = ()
    search_domains: tuple[str, ...] = ()
