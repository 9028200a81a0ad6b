"""What may be asked on one link at this moment: what the settings list, and the link's own networks contain."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, collapse_addresses

from rongdun_agent.discovery.settings import SweepSettings
from rongdun_agent.kernel_network import Link

_POINT_TO_POINT = 31
"""From this prefix length on a network has neither a name of its own nor a broadcast address (RFC 3021)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Deny by default: a scope without senders or without networks allows nothing."""

    mac: bytes = b""
    senders: tuple[IPv4Interface, ...] = ()
    """This host's addresses on the link, with the networks that they are on."""
    networks: tuple[IPv4Network, ...] = ()
    """Listed and on the link, collapsed and in order."""
    excluded: tuple[IPv4Network, ...] = ()

    def sender_for(self, target: IPv4Address) -> IPv4Address | None:
        """The own address to ask `target` from; None: it may not be asked."""
        if not any(target in network for network in self.networks):
            return None
        if any(target in network for network in self.excluded) or any(target == own.ip for own in self.senders):
            return None
        for own in self.senders:
            if target in own.network and not _is_for_all(target, own.network):
                return own.ip
        return None

    def targets(self) -> Iterator[IPv4Address]:
        """Every address that may be asked, once, in order."""
        for network in self.networks:
            yield from (address for address in network if self.sender_for(address) is not None)


def scope_of(link: Link | None, sweep: SweepSettings | None) -> Scope:
    """The scope on a link as it is now; nothing for a link that is away, down, or has no address of its own."""
    if link is None or sweep is None or not link.up or link.mac is None:
        return Scope()
    senders = tuple(own for own in link.addresses if isinstance(own, IPv4Interface) and not own.ip.is_link_local)
    shared = (_shared(listed, own.network) for listed in sweep.networks for own in senders)
    return Scope(
        mac=bytes.fromhex(link.mac.replace(":", "")),
        senders=senders,
        networks=tuple(collapse_addresses(network for network in shared if network is not None)),
        excluded=sweep.exclude,
    )


def _shared(listed: IPv4Network, on_link: IPv4Network) -> IPv4Network | None:
    """Of two networks one contains the other, or they have nothing in common."""
    if listed.subnet_of(on_link):
        return listed
    return on_link if on_link.subnet_of(listed) else None


def _is_for_all(target: IPv4Address, network: IPv4Network) -> bool:
    edges = (network.network_address, network.broadcast_address)
    return network.prefixlen < _POINT_TO_POINT and target in edges
