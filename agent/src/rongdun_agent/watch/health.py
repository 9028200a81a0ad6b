"""How the agent fares while a watcher speaks for it."""

import resource
from collections.abc import Mapping
from typing import Any

from rongdun_agent.spool import Spool
from rongdun_contract.wire import Health, ProbeHealth

_LONGEST_ERROR = 500
_MOST_PROBES = 256
"""As the wire has it: an order of many sections that nobody knows must not keep a check-in from being sent."""


def health(
    spool: Spool,
    last_cycle: Mapping[str, Any],
    watched: Mapping[str, tuple[float, str | None]],
    problems: Mapping[str, str],
) -> Health:
    """The probes of the last cycle, those that are watched as they are now, and what of the order nobody here knows."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    errors: dict[str, str] = last_cycle.get("probe_errors", {})
    seconds: dict[str, float] = last_cycle.get("probe_seconds", {})
    probes = {name: ProbeHealth(seconds=took, error=_line(errors.get(name))) for name, took in seconds.items()}
    probes |= {name: ProbeHealth(seconds=round(took, 3), error=_line(why)) for name, (took, why) in watched.items()}
    for name in sorted(problems.keys() - probes.keys())[: max(0, _MOST_PROBES - len(probes))]:
        probes[name] = ProbeHealth(seconds=0, error=_line(f"not watched for the drill: {problems[name]}"))
    return Health(
        agent=last_cycle.get("agent") or _version(),
        cpu_s=round(usage.ru_utime + usage.ru_stime, 2),
        peak_bytes=usage.ru_maxrss * 1024,
        spooled=max(0, spool.count() - 1),
        spool_bytes=spool.size_bytes(),
        probes=probes,
    )


def _version() -> str:
    """Before the first cycle of this version; what it needs costs two megabytes for as long as we live."""
    from importlib.metadata import version  # noqa: PLC0415 - see above

    return version("rongdun-agent")


def _line(error: str | None) -> str | None:
    """An error as one readable line."""
    return " ".join(error.split())[:_LONGEST_ERROR] or None if error else None
