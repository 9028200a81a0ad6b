"""What runs by itself: crontabs, cron directories, anacron, systemd timers, at."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Job(FactModel):
    """A line of a crontab(5); `command` is redacted of arguments that look like secrets."""

    file: str
    user: str
    schedule: str
    command: str


class Timer(FactModel):
    """A systemd timer that is enabled or otherwise pulled in."""

    name: str
    activates: str
    calendar: tuple[str, ...] = ()
    enabled: bool = False


class Schedules(FactModel):
    """Cron with its access lists as crontab(1) applies them."""

    cron_installed: bool = False
    jobs: Maybe[tuple[Job, ...]] = ()
    scripts: Maybe[tuple[str, ...]] = ()
    """Files in cron.hourly, daily, weekly, monthly that run-parts(8) would run."""
    timers: tuple[Timer, ...] = ()
    cron_access: Maybe[Literal["listed users", "all but denied", "everyone", "root only"] | None] = None
    at_installed: bool = False
    at_access: Maybe[Literal["listed users", "all but denied", "everyone", "root only"] | None] = None
