"""The modules that a kernel has as files or built in."""

from typing import NamedTuple

from rongdun_agent.host import Host

_MODULES = "/lib/modules"
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
    return ModuleTree(_names(listed), _names(built_in))


def _names(data: bytes | None) -> frozenset[str]:
    """Names at the beginning of each line; in modules.dep the modules behind the colon are those that it needs."""
    paths = (line.partition(b":")[0] for line in (data or b"").splitlines())
    names = (path.rpartition(b"/")[2].partition(b".ko")[0] for path in paths)
    return frozenset(name.replace(b"-", b"_").decode("utf-8", "replace") for name in names if name)
