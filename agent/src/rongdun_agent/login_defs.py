"""login.defs(5) as shadow's own parser reads it: the settings of passwd, useradd, su and login."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rongdun_agent.host import Host

PATH = "/etc/login.defs"
_LINE = re.compile(r"[ \t]*([^ \t]+)[ \t][ \t\"]*([^\"]*)")
_NUMBER = re.compile(r"\s*([+-]?)(0[xX][0-9A-Fa-f]{1,16}|[0-9]{1,19})")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it stands; `overrides` are the places that said something earlier and lost."""

    value: str
    where: str
    overrides: tuple[str, ...] = ()


def read_login_defs(host: Host) -> Mapping[str, Setting]:
    """The effective settings by name; empty when the file is absent."""
    return parse_login_defs(PATH, host.lines(PATH))


def parse_login_defs(path: str, lines: tuple[str, ...]) -> dict[str, Setting]:
    """Parse `NAME value` lines: the last one wins, a `#` behind a value is part of it, quotes around it go."""
    found: dict[str, Setting] = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.match(line.rstrip())
        if match is None or match[1].startswith("#"):
            continue
        before = found.get(match[1])
        overrides = (*before.overrides, before.where) if before else ()
        found[match[1]] = Setting(match[2], f"{path}:{number}", overrides)
    return found


def number(setting: Setting | None) -> int | None:
    """The setting as strtol(3) reads it with base 0 (`0x1f`, `017`); absent where shadow would refuse it (`90 # days`)."""
    match = _NUMBER.fullmatch(setting.value) if setting else None
    if match is None:
        return None
    sign, digits = match.groups()
    base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" else 10
    try:
        return int(sign + digits, base)
    except ValueError:  # an 8 or 9 in an octal number
        return None
