"""All entries of sudoers and of what it includes, in the order in which sudo reads them."""

from dataclasses import dataclass, field

from rongdun_agent.host import Host
from rongdun_agent.sudoers.entries import Entry, Include
from rongdun_agent.sudoers.parser import parse

PATH = "/etc/sudoers"
_DEEPEST = 128


@dataclass(slots=True)
class Sudoers:
    """Entries, the files that they stand in, and `path:line` of what sudo cannot read."""

    entries: list[Entry] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def read_sudoers(host: Host, path: str = PATH) -> Sudoers:
    """Read the policy; raises `Refused` as soon as one file of it is closed to us."""
    found = Sudoers()
    _read(host, path, found, 0)
    return found


def _read(host: Host, path: str, found: Sudoers, depth: int) -> None:
    found.files.append(path)
    entries, broken = parse(path, host.read_text(path) or "")
    found.broken += broken
    for entry in entries:
        if isinstance(entry, Include):
            _include(host, entry, path, found, depth + 1)
        else:
            found.entries.append(entry)


def _include(host: Host, include: Include, above: str, found: Sudoers, depth: int) -> None:
    """A directory's files in order, without names that hold a dot or end in `~`; a missing directory is no error."""
    target = _expanded(host, include.path, above)
    if depth > _DEEPEST or (not include.directory and not host.is_file(target)):
        found.broken.append(include.where)
        return
    if not include.directory:
        _read(host, target, found, depth)
        return
    for name in host.list_dir(target):
        path = f"{target.rstrip('/')}/{name}"
        if "." not in name and not name.endswith("~") and host.is_file(path):
            _read(host, path, found, depth)


def _expanded(host: Host, path: str, above: str) -> str:
    """Relative paths lie beside the file that names them; `%h` is the host's name without its domain."""
    if "%h" in path:
        path = path.replace("%h", (host.read_text("/etc/hostname") or "").strip().partition(".")[0])
    return path if path.startswith("/") else f"{above.rpartition('/')[0]}/{path}"
