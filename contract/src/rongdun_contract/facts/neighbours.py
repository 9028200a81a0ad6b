"""Who answered on the local links lately (volatile)."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Neighbour(FactModel):
    """An entry of the kernel's ARP or IPv6 neighbour table that has a link address."""

    family: Literal["ipv4", "ipv6"]
    address: str
    mac: str
    interface: str


class Neighbours(FactModel):
    """The neighbour tables of both families, sorted by interface and address."""

    entries: Maybe[tuple[Neighbour, ...]] = ()
