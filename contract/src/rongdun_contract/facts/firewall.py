"""What the host's own packet filter lets in."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe

Policy = Literal["accept", "drop", "reject"]


class Family(FactModel):
    """Input filtering for one address family; what matters is what happens to a packet that no rule names."""

    filtered: bool = False
    """A base chain at the input hook exists."""
    default: Maybe[Policy] = "accept"
    """The real default: the chain's policy, or the verdict of an unconditional last rule."""
    established_accepted: Maybe[bool] = False
    loopback_accepted: Maybe[bool] = False
    any_accepted: Maybe[bool] = False
    """A rule accepts everything from anywhere before the default is reached."""
    open_ports: Maybe[tuple[str, ...]] = ()
    """`tcp/22`, `udp/1000-2000` that a rule accepts from any source."""


class Firewall(FactModel):
    """`manager` is what the next boot will load; the families tell what is loaded now, or would be by its files."""

    manager: Literal["firewalld", "ufw", "nftables", "iptables"] | None = None
    enabled_at_boot: Maybe[bool] = False
    live: Maybe[bool] = True
    """Whether the families come from the kernel; false: from the manager's files."""
    ipv4: Maybe[Family] = Family()
    ipv6: Maybe[Family] = Family()
    input_default_at_boot: Maybe[Policy | None] = None
