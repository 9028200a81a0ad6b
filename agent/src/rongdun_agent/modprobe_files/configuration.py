"""What modprobe(8) would do instead of loading a module, and what is loaded unasked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from rongdun_agent.drop_in_files import drop_in_files
from rongdun_agent.host import Host
from rongdun_contract.documents import Source

_DIRECTORIES = tuple(f"{top}/modprobe.d" for top in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"))
_LOADED = tuple(f"{top}/modules-load.d" for top in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"))
_DEBIAN_MODULES = "/etc/modules"
_DOES_NOTHING = frozenset(("true", "false", "nologin", ":"))
_SEPARATORS = re.compile(r"[\t ]+")
_COMMAND_LINE = "/proc/cmdline"


class Configuration(NamedTuple):
    """Sources by the name of a module, dashes written as underscores; `installs` may hold patterns."""

    installs: Sequence[tuple[str, str, Source]]
    """Pattern, command, place; the first that matches counts (libkmod)."""
    refused: Mapping[str, Source]
    """`module_blacklist=` on the kernel's command line: the kernel itself loads none of these."""
    blacklisted: Mapping[str, Source]
    loaded_at_boot: Mapping[str, Source]

    def barring(self, name: str) -> Source | None:
        """What keeps a module from being loaded even by its own name."""
        if name in self.refused:
            return self.refused[name]
        for pattern, command, source in self.installs:
            if fnmatchcase(name, pattern):
                return source if does_nothing(command) else None
        return None


def read_configuration(host: Host, command_line: Iterable[str]) -> Configuration:
    """Read all files in the order in which libkmod does, and what the command line adds."""
    installs: list[tuple[str, str, Source]] = []
    blacklisted: dict[str, Source] = {}
    for path in drop_in_files(host, _DIRECTORIES):
        for number, words in _lines(host, path):
            source = Source(where=f"{path}:{number}")
            if words[0] == "install" and len(words) == 3:  # noqa: PLR2004 - keyword, module, command
                installs.append((canonical(words[1]), words[2], source))
            elif words[0] == "blacklist" and len(words) > 1:
                blacklisted.setdefault(canonical(words[1]), source)
    told = Source(where=_COMMAND_LINE)
    words = list(command_line)
    refused = dict.fromkeys(_listed(words, "module_blacklist"), told)
    by_modprobe = dict.fromkeys(_listed(words, "modprobe.blacklist"), told)
    loaded = dict.fromkeys((*_listed(words, "modules_load"), *_listed(words, "modules-load")), told)
    return Configuration(tuple(installs), refused, blacklisted | by_modprobe | refused, _loaded_at_boot(host) | loaded)


def does_nothing(command: str) -> bool:
    """Whether a command in the place of loading a module only pretends to: `/bin/true`, `/bin/false`, `exit 1`."""
    first, _, rest = command.strip().partition(" ")
    if first == "exit":
        return True
    return first.strip("\"'").rpartition("/")[2] in _DOES_NOTHING and not re.search(r"[;&|]", rest.partition("#")[0])


def canonical(name: str) -> str:
    """The name as the kernel writes it: underscores for dashes, but not inside brackets."""
    return "".join(part if part.startswith("[") else part.replace("-", "_") for part in re.split(r"(\[[^\]]*\])", name))


def _lines(host: Host, path: str) -> Iterator[tuple[int, list[str]]]:
    """Keyword, module and rest of each line; a backslash at the end joins the next line on."""
    begun, start = "", 0
    for number, raw in enumerate(host.lines(path), 1):
        start = start or number
        if raw.endswith("\\"):
            begun += raw[:-1]
            continue
        words = _SEPARATORS.split((begun + raw).strip("\t "), 2)
        if words[0] and not words[0].startswith("#"):
            yield start, words
        begun, start = "", 0


def _loaded_at_boot(host: Host) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for path in dict.fromkeys((*drop_in_files(host, _LOADED), _DEBIAN_MODULES)):
        for number, line in enumerate(host.lines(path), 1):
            name = line.strip().partition(" ")[0]
            if name and name[0] not in "#;":
                found.setdefault(canonical(name), Source(where=f"{path}:{number}"))
    return found


def _listed(words: Iterable[str], key: str) -> list[str]:
    """The comma-separated values of a parameter of the kernel's command line."""
    values = (word.partition("=")[2] for word in words if word.partition("=")[0].removeprefix("rd.") == key)
    return [canonical(name) for value in values for name in value.split(",") if name]
