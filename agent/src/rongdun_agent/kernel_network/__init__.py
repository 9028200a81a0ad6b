"""Links, addresses, routes and neighbours, in words instead of the kernel's numbers."""

from rongdun_agent.kernel_network.links import Link, read_links
from rongdun_agent.kernel_network.neighbours import read_neighbours
from rongdun_agent.kernel_network.routes import read_routes

__all__ = ["Link", "read_links", "read_neighbours", "read_routes"]
