"""Whether something runs again and again by itself: by a timer of systemd, a script of cron, a line of a crontab."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rongdun_agent.crontabs import Dialect, dialect_of, periodic_scripts, system_jobs, user_jobs
from rongdun_agent.host import Host, Refused, TooLarge
from rongdun_agent.products.known import Regularly
from rongdun_agent.systemd_units import BootStates, read_settings
from rongdun_agent.systemd_units.timers import read_timer
from rongdun_contract.facts import Maybe, Unknown

_SCRIPTS = ("/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly")
_SCRIPT_LIMIT = 256 << 10


class Work(NamedTuple):
    """What the host does regularly; `complete` is false when something that may list more was closed to us."""

    texts: Mapping[str, str]
    """What cron would run: commands of crontabs, and lines of its scripts that are no comments; by path."""
    timers: frozenset[str]
    """Timers that the next boot starts."""
    programs: frozenset[str]
    """Names of what their services run."""
    complete: bool


def scheduled(host: Host, regularly: Regularly) -> Maybe[bool]:
    """Whether one of the ways is in use."""
    work = host.once(regular_work)
    of_package = {f"{directory}/{name}" for directory in _SCRIPTS for name in regularly.scripts}
    own = not of_package.isdisjoint(work.texts) or not work.timers.isdisjoint(regularly.timers)
    if own and _switched_on(host, regularly.switch):
        return True
    others = "\n".join(text for path, text in work.texts.items() if path not in of_package)
    if any(command in work.programs or _names(command, others) for command in regularly.commands):
        return True
    return False if work.complete else Unknown(unknown="no permission")


def regular_work(host: Host) -> Work:
    """Gather it; what cron ignores counts for nothing, nor does a script that is too large, nor any without a cron."""
    texts: dict[str, str] = {}
    complete = True
    dialect = dialect_of(host)
    for read in (_of_the_system, _of_users, _of_scripts) if dialect.installed else ():
        try:
            for path, text in read(host, dialect):
                texts[path] = f"{texts.get(path, '')}{text}\n"
        except Refused:
            complete = False
    timers, programs, told = _timers(host)
    return Work(texts, timers, programs, complete and told)


def _of_the_system(host: Host, dialect: Dialect) -> Iterator[tuple[str, str]]:
    return ((job.file, job.command) for job in system_jobs(host, dialect))


def _of_users(host: Host, dialect: Dialect) -> Iterator[tuple[str, str]]:
    return ((job.file, job.command) for job in user_jobs(host, dialect))


def _of_scripts(host: Host, dialect: Dialect) -> Iterator[tuple[str, str]]:
    return ((path, _lines(host, path)) for path in periodic_scripts(host, dialect))


def _lines(host: Host, path: str) -> str:
    try:
        text = host.read_text(path, _SCRIPT_LIMIT) or ""
    except TooLarge:
        return ""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _timers(host: Host) -> tuple[frozenset[str], frozenset[str], bool]:
    """Timers that start, what their services run, and whether all of these could be read."""
    try:
        states = host.once(BootStates)
    except Refused:
        return frozenset(), frozenset(), False
    timers, programs = set[str](), set[str]()
    told = True
    for name in states.units.names:
        timer = states.units.find(name) if name.endswith(".timer") and states.starts(name) is True else None
        if timer is None:
            continue
        timers.add(name)
        settings = read_timer(name, timer.file, states.units.drop_ins(timer))
        service = states.units.find(settings.activates)
        told = told and timer.file.state != "unreadable" and (not service or service.file.state != "unreadable")
        if service and service.file.state == "regular":
            said = read_settings(service.file, states.units.drop_ins(service))
            programs.update(path.rpartition("/")[2] for path in said.touched)
    return frozenset(timers), frozenset(programs), told


def _switched_on(host: Host, switch: tuple[tuple[str, ...], str] | None) -> bool:
    if switch is None:
        return True
    paths, pattern = switch
    return any(re.match(pattern, line.strip()) for path in paths for line in host.lines(path))


def _names(command: str, lines: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(command)}(?![\w.-])", lines) is not None
