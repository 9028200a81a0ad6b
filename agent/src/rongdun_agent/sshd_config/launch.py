"""How the daemon is started: by which unit, with which options, and on which sockets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from rongdun_agent.host import Host, Refused
from rongdun_agent.sshd_config import environment
from rongdun_agent.sshd_config.arguments import CommandLine, parse
from rongdun_agent.sshd_config.environment import Variable, Word
from rongdun_agent.systemd_units import Unit, Units, starts_at_boot
from rongdun_agent.systemd_units.syntax import Assignment, boolean, gathered, last
from rongdun_agent.systemd_units.syntax import parse as parse_unit
from rongdun_agent.systemd_units.words import commands, split_words

SERVICES = ("ssh.service", "sshd.service")
SOCKETS = ("ssh.socket", "sshd.socket")
INIT_SCRIPTS = ("/etc/init.d/ssh", "/etc/init.d/sshd")
SHELL_FILES = {"/etc/default/ssh": "SSHD_OPTS", "/etc/sysconfig/sshd": "OPTIONS"}
"""Read by init scripts; units name them themselves."""
ADDRESSES_FROM_CONFIGURATION = "/usr/lib/systemd/system-generators/sshd-socket-generator"
"""Where it exists, the socket unit listens where the configuration says."""
_WANTED = {
    "Service": frozenset(("Environment", "EnvironmentFile", "ExecStart")),
    "Socket": frozenset(("Accept", "ListenStream", "Service")),
}


@dataclass(frozen=True, slots=True)
class Launch:
    """`listening` is where a socket unit listens, in the order of its lines; None when the daemon does so itself."""

    line: CommandLine = field(default_factory=CommandLine)
    program: str | None = None
    activation: Literal["service", "socket"] | None = None
    listening: tuple[Word, ...] | None = None


def launch(host: Host) -> Launch:
    """From units with their drop-ins, from init scripts' settings, and from the process that is running."""
    units = host.once(Units)
    socket = _socket(host, units)
    service = _service(host, units, socket)
    if service is None:
        installed = any(host.exists(script) for script in INIT_SCRIPTS)
        found = Launch(parse(list(_from_shell_files(host))), activation="service" if installed else None)
    else:
        words = _command(host, units, service)
        line = parse(words[1:])
        found = Launch(line, words[0].text if words else None, "socket" if socket else "service")
    if socket is not None:
        return Launch(found.line, found.program, "socket", _listening(host, units, socket))
    return _as_running(host, found)


def _socket(host: Host, units: Units) -> Unit | None:
    """The socket unit, if the next boot starts it."""
    for name in SOCKETS:
        unit = _found(units, name)
        if unit is not None and starts_at_boot(host, name) is True:
            return unit
    return None


def _service(host: Host, units: Units, socket: Unit | None) -> Unit | None:
    names: tuple[str, ...] = SERVICES
    if socket is not None and (accept := last(_assignments(host, units, socket), "Accept")) and boolean(accept.value):
        # one process for each connection, from a template
        names = ("ssh@.service", "sshd@.service", *SERVICES)
    return next((unit for name in names if (unit := _found(units, name))), None)


def _found(units: Units, name: str) -> Unit | None:
    """A unit that can be started; raises `Refused` where its options may not be read."""
    unit = units.find(name)
    if unit is not None and unit.file.state == "unreadable":
        raise Refused(unit.file.path)
    return unit if unit is not None and unit.file.state == "regular" else None


def _assignments(host: Host, units: Units, unit: Unit) -> list[Assignment]:
    return [assignment for assignment, _ in _located(host, units, unit)]


def _located(host: Host, units: Units, unit: Unit) -> list[tuple[Assignment, str]]:
    """Assignments of the unit's file and of its drop-ins, each with its path."""
    paths = [unit.file.path, *(drop_in.path for drop_in in units.drop_ins(unit))]
    return [(one, path) for path in paths for one in parse_unit(host.read_text(path) or "", _WANTED)]


def _command(host: Host, units: Units, unit: Unit) -> list[Word]:
    located = _located(host, units, unit)
    places = {id(assignment): f"{path}:{assignment.line}" for assignment, path in located}
    assignments = [assignment for assignment, _ in located]
    variables: dict[str, Variable] = {}
    for assignment in gathered(assignments, "Environment"):
        variables |= environment.from_words(split_words(assignment.value), places[id(assignment)])
    for assignment in gathered(assignments, "EnvironmentFile"):
        variables |= environment.from_file(host, assignment.value.removeprefix("-"))
    for assignment in gathered(assignments, "ExecStart"):
        for command in commands(assignment.value):
            return environment.expand(command, places[id(assignment)], variables)
    return []


def _from_shell_files(host: Host) -> Iterable[Word]:
    for path, name in SHELL_FILES.items():
        variable = environment.from_file(host, path).get(name)
        if variable is not None:
            yield from (Word(text, variable.where) for text in split_words(variable.value))


def _listening(host: Host, units: Units, socket: Unit) -> tuple[Word, ...] | None:
    if host.exists(ADDRESSES_FROM_CONFIGURATION):
        return None
    located = _located(host, units, socket)
    places = {id(assignment): f"{path}:{assignment.line}" for assignment, path in located}
    found: list[Word] = []
    for assignment in gathered((assignment for assignment, _ in located), "ListenStream"):
        where = places[id(assignment)]
        found += [Word(address, where) for address in _addresses(assignment.value)]
    return tuple(found)


def _addresses(value: str) -> tuple[str, ...]:
    """A port alone stands for all addresses of both families, as the kernel has it by default."""
    return (f"[::]:{value}", f"0.0.0.0:{value}") if value.isdigit() else (value,)


def _as_running(host: Host, found: Launch) -> Launch:
    """With the options of the running daemon, where they are others than those of the next start."""
    title = _running(host)
    if title is None:
        return found
    words = title.split()
    if " ".join(words[1:]) == found.line.text:
        return Launch(found.line, words[0], "service")
    where = "command line of the running sshd"
    return Launch(parse([Word(text, where) for text in _rejoined(words[1:])]), words[0], "service")


def _running(host: Host) -> str | None:
    """The listening daemon's command line; since 8.2 it stands inside the process title, words joined by spaces."""
    try:
        processes = [one for one in host.processes if one.name == "sshd" and not one.contained]
    except Refused:
        return None
    daemons = {one.pid for one in processes}
    for process in processes:
        if process.ppid in daemons:
            continue
        text = (host.read_text(f"/proc/{process.pid}/cmdline") or "").replace("\0", " ").strip()
        title = text.removeprefix("sshd: ").partition(" [listener]")[0]
        if title.startswith("/"):
            return title
    return None


def _rejoined(words: list[str]) -> list[str]:
    """Words as they were before they were joined, as far as that can be told: an option's value may have had spaces."""
    found: list[str] = []
    for word in words:
        if not word.startswith("-") and len(found) > 1 and found[-2] == "-o":
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found
