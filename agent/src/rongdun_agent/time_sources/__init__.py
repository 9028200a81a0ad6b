"""The programs that keep clocks, and whom their configurations ask for the time."""

from rongdun_agent.time_sources.daemons import DAEMONS, Daemon, Servers

__all__ = ["DAEMONS", "Daemon", "Servers"]
