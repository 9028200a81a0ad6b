"""What runs by itself: crontabs, cron directories, anacron, timers; who may add to it, and who could change it."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from rongdun_agent.changeable import Changeable
from rongdun_agent.crontabs import (
    Access,
    CronJob,
    Who,
    at_access,
    cron_access,
    dialect_of,
    periodic_scripts,
    system_jobs,
    user_jobs,
)
from rongdun_agent.file_owners import unaltered
from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.redaction import redact
from rongdun_agent.systemd_units import BootStates
from rongdun_agent.systemd_units.timers import read_timer
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.schedules import Job, Schedules, Timer

_AT_PROGRAMS = ("/usr/bin/at", "/usr/sbin/atd")
_REFUSED = Unknown(unknown="no permission")
_PATH = re.compile(r"(?:^|(?<=[\s;&|(\"'=]))/[^\s;&|()<>\"'$`*?]+")
_REDIRECTED = re.compile(r"\d*>{1,2}\s*\S+")
_EXECUTED = 0o111

T = TypeVar("T")


def probe(host: Host) -> Probed:
    """Read crontabs with the rules of the cron that is installed; a closed spool leaves the jobs unknown."""
    dialect = dialect_of(host)
    system = _told(lambda: system_jobs(host, dialect))
    users = _told(lambda: user_jobs(host, dialect))
    jobs = system if isinstance(system, Unknown) else users if isinstance(users, Unknown) else system + users
    scripts = _told(lambda: tuple(periodic_scripts(host, dialect)))
    timers = tuple(_timers(host.once(BootStates)))
    sources = {f"timers[{at}]": Source(where=path) for at, (path, _) in enumerate(timers)}
    if not isinstance(jobs, Unknown):
        sources |= {f"jobs[{at}]": Source(where=job.where) for at, job in enumerate(jobs)}
    at_installed = any(host.exists(path) for path in _AT_PROGRAMS)
    facts = Schedules(
        cron_installed=dialect.installed,
        jobs=jobs if isinstance(jobs, Unknown) else _jobs(host, jobs),
        scripts=scripts,
        timers=tuple(timer for _, timer in timers),
        writable_by_others=_writable_by_others(host, jobs, scripts),
        cron_access=_access("cron_access", lambda: cron_access(host, dialect), sources) if dialect.installed else None,
        at_installed=at_installed,
        at_access=_access("at_access", lambda: at_access(host), sources) if at_installed else None,
    )
    return Probed(facts, sources)


def _told(read: Callable[[], T]) -> T | Unknown:
    try:
        return read()
    except Refused:
        return _REFUSED


def _jobs(host: Host, jobs: Iterable[CronJob]) -> tuple[Job, ...]:
    jobs = tuple(jobs)
    packages = unaltered(host, sorted({job.file for job in jobs}))
    return tuple(
        Job(
            file=job.file,
            user=job.user,
            schedule=job.schedule,
            command=redact(job.command),
            package=packages[job.file],
        )
        for job in jobs
    )


def _timers(states: BootStates) -> Iterable[tuple[str, Timer]]:
    """Timers that the next boot starts; a template runs only by its instances."""
    for name in states.units.names:
        unit = states.units.find(name) if name.endswith(".timer") and "@." not in name else None
        if unit is None or unit.name != name or states.starts(name) is not True:
            continue
        drop_ins = states.units.drop_ins(unit)
        found = states.of(name)
        enabled = found is not None and found.state == "enabled"
        if any(file.state == "unreadable" for file in (unit.file, *drop_ins)):
            yield unit.file.path, Timer(name=name, activates=_REFUSED, calendar=_REFUSED, enabled=enabled)
            continue
        settings = read_timer(name, unit.file, drop_ins)
        yield unit.file.path, Timer(name=name, activates=settings.activates, calendar=settings.times, enabled=enabled)


def _access(fact: str, ask: Callable[[], Access], sources: dict[str, Source]) -> Maybe[Who]:
    access = _told(ask)
    if isinstance(access, Unknown):
        return access
    if access.where:
        sources[fact] = Source(where=access.where)
    return access.who


def _writable_by_others(
    host: Host, jobs: Maybe[list[CronJob]], scripts: Maybe[tuple[str, ...]]
) -> Maybe[tuple[str, ...]]:
    """Crontabs, scripts and programs that root runs and others could change."""
    if isinstance(jobs, Unknown) or isinstance(scripts, Unknown):
        return _REFUSED
    roots = [job for job in jobs if job.user == "root"]
    paths = {job.file for job in roots} | {*scripts} | {path for job in roots for path in _programs(host, job.command)}
    changeable = Changeable(host)
    return _told(lambda: tuple(path for path in sorted(paths) if changeable(path)))


def _programs(host: Host, command: str) -> Iterable[str]:
    """Files of a command line that can be executed; where output goes is no program."""
    for match in _PATH.finditer(_REDIRECTED.sub(" ", command)):
        stat = host.stat(match[0])
        if stat and stat.type == "file" and stat.mode & _EXECUTED:
            yield match[0]
