"""Where systemd looks for units, highest precedence first, and what stands there."""

from collections.abc import Mapping
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.systemd_units.names import parse_name

CONFIGURED = "/etc/systemd/system"
TRANSIENT = "/run/systemd/transient"
GENERATED = ("/run/systemd/generator.early", "/run/systemd/generator", "/run/systemd/generator.late")
SEARCH_PATH = (
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    TRANSIENT,
    "/run/systemd/generator.early",
    CONFIGURED,
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
)
_PULLING = (".wants", ".requires", ".upholds")


class UnitDirectory(NamedTuple):
    """One directory of the search path."""

    path: str
    names: frozenset[str]
    """Unit files and symlinks with a unit's name."""
    links: Mapping[str, str]
    """Text of those that are symlinks."""
    pulled_in: Mapping[str, str]
    """Units that a symlink in some `….wants` or `….requires` directory pulls in, and that symlink."""
    drop_ins: frozenset[str]
    """Names of the directories `….d`."""


def read_directories(host: Host) -> tuple[UnitDirectory, ...]:
    """The directories that exist; one reached under two names (a merged /usr) counts once."""
    seen: set[str] = set()
    found = []
    for path in SEARCH_PATH:
        real = host.realpath(path)
        if real not in seen and (names := host.list_dir(path)):
            found.append(_read(host, path, names))
        seen.add(real)
    return tuple(found)


def _read(host: Host, path: str, names: tuple[str, ...]) -> UnitDirectory:
    units = frozenset(name for name in names if parse_name(name))
    links = ((name, host.readlink(f"{path}/{name}")) for name in units)
    return UnitDirectory(
        path=path,
        names=units,
        links={name: target for name, target in links if target is not None},
        pulled_in=_pulled_in(host, path, names),
        drop_ins=frozenset(name for name in names if name.endswith(".d")),
    )


def _pulled_in(host: Host, path: str, names: tuple[str, ...]) -> dict[str, str]:
    """Only symlinks in real directories count: what systemctl(1) would take away again."""
    found: dict[str, str] = {}
    for directory in names:
        if not directory.endswith(_PULLING) or host.readlink(f"{path}/{directory}") is not None:
            continue
        for name in host.list_dir(f"{path}/{directory}"):
            link = f"{path}/{directory}/{name}"
            if name not in found and parse_name(name) and host.readlink(link) is not None:
                found[name] = link
    return found
