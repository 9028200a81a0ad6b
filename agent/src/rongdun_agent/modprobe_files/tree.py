"""The modules that a kernel has as files or built in."""

import re
from typing import NamedTuple

from rongdun_agent.host import Host

_MODULES = "/lib/modules"
_LISTED = re.compile(rb"^[^:\n]*?([^/:\n]+)\.ko(?:\.\w+)?:", re.MULTILINE)
_BUILT_IN = re.compile(rb"([^/\n]+)\.ko$", re.MULTILINE)
_LIMIT = 16 << 20


class ModuleTree(NamedTuple):
    """Names with underscores."""

    files: frozenset[str]
    built_in: frozenset[str]


def read_tree(host: Host, release: str) -> ModuleTree | None:
    """What depmod(8) found for a kernel; `None` where there is no tree of it, as in most containers."""
    listed = host.read_bytes(f"{_MODULES}/{release}/modules.dep", _LIMIT)
    built_in = host.read_bytes(f"{_MODULES}/{release}/modules.builtin", _LIMIT)
    if listed is None and built_in is None:
        return None
    return ModuleTree(_names(_LISTED, listed), _names(_BUILT_IN, built_in))


def _names(pattern: re.Pattern[bytes], data: bytes | None) -> frozenset[str]:
    found = pattern.findall((data or b"").replace(b"-", b"_"))
    return frozenset(name.decode("utf-8", "replace") for name in found)
