"""Whether something runs again and again by itself: by a timer of systemd, a script of cron, a line of a crontab."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from rongdun_agent.host import Host, NotAFile, Refused, TooLarge
from rongdun_agent.products.known import Regularly
from rongdun_agent.systemd_units import BootStates, read_settings
from rongdun_contract.facts import Maybe, Unknown

_SCRIPTS = ("/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly")
_TABLES = ("/etc/crontab", "/etc/anacrontab")
_TABLE_DIRECTORIES = ("/etc/cron.d", "/var/spool/cron/crontabs", "/var/spool/cron")
_SCRIPT_LIMIT = 256 << 10


class Work(NamedTuple):
    """What the host does regularly; `complete` is false when something that may list more was closed to us."""

    texts: Mapping[str, str]
    """Lines of crontabs and of cron's scripts that are no comments, by path."""
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
    """Gather it; scripts that are no text, and tables that are too large to be ones, say nothing."""
    texts: dict[str, str] = {}
    complete = True
    tables = list(_TABLES)
    for directory in (*_TABLE_DIRECTORIES, *_SCRIPTS):
        try:
            names = host.list_dir(directory)
        except Refused:
            complete = False
            continue
        tables += (f"{directory}/{name}" for name in names if not name.startswith("."))
    for path in tables:
        try:
            text = host.read_text(path, _SCRIPT_LIMIT)
        except Refused:
            complete = False
        except (NotAFile, TooLarge):
            continue
        else:
            if text is not None:
                texts[path] = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    timers, programs, told = _timers(host)
    return Work(texts, timers, programs, complete and told)


def _timers(host: Host) -> tuple[frozenset[str], frozenset[str], bool]:
    try:
        states = host.once(BootStates)
    except Refused:
        return frozenset(), frozenset(), False
    timers, programs = set[str](), set[str]()
    for name in states.units.names:
        if name.endswith(".timer") and states.starts(name) is True:
            timers.add(name)
            service = states.units.find(name.removesuffix(".timer") + ".service")
            if service and service.file.state == "regular":
                settings = read_settings(service.file, states.units.drop_ins(service))
                programs.update(path.rpartition("/")[2] for path in settings.touched)
    return frozenset(timers), frozenset(programs), True


def _switched_on(host: Host, switch: tuple[tuple[str, ...], str] | None) -> bool:
    if switch is None:
        return True
    paths, pattern = switch
    return any(re.match(pattern, line.strip()) for path in paths for line in host.lines(path))


def _names(command: str, lines: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(command)}(?![\w.-])", lines) is not None
