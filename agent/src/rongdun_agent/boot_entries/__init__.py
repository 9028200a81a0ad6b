"""What the boot loader hands to the kernel at the next boot."""

from rongdun_agent.boot_entries.entry import BootEntry
from rongdun_agent.boot_entries.next_boot import next_entry

__all__ = ["BootEntry", "next_entry"]
