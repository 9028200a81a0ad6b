"""logrotate.conf(5): how long each log file stays."""

from rongdun_agent.logrotate_config.entry import Entry, kept_days, to_rotation
from rongdun_agent.logrotate_config.read import read_entries

__all__ = ["Entry", "kept_days", "read_entries", "to_rotation"]
