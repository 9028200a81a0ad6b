"""Kernel parameters in files: sysctl.d(5), sysctl.conf(5), the kernel's command line, and ufw's own file."""

from rongdun_agent.sysctl_files.boot import at_boot
from rongdun_agent.sysctl_files.keys import dotted, proc_path

__all__ = ["at_boot", "dotted", "proc_path"]
