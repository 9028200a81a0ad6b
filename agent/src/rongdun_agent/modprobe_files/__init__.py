"""modprobe.d(5) and modules-load.d(5): modules that may not be loaded, and those that the boot loads."""

from rongdun_agent.modprobe_files.configuration import Configuration, read_configuration
from rongdun_agent.modprobe_files.tree import ModuleTree, read_tree

__all__ = ["Configuration", "ModuleTree", "read_configuration", "read_tree"]
