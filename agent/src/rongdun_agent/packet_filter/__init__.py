"""What the host's packet filter does with a packet that no rule names: nftables and iptables in one form."""

from rongdun_agent.packet_filter.at_boot import AtBoot, read_manager
from rongdun_agent.packet_filter.iptables import read_iptables
from rongdun_agent.packet_filter.judge import judge
from rongdun_agent.packet_filter.nft import read_nft
from rongdun_agent.packet_filter.rule import BaseChain, FilterRule, Match, RuleSet

__all__ = [
    "AtBoot",
    "BaseChain",
    "FilterRule",
    "Match",
    "RuleSet",
    "judge",
    "read_iptables",
    "read_manager",
    "read_nft",
]
