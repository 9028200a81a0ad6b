"""Which entry the next boot takes, with its variables filled in."""

import re
from collections.abc import Mapping, Sequence

from rongdun_agent.boot_entries.entry import BootEntry
from rongdun_agent.boot_entries.entry_files import read_entries
from rongdun_agent.boot_entries.grub import GrubMenu, read_menu
from rongdun_agent.host import Host, Refused
from rongdun_agent.kernel_command_line import running_words, split_words

_CONFIGURATIONS = ("/boot/grub/grub.cfg", "/boot/grub2/grub.cfg")
_ON_EFI = "/boot/efi/EFI/*/grub.cfg"
_ENVIRONMENTS = ("/boot/grub/grubenv", "/boot/grub2/grubenv", "/boot/efi/EFI/*/grubenv")
_KERNEL_INSTALL = ("/etc/kernel/cmdline", "/usr/lib/kernel/cmdline")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def next_entry(host: Host) -> BootEntry | None:
    """The default entry of GRUB's menu or of the entries' own files; `None` where no boot loader is configured.

    Raises `Refused` where the configuration is root's alone.
    """
    menu = _menu(host)
    environment = _environment(host)
    entries: Sequence[BootEntry] = menu.entries if menu else ()
    if menu is None or menu.by_files or not entries:
        entries = read_entries(host) or entries
    variables = (menu.variables if menu else {}) | environment
    chosen = _default(entries, variables)
    return _filled(chosen, variables) if chosen else _by_kernel_install(host)


def words_at_boot(host: Host) -> list[str]:
    """The command line of the next boot; where nobody may see it or no loader has one, that of this boot."""
    try:
        entry = next_entry(host)
    except Refused:
        entry = None
    return split_words(entry.command_line) if entry else running_words(host)


def _menu(host: Host) -> GrubMenu | None:
    """GRUB's menu; on the EFI partition only where /boot has none, for there it often just leads to that one."""
    for path in (*_CONFIGURATIONS, *host.glob(_ON_EFI)):
        if lines := host.lines(path):
            return read_menu(path, lines)
    return None


def _environment(host: Host) -> dict[str, str]:
    """Variables that GRUB keeps between boots (grub-editenv)."""
    found = {}
    for pattern in _ENVIRONMENTS:
        for path in host.glob(pattern):
            for line in host.lines(path):
                name, equals, value = line.partition("=")
                if equals and not line.startswith("#"):
                    found[name] = value.replace("\\\\", "\\")
    return found


def _default(entries: Sequence[BootEntry], variables: Mapping[str, str]) -> BootEntry | None:
    """What `default` names, by positions or names, with `>` between a submenu and what is in it; else the first."""
    wanted = _fill(variables.get("default") or variables.get("saved_entry", ""), variables).split(">")
    if all(part.isdecimal() for part in wanted):
        position = tuple(map(int, wanted))
        found = next((entry for entry in entries if entry.position[: len(position)] == position), None)
    else:
        found = next((entry for entry in entries if wanted[-1] in entry.names), None)
    return found or next(iter(entries), None)


def _filled(entry: BootEntry, variables: Mapping[str, str]) -> BootEntry:
    return entry._replace(command_line=_fill(entry.command_line, variables))


def _fill(text: str, variables: Mapping[str, str]) -> str:
    """Variables by their values, as GRUB does: what is not set is nothing."""
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2], ""), text)


def _by_kernel_install(host: Host) -> BootEntry | None:
    for path in _KERNEL_INSTALL:
        if text := host.read_text(path):
            return BootEntry((), (), "", " ".join(text.split()), path)
    return None
