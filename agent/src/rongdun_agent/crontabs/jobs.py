"""Jobs in crontabs; what cron would not run is not among them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rongdun_agent.crontabs.dialect import Dialect
from rongdun_agent.crontabs.fields import FIELDS, SPECIALS, are_valid
from rongdun_agent.host import Host

SYSTEM, FRAGMENTS, ANACRON = "/etc/crontab", "/etc/cron.d", "/etc/anacrontab"
_ANACRON_PROGRAMS = ("/usr/sbin/anacron", "/sbin/anacron")
_SPOOLS = ("/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron")
_VARIABLE = re.compile(r"\s*(?:\"[^\"]*\"|'[^']*'|[^\s=\"']+)\s*=")
_INPUT = re.compile(r"(?<!\\)%.*")
_ANACRON_FIELDS = 4


class CronJob(NamedTuple):
    """A line; the part of a command behind `%`, which cron hands over as input, is left out."""

    where: str
    user: str
    schedule: str
    command: str

    @property
    def file(self) -> str:
        """The crontab that the line stands in."""
        return self.where.rpartition(":")[0]


class _Malformed(ValueError):
    """cron would refuse the line."""


def system_jobs(host: Host, dialect: Dialect) -> list[CronJob]:
    """Jobs of /etc/crontab, of cron.d, and of anacron where it is installed."""
    fragments = (f"{FRAGMENTS}/{name}" for name in host.list_dir(FRAGMENTS) if dialect.fragment_counts(name))
    jobs = [job for path in (SYSTEM, *fragments) if host.is_file(path) for job in _read(host, path, dialect)]
    return jobs + (list(_anacron(host)) if any(host.exists(path) for path in _ANACRON_PROGRAMS) else [])


def user_jobs(host: Host, dialect: Dialect) -> list[CronJob]:
    """Jobs of users' own crontabs; raises `Refused` to whom may not list them."""
    return [
        job
        for spool in _SPOOLS
        for name in host.list_dir(spool)
        if not name.startswith(".") and host.is_file(f"{spool}/{name}")
        for job in _read(host, f"{spool}/{name}", dialect, user=name)
    ]


def _read(host: Host, path: str, dialect: Dialect, user: str | None = None) -> list[CronJob]:
    text = host.read_text(path) or ""
    if dialect.one_error_voids_the_file and text and not text.endswith("\n"):
        return []  # "missing newline before EOF, this crontab file will be ignored"
    jobs = []
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip(" \t")
        if not stripped or stripped.startswith("#") or _VARIABLE.match(line):
            continue
        try:
            jobs.append(_job(f"{path}:{number}", stripped, user))
        except _Malformed:
            if dialect.one_error_voids_the_file:
                return []
    return jobs


def _job(where: str, line: str, user: str | None) -> CronJob:
    if line.startswith("@"):
        schedule, rest = _cut(line)
        if schedule[1:] not in SPECIALS:
            raise _Malformed
    else:
        fields, rest = [], line
        for _ in range(FIELDS):
            field, rest = _cut(rest)
            fields.append(field)
        if not are_valid(fields):
            raise _Malformed
        schedule = " ".join(fields)
    if user is None:
        user, rest = _cut(rest)
    if not rest:
        raise _Malformed
    return CronJob(where, user, schedule, _INPUT.sub("", rest).replace("\\%", "%").strip())


def _cut(text: str) -> tuple[str, str]:
    """The first word, and what follows the blanks behind it."""
    word, *rest = re.split(r"[ \t]+", text, maxsplit=1)
    return word, "".join(rest)


def _anacron(host: Host) -> Iterator[CronJob]:
    for number, line in enumerate(host.lines(ANACRON), 1):
        words = line.split(None, _ANACRON_FIELDS - 1)
        if len(words) == _ANACRON_FIELDS and (words[0].isdecimal() or words[0].startswith("@")):
            period = words[0] if words[0].startswith("@") else f"every {words[0]} days"
            yield CronJob(f"{ANACRON}:{number}", "root", period, words[3].strip())
