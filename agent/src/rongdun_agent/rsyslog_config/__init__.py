"""rsyslog.conf(5): where records go, in both of its languages."""

from rongdun_agent.rsyslog_config.flow import Flow, follow
from rongdun_agent.rsyslog_config.statements import Statement, read_statements

__all__ = ["Flow", "Statement", "follow", "read_statements"]
