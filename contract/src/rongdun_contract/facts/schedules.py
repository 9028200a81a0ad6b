"""What runs by itself: crontabs, cron directories, anacron, systemd timers, at."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Job(FactModel):
    """A line of a crontab(5) or anacrontab(5); `command` is redacted of arguments that look like secrets."""

    file: str
    user: str
    schedule: str
    command: str
    package: Maybe[str | None] = None
    """The package that brought the whole file as it is; absent for a local file, and for one that was altered since."""


class Timer(FactModel):
    """A systemd timer that is enabled or otherwise pulled in.

    `calendar` has its OnCalendar= expressions, and `OnBootSec=15min` and the like for times that count from an event.
    """

    name: str
    activates: Maybe[str]
    calendar: Maybe[tuple[str, ...]] = ()
    enabled: bool = False


class Schedules(FactModel):
    """What cron would really run: what it ignores is left out. Access is as crontab(1) and at(1) grant it."""

    cron_installed: bool = False
    jobs: Maybe[tuple[Job, ...]] = ()
    scripts: Maybe[tuple[str, ...]] = ()
    """Files in cron.hourly, daily, weekly, monthly that run-parts(8) would run."""
    timers: tuple[Timer, ...] = ()
    writable_by_others: Maybe[tuple[str, ...]] = ()
    """Crontabs, scripts and programs that cron runs as root and that others than root could change."""
    cron_access: Maybe[Literal["listed users", "all but denied", "everyone", "root only"] | None] = None
    at_installed: bool = False
    at_access: Maybe[Literal["listed users", "all but denied", "everyone", "root only"] | None] = None
