"""crontab(5): jobs of the system and of users, and who may have any."""

from rongdun_agent.crontabs.access import Access, Who, at_access, cron_access
from rongdun_agent.crontabs.dialect import Dialect, dialect_of
from rongdun_agent.crontabs.jobs import CronJob, system_jobs, user_jobs
from rongdun_agent.crontabs.scripts import periodic_scripts

__all__ = [
    "Access",
    "CronJob",
    "Dialect",
    "Who",
    "at_access",
    "cron_access",
    "dialect_of",
    "periodic_scripts",
    "system_jobs",
    "user_jobs",
]
