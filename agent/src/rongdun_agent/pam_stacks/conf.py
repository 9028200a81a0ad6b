"""Configuration files of PAM modules: `name = value` lines, `#` comments, the last line of a name wins."""

import re
from collections.abc import Mapping

from rongdun_agent.host import Host
from rongdun_agent.setting import Setting

_LINE = re.compile(r"([^\s=]+)\s*=?\s*(.*)")
_NUMBER = re.compile(r"\s*\+?([0-9]{1,9})")


def parse_conf(path: str, lines: tuple[str, ...]) -> list[tuple[str, Setting]]:
    """All settings in their order; what is set twice is in the list twice."""
    found = []
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line.partition("#")[0].strip())
        if match:
            found.append((match[1], Setting(match[2], f"{path}:{number}")))
    return found


def merged(settings: list[tuple[str, Setting]]) -> Mapping[str, Setting]:
    """The last setting of each name, which remembers those before it."""
    found: dict[str, Setting] = {}
    for name, setting in settings:
        found[name] = setting.over(found.get(name))
    return found


def of_arguments(args: tuple[str, ...], where: str) -> list[tuple[str, Setting]]:
    """A module's arguments as settings: `name=value`, or a bare name with an empty value."""
    return [(name, Setting(value, where)) for name, _, value in (arg.partition("=") for arg in args)]


def leading_number(text: str) -> int | None:
    """The number that a text starts with, as scanf(3) reads `%u`; none when it starts with something else."""
    match = _NUMBER.match(text)
    return int(match[1]) if match else None


def existing(host: Host, paths: tuple[str, ...]) -> str | None:
    """The first of the paths that is a file: an administrator's file hides the vendor's."""
    return next((path for path in paths if host.is_file(path)), None)
