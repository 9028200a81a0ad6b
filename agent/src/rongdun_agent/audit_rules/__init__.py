"""audit.rules(7): what auditctl(8) would load from files, and what that covers."""

from rongdun_agent.audit_rules.boot import BootRules, read_boot_rules
from rongdun_agent.audit_rules.machine import Machine
from rongdun_agent.audit_rules.parse import Rules, parse_rules
from rongdun_agent.audit_rules.rule import Rule
from rongdun_agent.audit_rules.ruleset import to_ruleset

__all__ = ["BootRules", "Machine", "Rule", "Rules", "parse_rules", "read_boot_rules", "to_ruleset"]
