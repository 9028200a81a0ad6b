"""What is mounted, and what fstab(5) will mount."""

from rongdun_agent.mount_tables.fstab import FstabEntry, read_fstab
from rongdun_agent.mount_tables.live import LiveMount, read_live
from rongdun_agent.mount_tables.octal import unescaped
from rongdun_agent.mount_tables.scope import is_network, of_the_host

__all__ = ["FstabEntry", "LiveMount", "is_network", "of_the_host", "read_fstab", "read_live", "unescaped"]
