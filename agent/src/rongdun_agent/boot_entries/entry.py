"""One entry of a boot loader's menu."""

from typing import NamedTuple


class BootEntry(NamedTuple):
    """`command_line` still has its variables (`$kernelopts`); `names` are all that a default may call it by."""

    names: tuple[str, ...]
    position: tuple[int, ...]
    """Index in the menu, and in each submenu on the way."""
    version: str
    command_line: str
    where: str
