"""What the boot loader hands to the kernel at the next boot."""

from rongdun_agent.boot_entries.entry import BootEntry
from rongdun_agent.boot_entries.next_boot import next_entry, words_at_boot

__all__ = ["BootEntry", "next_entry", "words_at_boot"]
