"""Interfaces, addresses and routes of the running kernel; resolvers by their file."""

from rongdun_agent.host import Host, NotLive
from rongdun_agent.kernel_network import Link, read_links, read_routes
from rongdun_agent.probed import Probed
from rongdun_agent.resolvers import read_resolvers
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.network import Interface, Network, Route


def probe(host: Host) -> Probed:
    """Ask the kernel by netlink, in the network namespace that we run in, which is the one we report from."""
    resolvers = read_resolvers(host)
    interfaces: Maybe[tuple[Interface, ...]]
    routes: Maybe[tuple[Route, ...]]
    try:
        links = read_links(host)
    except NotLive:
        interfaces = routes = Unknown(unknown="not a live host")
    else:
        interfaces = tuple(_interface(link) for link in links if not link.passing)
        routes = read_routes(host, links)
    facts = Network(interfaces=interfaces, routes=routes, resolvers=resolvers.servers, search_domains=resolvers.search)
    by_kernel, by_file = Source(where="the running kernel"), Source(where=resolvers.where)
    fields = {"interfaces": by_kernel, "routes": by_kernel, "resolvers": by_file, "search_domains": by_file}
    return Probed(facts, fields)


def _interface(link: Link) -> Interface:
    return Interface(
        name=link.name,
        kind=link.kind,
        mac=link.mac,
        mtu=link.mtu,
        up=link.up,
        promiscuous=link.promiscuous,
        ipv4=tuple(str(address) for address in link.addresses if address.version == 4),  # noqa: PLR2004 - IPv4
        ipv6=tuple(str(address) for address in link.addresses if address.version == 6),  # noqa: PLR2004 - IPv6
    )
