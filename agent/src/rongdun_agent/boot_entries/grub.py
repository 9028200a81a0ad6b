"""grub.cfg as grub-mkconfig(8) writes it: entries, submenus, and variables that are simply set."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rongdun_agent.boot_entries.entry import BootEntry

_OPENING = re.compile(r"\s*(menuentry|submenu)\s+(.*)\{\s*$")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|(\S+)")
_LINUX = re.compile(r"\s*linux(?:16|efi)?\s+(\S+)\s*(.*)")
_SET = re.compile(r"\s*set\s+(\w+)=(?:\"([^\"]*)\"|'([^']*)'|(\S*))\s*$")
_IDENTIFIER = ("$menuentry_id_option", "--id")
_BLOCKS = re.compile(r"\s*(?:if|for|while|until)\s")
_BLOCK_ENDS = re.compile(r"\s*(?:fi|done)\s*$")


class GrubMenu(NamedTuple):
    """The entries in order, and the variables; `by_files` when entries of their own files are in the menu too."""

    entries: tuple[BootEntry, ...]
    variables: dict[str, str]
    by_files: bool


def read_menu(path: str, lines: Sequence[str]) -> GrubMenu:
    """Take the lines one by one: braces close entries, everything between is theirs."""
    entries: list[BootEntry] = []
    variables: dict[str, str] = {}
    opened: list[tuple[str, tuple[str, ...]]] = []
    counters = [0]
    by_files = False
    for number, line in enumerate(lines, 1):
        if opening := _OPENING.match(line):
            opened.append((opening[1], _names(opening[2])))
            counters.append(0)
        elif opened and line.strip() == "}":
            opened.pop()
            counters.pop()
            counters[-1] += 1
        elif (linux := _LINUX.match(line)) and opened and opened[-1][0] == "menuentry":
            image = linux[1].rpartition("/")[2]
            entries.append(
                BootEntry(opened[-1][1], tuple(counters[:-1]), image.partition("-")[2], linux[2], f"{path}:{number}")
            )
        elif not opened and (match := _SET.match(line)):
            _remember(variables, match[1], next((text for text in match.groups()[1:] if text is not None), ""))
        elif line.strip() == "blscfg":
            by_files = True
    return GrubMenu(tuple(entries), variables, by_files)


def _names(text: str) -> tuple[str, ...]:
    """The title, and the identifier that `--id` or its variable introduces."""
    words = [match[1] or match[2] or match[3] or "" for match in _QUOTED.finditer(text)]
    identifiers = [words[at + 1] for at, word in enumerate(words[:-1]) if word in _IDENTIFIER]
    return tuple(words[:1] + identifiers)


def _remember(variables: dict[str, str], name: str, value: str) -> None:
    """The last value, but not the one for a single next boot, nor a value that stands for itself."""
    if "next_entry" not in value and f"${{{name}}}" not in value:
        variables[name] = value
