"""logrotate.conf(5): how long each log file stays."""

from rongdun_agent.logrotate_config.read import Entry, kept_days, read_entries, to_rotation

__all__ = ["Entry", "kept_days", "read_entries", "to_rotation"]
