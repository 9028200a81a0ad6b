"""Which of the known products are on a host, and how they are doing."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from rongdun_agent.host import Host, Refused
from rongdun_agent.products import anti_malware, backup, integrity, intrusion, remote_help, tools
from rongdun_agent.products.known import Known
from rongdun_agent.products.schedules import scheduled
from rongdun_agent.products.signatures import built_at
from rongdun_agent.systemd_units import BootStates, starts_at_boot
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.protection import Product

KNOWN = (
    *anti_malware.KNOWN,
    *intrusion.KNOWN,
    *integrity.KNOWN,
    *backup.KNOWN,
    *remote_help.KNOWN,
    *tools.KNOWN,
)
PROGRAMS = ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin")

_NAME_LENGTH = 15
"""What the kernel keeps of a process's name."""


class Recognised(NamedTuple):
    """A product with one of its purposes, and what it was recognised by."""

    product: Product
    where: str


def recognise(host: Host, versions: Mapping[str, str]) -> Iterator[Recognised]:
    """All products; `versions` are those of installed packages by name.

    Raises `Refused` where a place that products live in is closed to us: what is in it cannot be told.
    """
    programs = _programs(host)
    running = _process_names(host)
    for known in KNOWN:
        package = next((name for name in known.packages if name in versions), None)
        where = f"package {package}" if package else _place(host, known, programs)
        if where is None:
            continue
        regular = scheduled(host, known.regularly) if known.regularly else None
        if known.only_when_scheduled and regular is not True:
            continue
        for purpose in known.purposes:
            product = Product(
                name=known.name,
                purpose=purpose,
                version=versions[package] if package else None,
                running=_running(known, running),
                enabled=_enabled(host, known),
                data_updated_on=_data_date(host, known),
                scheduled=regular,
            )
            yield Recognised(product, where)


def _programs(host: Host) -> Mapping[str, str]:
    """Name to directory of all programs."""
    found: dict[str, str] = {}
    for directory in PROGRAMS:
        for name in host.list_dir(directory):
            found.setdefault(name, directory)
    return found


def _place(host: Host, known: Known, programs: Mapping[str, str]) -> str | None:
    for program in known.programs:
        if program in programs:
            return f"{programs[program]}/{program}"
    return next((path for path in known.paths if host.exists(path)), None)


def _process_names(host: Host) -> Maybe[frozenset[str]]:
    """Names of the host's own processes, by the kernel and by their executables; a container's are its own matter."""
    try:
        processes = host.processes
    except Refused:
        return Unknown(unknown="no permission")
    if not processes:
        return Unknown(unknown="not a live host")
    own = [process for process in processes if not process.kernel_thread and not process.contained]
    by_exe = {process.exe.rpartition("/")[2] for process in own if isinstance(process.exe, str)}
    return frozenset(process.name for process in own) | by_exe


def _running(known: Known, running: Maybe[frozenset[str]]) -> Maybe[bool | None]:
    if not known.processes:
        return None
    if isinstance(running, Unknown):
        return running
    return any(name in running or name[:_NAME_LENGTH] in running for name in known.processes)


def _enabled(host: Host, known: Known) -> Maybe[bool | None]:
    """Whether the next boot starts it, by those of its units that are there."""
    try:
        states = host.once(BootStates)
        units = [unit for unit in known.units if states.of(unit) is not None]
        return starts_at_boot(host, *units) if units else None
    except Refused:
        return Unknown(unknown="no permission") if known.units else None


def _data_date(host: Host, known: Known) -> Maybe[str | None]:
    """Absent where a product has no such data; unknown where its signatures lie somewhere that we do not know."""
    if not known.data and "anti-malware" in known.purposes:
        return Unknown(unknown="undecided")
    try:
        times = [built for pattern in known.data for path in host.glob(pattern) if (built := built_at(host, path))]
    except Refused:
        return Unknown(unknown="no permission")
    return datetime.fromtimestamp(max(times), UTC).date().isoformat() if times else None
