"""login.defs(5), as the programs of shadow read it, and as PAM modules do."""

import re
from collections.abc import Mapping

from rongdun_agent.host import Host
from rongdun_agent.setting import Setting

PATH = "/etc/login.defs"
_LINE = re.compile(r"[ \t]*([^ \t]+)[ \t][ \t\"]*([^\"]*)")
_NUMBER = re.compile(r"\s*([+-]?)(0[xX][0-9A-Fa-f]{1,16}|[0-9]{1,19})")


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
        found[match[1]] = Setting(match[2], f"{path}:{number}").over(found.get(match[1]))
    return found


def number(setting: Setting | None) -> int | None:
    """The setting as strtol(3) with base 0 reads it (`0x1f`, `017`); absent where shadow refuses it (`90 # days`)."""
    match = _NUMBER.fullmatch(setting.value) if setting else None
    if match is None:
        return None
    sign, digits = match.groups()
    base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" else 10
    try:
        return int(sign + digits, base)
    except ValueError:  # an 8 or 9 in an octal number
        return None


def search_key(path: str, lines: tuple[str, ...], key: str) -> Setting | None:
    """A value as PAM modules look it up in login.defs(5) and in files like it: the first line wins, `#` ends a line."""
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        name, value = (*re.split(r"[ \t=]", text, maxsplit=1), "")[:2]
        if name.lower() == key.lower():
            return Setting(value.lstrip(" \t\r=").rstrip("\r"), f"{path}:{number}")
    return None
