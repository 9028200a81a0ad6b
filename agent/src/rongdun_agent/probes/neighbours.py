"""Who answered on the local links lately."""

from rongdun_agent.host import Host
from rongdun_agent.kernel_network import read_neighbours
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts.neighbours import Neighbours


def probe(host: Host) -> Probed:
    """Read what the kernel has learnt by itself; nobody is asked."""
    return Probed(Neighbours(entries=read_neighbours(host)), {"": Source(where="the running kernel")})
