"""Scripts in cron.hourly, cron.daily and so on, which run-parts(8) runs one after the other."""

from collections.abc import Iterator

from rongdun_agent.crontabs.dialect import Dialect
from rongdun_agent.host import Host

_PERIODS = ("hourly", "daily", "weekly", "monthly", "yearly")
_ANYONE_EXECUTES = 0o111


def periodic_scripts(host: Host, dialect: Dialect) -> Iterator[str]:
    """Paths of the scripts that would run; what is not executable, or named as a leftover, would not."""
    for period in _PERIODS:
        for name in host.list_dir(f"/etc/cron.{period}"):
            path = f"/etc/cron.{period}/{name}"
            stat = host.stat(path) if dialect.fragment_counts(name) else None
            if stat and stat.type == "file" and stat.mode & _ANYONE_EXECUTES:
                yield path
